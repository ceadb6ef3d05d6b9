//! Clients that wait for more than their command: creators for the result of their instance, deployers for
//! all partitions. Volatile: a client that is gone, or that asked another leader, gets nothing; the work goes
//! on. Bounded, and taken back with the command that changed it.

use std::sync::Arc;

use hashbrown::HashMap;
use tidemill_record::ListBuffer;

use crate::limits::AWAITED_RESULTS_MAX;

/// One waiting client.
#[derive(Debug)]
pub struct Awaiting {
    /// Its request.
    pub request_id: i64,
    /// Of a creator, names of the variables wanted; empty for all.
    pub fetch_variables: ListBuffer,
    /// Of a deployer, the value that will answer it.
    pub value: Vec<u8>,
}

/// Waiting clients by process instance or distributed command.
#[derive(Debug, Default)]
pub struct AwaitingResults {
    by_key: HashMap<i64, Arc<Awaiting>>,
    /// What the command at hand has changed: who was there before.
    changes: Vec<(i64, Option<Arc<Awaiting>>)>,
}

impl AwaitingResults {
    /// Remembers a client; false when too many wait.
    pub fn insert(&mut self, key: i64, awaiting: Awaiting) -> bool {
        if self.is_full() {
            return false;
        }
        let before = self.by_key.insert(key, Arc::new(awaiting));
        self.changes.push((key, before));
        true
    }

    /// Who waits for this, no longer remembered.
    pub fn remove(&mut self, key: i64) -> Option<Arc<Awaiting>> {
        let removed = self.by_key.remove(&key)?;
        self.changes.push((key, Some(removed.clone())));
        Some(removed)
    }

    /// Whether nobody more can wait.
    pub fn is_full(&self) -> bool {
        self.by_key.len() >= AWAITED_RESULTS_MAX
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// From here on a command may change who waits.
    pub fn command_begins(&mut self) {
        self.changes.clear();
    }

    /// Takes back what the command changed.
    pub fn command_failed(&mut self) {
        while let Some((key, before)) = self.changes.pop() {
            match before {
                Some(awaiting) => self.by_key.insert(key, awaiting),
                None => self.by_key.remove(&key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(request_id: i64) -> Awaiting {
        Awaiting { request_id, fetch_variables: ListBuffer::default(), value: Vec::new() }
    }

    #[test]
    fn a_command_that_failed_leaves_those_who_waited_before() {
        let mut awaiting = AwaitingResults::default();
        assert!(awaiting.insert(1, waiting(10)));
        awaiting.command_begins();
        assert_eq!(awaiting.remove(1).map(|found| found.request_id), Some(10));
        assert!(awaiting.insert(2, waiting(20)) && awaiting.insert(1, waiting(30)));
        awaiting.command_failed();
        assert_eq!(awaiting.remove(1).map(|found| found.request_id), Some(10));
        assert!(awaiting.remove(2).is_none() && awaiting.is_empty());
    }
}
