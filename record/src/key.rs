//! Keys: 13 bits of partition id above 51 bits of a counter, as in Zeebe's protocol.

/// How far the partition id stands to the left in a key.
pub const KEY_PARTITION_SHIFT: u32 = 51;

/// The key of `counter` on `partition_id`; counters start at 1.
pub fn compose_key(partition_id: u32, counter: u64) -> i64 {
    assert!(partition_id < 1 << 12, "partition id {partition_id} does not fit into a key");
    assert!(counter < 1 << KEY_PARTITION_SHIFT, "the key counter of partition {partition_id} is used up");
    ((u64::from(partition_id) << KEY_PARTITION_SHIFT) | counter) as i64
}

/// The partition that a key belongs to; negative for the negative keys that no partition has.
pub fn partition_of_key(key: i64) -> i64 {
    key >> KEY_PARTITION_SHIFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_of_partition_one_is_known() {
        assert_eq!(compose_key(1, 1), 2_251_799_813_685_249);
        assert_eq!(partition_of_key(2_251_799_813_685_249), 1);
        assert_eq!(partition_of_key(123), 0);
        assert_eq!(partition_of_key(-1), -1);
    }
}
