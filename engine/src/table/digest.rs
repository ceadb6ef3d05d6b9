//! The running digest of a table: wrapping sums of row hashes per bucket.
//!
//! A sum does not depend on the order of changes, and a row's share is taken back by subtraction: that makes it
//! undoable, and the same after replay. Buckets narrow a difference down; a key's bucket follows from its bytes.

use super::TableId;
use super::hash::hash_bytes;

/// Buckets per table.
pub const BUCKET_COUNT: usize = 64;

/// Rises when the meaning of digests changes; digests of different versions are never compared.
pub const DIGEST_VERSION: u32 = 1;

/// Sums per bucket of one table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digest {
    sums: [u64; BUCKET_COUNT],
}

impl Default for Digest {
    fn default() -> Self {
        Self { sums: [0; BUCKET_COUNT] }
    }
}

impl Digest {
    /// The sums, by bucket.
    pub fn buckets(&self) -> &[u64; BUCKET_COUNT] {
        &self.sums
    }

    /// All buckets as one number. Empty tables give 0.
    pub fn total(&self) -> u64 {
        self.sums.iter().fold(0, |sum, bucket| sum.wrapping_add(*bucket))
    }

    /// The bucket of a key, from the hash of its bytes: the high bits, the low ones choose places in indexes.
    pub(super) fn bucket(key_hash: u64) -> usize {
        (key_hash >> 58) as usize % BUCKET_COUNT
    }

    /// A row's share.
    pub(super) fn share(table: TableId, key_hash: u64, row: &[u8]) -> u64 {
        hash_bytes(key_hash ^ (u64::from(table.0) << 48), row)
    }

    pub(super) fn add(&mut self, bucket: usize, share: u64) {
        self.sums[bucket] = self.sums[bucket].wrapping_add(share);
    }

    pub(super) fn subtract(&mut self, bucket: usize, share: u64) {
        self.sums[bucket] = self.sums[bucket].wrapping_sub(share);
    }
}
