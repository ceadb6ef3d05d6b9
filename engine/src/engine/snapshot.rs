//! The state at one entry, read out in slices while later entries change it, and read in again.

use super::Engine;
use crate::table::{LoadError, Registry, SnapshotStep};

impl Engine {
    /// Starts a snapshot of the state as it is now, after entry `entry_index`; one at a time. It may be used
    /// once that entry is committed; taking the entry back drops it.
    pub fn begin_snapshot(&mut self, entry_index: u64) {
        self.state.begin_snapshot(entry_index);
    }

    /// Appends the next rows to `out` until it holds `max_bytes`; the last row, and rows that changed since
    /// the last slice, may go over.
    pub fn snapshot_slice(&mut self, max_bytes: usize, out: &mut Vec<u8>) -> SnapshotStep {
        self.state.snapshot_slice(max_bytes, out)
    }

    /// Forgets the snapshot under way, if there is one.
    pub fn drop_snapshot(&mut self) {
        self.state.drop_snapshot();
    }

    /// Takes one slice of a snapshot into an engine that is new; slices may come in any order, each once.
    ///
    /// # Errors
    /// [`LoadError`] when the slice is damaged or of another version; then the engine is not to be used.
    pub fn load_slice(&mut self, slice: &[u8]) -> Result<(), LoadError> {
        self.state.load_slice(slice)
    }
}
