//! What consensus knows of an entry. Its bytes belong to the journal.

use tidemill_core::ids::{Index, Term};

use crate::ids::Chain;

/// What an entry is to consensus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Records, or nothing (the first entry of a term).
    Normal,
    /// A [`crate::ConfigurationChange`].
    Configuration,
}

/// An entry's place, identity and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryMeta {
    /// Its place.
    pub index: Index,
    /// Term of the leader that wrote it.
    pub term: Term,
    /// Chain value of the entry before.
    pub chain_before: Chain,
    /// Its own.
    pub chain: Chain,
    /// Bytes in the journal.
    pub length: u32,
    /// What it is.
    pub kind: EntryKind,
}

/// A place in the log: what a snapshot stands for, or what an append goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Last index.
    pub index: Index,
    /// Its term.
    pub term: Term,
    /// Its chain value.
    pub chain: Chain,
}

/// What must survive a crash beside the log, written before any vote or acknowledgement leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HardState {
    /// The highest term seen.
    pub term: Term,
    /// Who got this replica's vote in it.
    pub vote: crate::ids::NodeId,
}
