//! The first 4 KiB of a segment: whose it is and what it goes on from.

use super::bytes::{get_i64, get_u32, get_u64, put_i64, put_u32, put_u64};
use super::{FORMAT_VERSION, Identity, checksum};

/// Bytes of a segment's header.
pub const SEGMENT_HEADER_BYTES: usize = 4096;
const MAGIC: u64 = u64::from_le_bytes(*b"TMSEGMNT");
const USED_BYTES: usize = 96;

/// A decoded segment header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Whose log it is.
    pub identity: Identity,
    /// Its generation, the same as in the file's name.
    pub generation: u64,
    /// Length of the file.
    pub segment_bytes: u64,
    /// Index of the entry that it goes on from; entries above it in older segments are dead.
    pub base_index: u64,
    /// Chain value of that entry.
    pub base_chain: u64,
    /// Term of that entry.
    pub base_term: u64,
    /// Position of the first record in this segment.
    pub base_position: i64,
    /// Highest index known durable when the header was written, at most the base.
    pub watermark: u64,
}

impl SegmentHeader {
    /// Writes the header into the first 4 KiB of `bytes`.
    pub fn encode(&self, bytes: &mut [u8]) {
        assert!(self.watermark <= self.base_index, "nothing behind the base is durable yet");
        let bytes = &mut bytes[..SEGMENT_HEADER_BYTES];
        bytes.fill(0);
        put_u64(bytes, 0, MAGIC);
        put_u32(bytes, 16, FORMAT_VERSION);
        put_u32(bytes, 20, self.identity.partition);
        put_u64(bytes, 24, self.identity.cluster);
        put_u64(bytes, 32, self.generation);
        put_u64(bytes, 40, self.segment_bytes);
        put_u64(bytes, 48, self.base_index);
        put_u64(bytes, 56, self.base_chain);
        put_u64(bytes, 64, self.base_term);
        put_i64(bytes, 72, self.base_position);
        put_u64(bytes, 80, self.watermark);
        let sum = checksum(&bytes[16..USED_BYTES]);
        put_u64(bytes, 8, sum);
    }

    /// `None` when these bytes are not an intact segment header.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < SEGMENT_HEADER_BYTES
            || get_u64(bytes, 0) != MAGIC
            || get_u32(bytes, 16) != FORMAT_VERSION
        {
            return None;
        }
        if get_u64(bytes, 8) != checksum(&bytes[16..USED_BYTES]) {
            return None;
        }
        let header = Self {
            identity: Identity { partition: get_u32(bytes, 20), cluster: get_u64(bytes, 24) },
            generation: get_u64(bytes, 32),
            segment_bytes: get_u64(bytes, 40),
            base_index: get_u64(bytes, 48),
            base_chain: get_u64(bytes, 56),
            base_term: get_u64(bytes, 64),
            base_position: get_i64(bytes, 72),
            watermark: get_u64(bytes, 80),
        };
        (header.watermark <= header.base_index).then_some(header)
    }
}
