//! The numbers that must not be mixed: each one a type of its own, `Copy`, with checked construction.
//!
//! Key layout (what clients and exporters see, so it is fixed): `partition << 51 | counter`, a positive
//! `i64`.

use std::fmt;

/// Bits of a key below the partition.
pub const KEY_COUNTER_BITS: u32 = 51;

/// A partition, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct PartitionId(u16);

impl PartitionId {
    /// The first one; it also distributes deployments.
    pub const FIRST: Self = Self(1);
    /// The last one. Thirteen bits are the layout's; the topmost would make keys negative, so it stays
    /// unused.
    pub const MAX: Self = Self((1 << 12) - 1);

    /// `None` outside of `1..=MAX`.
    pub const fn new(id: u32) -> Option<Self> {
        if id >= 1 && id <= Self::MAX.0 as u32 { Some(Self(id as u16)) } else { None }
    }

    /// The number, as on the wire.
    pub const fn get(self) -> u32 {
        self.0 as u32
    }
}

/// A shard: one pinned loop of this process, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ShardId(u16);

impl ShardId {
    /// `None` at or above [`crate::limits::SHARD_COUNT_MAX`].
    pub const fn new(id: usize) -> Option<Self> {
        if id < crate::limits::SHARD_COUNT_MAX { Some(Self(id as u16)) } else { None }
    }

    /// The number, for indexing what is kept per shard.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// A leader's period of office; 0 before the first election.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Term(u64);

impl Term {
    /// Before the first election.
    pub const ZERO: Self = Self(0);

    /// Any number is a term.
    pub const fn new(term: u64) -> Self {
        Self(term)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The next one. Panics at the end of 64 bits, which nobody reaches.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The place of an entry in a partition's log, counted from 1; 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Index(u64);

impl Index {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);
    /// The first entry.
    pub const FIRST: Self = Self(1);

    /// Any number is an index.
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The entry behind this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The entry before this one; `None` before the first.
    pub const fn previous(self) -> Option<Self> {
        match self.0 {
            0 => None,
            index => Some(Self(index - 1)),
        }
    }

    /// How many entries lie in `(earlier, self]`; 0 when `earlier` is not earlier.
    pub const fn distance_from(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The place of a record in a partition's stream, counted from 1 over all entries; -1 is "none", as exporters
/// write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Position(i64);

impl Position {
    /// No record: what caused a command that came from outside.
    pub const NONE: Self = Self(-1);
    /// The first record of a partition.
    pub const FIRST: Self = Self(1);

    /// `None` unless it is -1 (which gives [`Position::NONE`]) or at least 1.
    pub const fn new(position: i64) -> Option<Self> {
        if position >= 1 || position == -1 { Some(Self(position)) } else { None }
    }

    /// The number, -1 for none.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether it names a record.
    pub const fn is_some(self) -> bool {
        self.0 >= 1
    }

    /// The record `count` behind this one. Panics when this one is none.
    pub const fn plus(self, count: u32) -> Self {
        assert!(self.is_some(), "no record is behind none");
        Self(self.0 + count as i64)
    }

    /// The record right behind this one. Panics when this one is none.
    pub const fn next(self) -> Self {
        self.plus(1)
    }
}

/// What names an entity for good: `partition << 51 | counter`; -1 is "none", as exporters write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Key(i64);

impl Key {
    /// No entity: on commands that create one.
    pub const NONE: Self = Self(-1);
    /// The largest counter of a partition.
    pub const COUNTER_MAX: u64 = (1 << KEY_COUNTER_BITS) - 1;

    /// `None` unless `1 <= counter <= COUNTER_MAX`.
    pub const fn new(partition: PartitionId, counter: u64) -> Option<Self> {
        if counter == 0 || counter > Self::COUNTER_MAX {
            return None;
        }
        Some(Self((partition.get() as i64) << KEY_COUNTER_BITS | counter as i64))
    }

    /// Any number that a client sent: it may name no partition and no entity.
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether it is more than "none".
    pub const fn is_some(self) -> bool {
        self.0 != -1
    }

    /// Which partition made it; `None` when no partition can have.
    pub const fn partition(self) -> Option<PartitionId> {
        if self.0 < 0 { None } else { PartitionId::new((self.0 >> KEY_COUNTER_BITS) as u32) }
    }

    /// The partition's own number in it.
    pub const fn counter(self) -> u64 {
        self.0 as u64 & Self::COUNTER_MAX
    }
}

macro_rules! display_as_number {
    ($($id:ty),*) => {$(
        impl fmt::Display for $id {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }
    )*};
}

display_as_number!(PartitionId, ShardId, Term, Index, Position, Key);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_their_partition() {
        let check = |partition: u32, counter: u64, raw: i64| {
            let key = Key::new(PartitionId::new(partition).unwrap(), counter).unwrap();
            assert_eq!(key.get(), raw);
            assert_eq!(key.partition().unwrap().get(), partition);
            assert_eq!(key.counter(), counter);
            assert_eq!(Key::from_raw(raw), key);
        };
        check(1, 1, 2_251_799_813_685_249);
        check(1, 1725, 2_251_799_813_686_973);
        check(2, 1, 4_503_599_627_370_497);
        check(4095, Key::COUNTER_MAX, i64::MAX);
    }

    #[test]
    fn numbers_from_outside_are_checked() {
        let partition_of = |raw: i64| Key::from_raw(raw).partition().map(PartitionId::get);
        assert_eq!(partition_of(123), None);
        assert_eq!(partition_of(-1), None);
        assert_eq!(partition_of(i64::MIN), None);
        assert_eq!(Key::new(PartitionId::FIRST, 0), None);
        assert_eq!(Key::new(PartitionId::FIRST, Key::COUNTER_MAX + 1), None);
        assert_eq!(PartitionId::new(0), None);
        assert_eq!(PartitionId::new(4096), None);
        assert_eq!(Position::new(0), None);
        assert_eq!(Position::new(-1), Some(Position::NONE));
        assert_eq!(Index::ZERO.previous(), None);
        assert_eq!(Index::new(7).distance_from(Index::new(9)), 0);
        assert_eq!(Position::FIRST.plus(4).to_string(), "5");
    }
}
