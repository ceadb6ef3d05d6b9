//! Credit of job streams, shared by the partitions of a shard.
//!
//! A gateway thread gives a stream's credit to the shard. Each partition gets a share; a pushed job uses up a part
//! of its
//! partition's share, and what comes back goes to the partitions in the order of their pushes.

use std::collections::{HashMap, VecDeque};

/// The streams of one shard.
#[derive(Debug, Default)]
pub struct StreamCredits {
    /// For each stream, the partitions whose pushes have not come back as credit, oldest first.
    pushed: HashMap<i64, VecDeque<u32>>,
}

/// What one of `partition_count` partitions gets of a stream's first credit; at least one, so that none starves.
pub fn share(credit: i32, partition_count: usize) -> i32 {
    (credit / partition_count.max(1) as i32).max(1)
}

impl StreamCredits {
    /// A stream opens.
    pub fn open(&mut self, stream_id: i64) {
        self.pushed.insert(stream_id, VecDeque::new());
    }

    /// A stream is gone.
    pub fn close(&mut self, stream_id: i64) {
        self.pushed.remove(&stream_id);
    }

    /// A partition's job goes to a stream.
    pub fn pushed(&mut self, stream_id: i64, partition_id: u32) {
        if let Some(pushed) = self.pushed.get_mut(&stream_id) {
            pushed.push_back(partition_id);
        }
    }

    /// Hands returned credit to the partitions that used it, one call each.
    pub fn returned(&mut self, stream_id: i64, credit: i32, mut give: impl FnMut(u32)) {
        let Some(pushed) = self.pushed.get_mut(&stream_id) else { return };
        for _ in 0..credit {
            // More than was used never comes back; the gateway counts the same pushes.
            let Some(partition_id) = pushed.pop_front() else { return };
            give(partition_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_returns_to_those_who_used_it() {
        let mut credits = StreamCredits::default();
        credits.open(7);
        for partition in [1, 3, 1] {
            credits.pushed(7, partition);
        }
        let mut given = Vec::new();
        credits.returned(7, 2, |partition| given.push(partition));
        credits.returned(7, 5, |partition| given.push(partition));
        assert_eq!(given, [1, 3, 1]);
        credits.close(7);
        credits.pushed(7, 1);
        credits.returned(7, 1, |_| panic!("the stream is gone"));
    }

    #[test]
    fn every_partition_has_a_share() {
        assert_eq!((share(64, 1), share(64, 4), share(2, 4)), (64, 16, 1));
    }
}
