//! Which partition a command goes to.

use tidemill_record::partition_of_key;

/// How a command finds its partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The partition that made the key.
    Key(i64),
    /// The partition of the hash of a correlation key.
    Correlation(i32),
    /// This one.
    Partition(u32),
    /// Any; refused by one, it goes to the next.
    Anywhere,
}

/// Deployments are made on this partition and distributed from there.
pub const DEPLOYMENT_PARTITION: u32 = 1;

/// The hash that spreads correlation keys: `h = 31 * h + byte`, signed bytes, 32 bits. The same as Zeebe's,
/// because subscriptions and messages of a moved cluster have to meet.
pub fn correlation_hash(correlation_key: &str) -> i32 {
    correlation_key.bytes().fold(0i32, |hash, byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte as i8)))
}

/// The partition of a hash, from 1.
pub fn partition_of_hash(hash: i32, partition_count: u32) -> u32 {
    assert!(partition_count > 0, "a cluster without partitions");
    let count = i32::try_from(partition_count).expect("partition counts have 12 bits");
    (hash % count).unsigned_abs() + 1
}

/// The number in a key where its partition stands; not every number is one.
pub fn partition_of(key: i64) -> i64 {
    partition_of_key(key)
}

/// Where the next instance is created. A seam: placement by load would stand here.
#[derive(Debug)]
pub struct Placement {
    turn: usize,
}

impl Placement {
    /// Starts at the given place, so that several gateway threads do not move in step.
    pub fn starting_at(turn: usize) -> Self {
        Self { turn }
    }

    /// The place in the list of partitions to begin with.
    pub fn next(&mut self, partition_count: usize) -> usize {
        assert!(partition_count > 0, "nowhere to place anything");
        self.turn = self.turn.wrapping_add(1);
        self.turn % partition_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_keys_hash_like_java_strings_of_signed_bytes() {
        let check = |text: &str, hash: i32| assert_eq!(correlation_hash(text), hash, "{text}");
        check("", 0);
        check("a", 97);
        check("ab", 97 * 31 + 98);
        check("ä", (-61i32) * 31 - 92);
        assert_eq!(partition_of_hash(0, 3), 1);
        assert_eq!(partition_of_hash(-7, 3), 2);
        assert_eq!(partition_of_hash(i32::MIN, 1), 1);
    }

    #[test]
    fn placement_goes_round() {
        let mut placement = Placement::starting_at(1);
        let places: Vec<usize> = (0..4).map(|_| placement.next(3)).collect();
        assert_eq!(places, [2, 0, 1, 2]);
    }
}
