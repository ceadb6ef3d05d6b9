//! Numbers of this room that must not be mixed.

use std::fmt;

/// A replica of the partition. 0 is nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct NodeId(u64);

impl NodeId {
    /// Nobody: no vote, no leader.
    pub const NONE: Self = Self(0);

    /// Any number is an id; 0 is [`NodeId::NONE`].
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether it names somebody.
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// The checksum of an entry, which covers the one before it and so all the log up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Chain(u64);

impl Chain {
    /// Any number is a chain value.
    pub const fn new(chain: u64) -> Self {
        Self(chain)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// The driver's own name for a read that waits for its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct RequestId(u64);

impl RequestId {
    /// Any number will do.
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}
