//! Bytes on disk: see the drawing at the head of the crate. Every decoder takes any bytes and never panics.

mod block;
mod bytes;
mod entry;
mod segment_header;

pub use block::{BLOCK_HEADER_BYTES, BlockHeader};
pub use entry::{ENTRY_ALIGNMENT, ENTRY_HEADER_BYTES, EntryHeader, seal_entry};
pub use segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};

use twox_hash::XxHash3_64;

/// Version of the format. A change is a new number, and old data stays readable.
pub const FORMAT_VERSION: u32 = 1;

/// Whose log it is; stands in every segment header and entry, so that a file of another partition is found
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The cluster.
    pub cluster: u64,
    /// The partition.
    pub partition: u32,
}

/// XXH3-64 with seed 0.
pub fn checksum(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// The chain value before the first entry of a partition's log.
pub fn chain_start(identity: Identity) -> u64 {
    let mut seed = [0u8; 12];
    seed[..8].copy_from_slice(&identity.cluster.to_le_bytes());
    seed[8..].copy_from_slice(&identity.partition.to_le_bytes());
    checksum(&seed)
}
