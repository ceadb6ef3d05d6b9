//! Counters that the log rebuilds: keys, positions, time.

use tidemill_record::compose_key;

use super::{NumberRow, State};

/// A counter's number in its table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Counter {
    /// The counter part of the last key drawn.
    Key = 1,
    /// Position of the last record.
    Position = 2,
    /// Timestamp of the last entry.
    Timestamp = 3,
}

impl State {
    /// A counter's value, 0 at first.
    pub fn counter(&self, counter: Counter) -> i64 {
        self.counters.row::<NumberRow>(&(counter as u8)).map_or(0, |row| row.number)
    }

    /// Sets a counter; it never falls but by undo.
    pub fn set_counter(&mut self, counter: Counter, number: i64) {
        assert!(number >= self.counter(counter), "counter {counter:?} falls to {number}");
        // A counter at 0 has no row, whether it was never asked for or asked for in vain.
        if number > 0 {
            self.counters.put(&mut self.undo, counter as u8, &NumberRow { number });
        }
    }

    /// Takes note of a key that stands on a record, so that it is not drawn again.
    pub fn note_key(&mut self, partition_id: u32, key: i64) {
        let first = compose_key(partition_id, 0);
        if tidemill_record::partition_of_key(key) == i64::from(partition_id) {
            let number = key - first;
            if number > self.counter(Counter::Key) {
                self.set_counter(Counter::Key, number);
            }
        }
    }
}
