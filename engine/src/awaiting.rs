//! Creators that wait for the result of their instance. Volatile: a creator that is gone, or that asked another
//! leader, gets nothing; the instance goes on. Bounded.

use hashbrown::HashMap;
use tidemill_record::ListBuffer;

use crate::limits::AWAITED_RESULTS_MAX;

/// One waiting creator.
#[derive(Debug)]
pub struct Awaiting {
    /// The creator's request.
    pub request_id: i64,
    /// Names of the variables wanted; empty for all.
    pub fetch_variables: ListBuffer,
}

/// Waiting creators by process instance.
#[derive(Debug, Default)]
pub struct AwaitingResults {
    by_instance: HashMap<i64, Awaiting>,
}

impl AwaitingResults {
    /// Remembers a creator; false when too many wait.
    pub fn insert(&mut self, process_instance_key: i64, awaiting: Awaiting) -> bool {
        if self.by_instance.len() >= AWAITED_RESULTS_MAX {
            return false;
        }
        self.by_instance.insert(process_instance_key, awaiting);
        true
    }

    /// Who waits for this instance, no longer remembered.
    pub fn remove(&mut self, process_instance_key: i64) -> Option<Awaiting> {
        self.by_instance.remove(&process_instance_key)
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.by_instance.is_empty()
    }
}
