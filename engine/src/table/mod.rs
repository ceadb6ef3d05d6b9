//! Tables: where all engine state lives, and the one door through which it changes.
//!
//! A row is bytes: the encoding of a `record_value!` view, the same as in the log. Because every change passes through
//! [`Table`] and [`Ordered`], they give once, for everyone: undo back to any uncommitted entry or half-done command
//! ([`Undo`]), a running [`Digest`], memory accounting, and snapshots in bounded slices while changes go on.
//!
//! ```text
//! Table<K>     hash index: key -> slot     slots: key, row's place, row hash     slab: row bytes in size classes
//!              and, where declared (Table::ordered), a B-tree of the keys
//! Ordered<K>   a B-tree of keys: due dates, "children of", any index that the engine scans
//! ```
//!
//! Invariants
//! - Nothing here allocates in steady state: slab blocks, slots, tree nodes and the undo ring are reused.
//! - Rows can be enumerated only in key order. Their order in memory differs between replicas, so nothing may
//!   depend on it.
//! - Digest and content are functions of the changes alone: the same after replay, after undo, after a snapshot.
//! - A change outside of an entry (before the first [`Undo::mark`], or after its release) is a bug and panics.

mod digest;
mod hash;
mod index;
mod key;
mod ordered;
mod pool;
mod registry;
mod rows;
mod slab;
mod snapshot;
mod store;
mod tree;
mod tree_remove;
mod undo;

#[cfg(test)]
mod tests;

pub use digest::{BUCKET_COUNT, DIGEST_VERSION, Digest};
pub use hash::{text_hash, text_hash_wide};
pub use key::{KEY_BYTES_MAX, Key};
pub use ordered::Ordered;
pub use registry::{Registry, SnapshotProgress};
pub use rows::{ROW_BYTES_MAX, Table};
pub use snapshot::{LoadError, SnapshotRow, SnapshotRows, SnapshotStep};
pub use store::{MemoryUse, Store, TableId};
pub use tree::Tree;
pub use undo::{Undo, UndoPoint};

pub(crate) use registry::tables;
