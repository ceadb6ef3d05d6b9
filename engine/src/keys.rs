//! Drawing keys: the counter is read at the start of an entry and put back at its end, once.

use tidemill_record::compose_key;

/// The keys of this partition.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    partition_id: u32,
    last: i64,
}

impl Keys {
    /// Keys behind the counter's value `last`.
    pub fn new(partition_id: u32, last: i64) -> Self {
        assert!(last >= 0, "the counter of keys starts at 0");
        Self { partition_id, last }
    }

    /// Draws a key.
    pub fn draw(&mut self) -> i64 {
        self.last += 1;
        compose_key(self.partition_id, self.last as u64)
    }

    /// The counter part of the last key drawn.
    pub fn last(&self) -> i64 {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_up_within_their_partition() {
        let mut keys = Keys::new(1, 0);
        assert_eq!((keys.draw(), keys.draw()), (2_251_799_813_685_249, 2_251_799_813_685_250));
        assert_eq!(keys.last(), 2);
    }
}
