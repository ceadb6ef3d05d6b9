//! What loom knows instead of an eventfd: a counter with a condition. A lost wake-up shows as a deadlock.

use loom::sync::{Condvar, Mutex};
use std::io;

#[derive(Debug)]
pub(super) struct Event {
    count: Mutex<u64>,
    changed: Condvar,
}

impl Event {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { count: Mutex::new(0), changed: Condvar::new() })
    }

    pub(super) fn signal(&self) {
        *self.count.lock().unwrap() += 1;
        self.changed.notify_one();
    }

    pub(super) fn clear(&self, _announced: u64) -> u64 {
        std::mem::take(&mut *self.count.lock().unwrap())
    }

    pub(super) fn wait(&self, _timeout_ms: Option<u32>) {
        let mut count = self.count.lock().unwrap();
        while *count == 0 {
            count = self.changed.wait(count).unwrap();
        }
    }
}
