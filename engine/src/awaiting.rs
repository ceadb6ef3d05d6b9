//! Creators that wait for the result of their instance. Volatile: a creator that is gone, or that asked
//! another leader, gets nothing; the instance goes on. Bounded.

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
    /// Deployments on their way to all partitions: the request, and the value that will answer it.
    distributions: HashMap<i64, (i64, Vec<u8>)>,
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

    /// Remembers who waits for a command to reach all partitions; nobody when too many wait.
    pub fn insert_distribution(&mut self, key: i64, request_id: i64, value: &[u8]) {
        if self.distributions.len() < AWAITED_RESULTS_MAX {
            self.distributions.insert(key, (request_id, value.to_vec()));
        }
    }

    /// Who waits for that command, no longer remembered.
    pub fn remove_distribution(&mut self, key: i64) -> Option<(i64, Vec<u8>)> {
        self.distributions.remove(&key)
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
