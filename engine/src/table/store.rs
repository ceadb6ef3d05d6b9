//! What undo, digest, snapshots and accounting ask of a table, whatever its key.

use super::{Digest, Undo};
use std::ops::AddAssign;

/// The number of a table: stable on disk (snapshots name it) and in digests.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TableId(pub u16);

/// Memory of tables, bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct MemoryUse {
    /// What rows and index entries take; falls when they are removed.
    pub used: usize,
    /// What was taken from the allocator for them; stays for reuse.
    pub allocated: usize,
}

impl AddAssign for MemoryUse {
    fn add_assign(&mut self, other: Self) {
        self.used += other.used;
        self.allocated += other.allocated;
    }
}

/// A table seen from the outside, keys and rows as bytes.
pub trait Store {
    /// Its number.
    fn id(&self) -> TableId;

    /// Brings a key back to what it was: the row's bytes, or absent. Undo only: nothing is logged.
    fn restore(&mut self, undo: &mut Undo, key: &[u8], row: Option<&[u8]>);

    /// The running digest.
    fn digest(&self) -> &Digest;

    /// The memory it takes.
    fn memory(&self) -> MemoryUse;

    /// How many rows or keys there are.
    fn row_count(&self) -> usize;

    /// From now on every row of this moment is given out once, by [`Store::snapshot_slice`] or, when it changes
    /// earlier, through `Undo`'s saved rows.
    fn begin_snapshot(&mut self);

    /// Appends rows to `out` until it holds `max_bytes` (the last row may go over); true when all were given.
    fn snapshot_slice(&mut self, max_bytes: usize, out: &mut Vec<u8>) -> bool;

    /// Forgets the snapshot under way, if there is one.
    fn end_snapshot(&mut self);

    /// Takes a row of a snapshot; false when the key's bytes are none of this table's or the key is already there.
    fn load(&mut self, key: &[u8], row: &[u8]) -> bool;
}
