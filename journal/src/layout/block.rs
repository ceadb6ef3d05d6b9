//! The header of a block: what one write put where, on this replica.

use super::bytes::{get_i64, get_u32, get_u64, put_i64, put_u32, put_u64};
use super::{FORMAT_VERSION, checksum};
use tidemill_core::limits::{BLOCK_BYTES, JOURNAL_WRITE_BYTES_MAX};

/// Bytes of a block's header.
pub const BLOCK_HEADER_BYTES: usize = 96;
const MAGIC: u32 = u32::from_le_bytes(*b"TMBK");

/// A decoded block header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockHeader {
    /// Generation of the segment it was written into.
    pub generation: u64,
    /// Where in the segment it belongs, bytes.
    pub offset: u64,
    /// Length with header and padding, a multiple of 4096.
    pub length: u32,
    /// Bytes of entries behind the header.
    pub content_bytes: u32,
    /// Index of its first entry.
    pub first_index: u64,
    /// Index of its last entry.
    pub last_index: u64,
    /// Highest index known durable when the write was issued.
    pub watermark: u64,
    /// Chain value of its last entry.
    pub chain_after: u64,
    /// Term of its last entry.
    pub last_term: u64,
    /// Position of its first record.
    pub first_position: i64,
    /// Position behind its last record.
    pub next_position: i64,
}

impl BlockHeader {
    /// Length of a block that holds `content_bytes` of entries.
    pub fn length_for(content_bytes: usize) -> usize {
        (BLOCK_HEADER_BYTES + content_bytes).next_multiple_of(BLOCK_BYTES)
    }

    /// Writes the header to the start of `block`.
    pub fn encode(&self, block: &mut [u8]) {
        assert!(self.first_index <= self.last_index, "a block holds an entry");
        assert!(self.watermark < self.first_index, "nothing in a block is durable before it is written");
        assert_eq!(self.length as usize, Self::length_for(self.content_bytes as usize), "block length");
        put_u32(block, 0, MAGIC);
        put_u32(block, 4, FORMAT_VERSION);
        put_u64(block, 16, self.generation);
        put_u64(block, 24, self.offset);
        put_u32(block, 32, self.length);
        put_u32(block, 36, self.content_bytes);
        put_u64(block, 40, self.first_index);
        put_u64(block, 48, self.last_index);
        put_u64(block, 56, self.watermark);
        put_u64(block, 64, self.chain_after);
        put_u64(block, 72, self.last_term);
        put_i64(block, 80, self.first_position);
        put_i64(block, 88, self.next_position);
        let sum = checksum(&block[16..BLOCK_HEADER_BYTES]);
        put_u64(block, 8, sum);
    }

    /// `None` when these bytes are not an intact block header; says nothing of its place or of the entries.
    pub fn decode(block: &[u8]) -> Option<Self> {
        if block.len() < BLOCK_HEADER_BYTES
            || get_u32(block, 0) != MAGIC
            || get_u32(block, 4) != FORMAT_VERSION
        {
            return None;
        }
        if get_u64(block, 8) != checksum(&block[16..BLOCK_HEADER_BYTES]) {
            return None;
        }
        let header = Self {
            generation: get_u64(block, 16),
            offset: get_u64(block, 24),
            length: get_u32(block, 32),
            content_bytes: get_u32(block, 36),
            first_index: get_u64(block, 40),
            last_index: get_u64(block, 48),
            watermark: get_u64(block, 56),
            chain_after: get_u64(block, 64),
            last_term: get_u64(block, 72),
            first_position: get_i64(block, 80),
            next_position: get_i64(block, 88),
        };
        let length = header.length as usize;
        let sound = length <= JOURNAL_WRITE_BYTES_MAX
            && header.content_bytes > 0
            && header.content_bytes as usize <= length
            && length == Self::length_for(header.content_bytes as usize)
            && header.first_index >= 1
            && header.first_index <= header.last_index
            && header.watermark < header.first_index;
        sound.then_some(header)
    }
}
