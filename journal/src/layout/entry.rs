//! The header of an entry: what is replicated byte for byte.

use super::bytes::{get_i64, get_u32, get_u64, put_i64, put_u32, put_u64};
use super::{Identity, checksum};
use tidemill_core::limits::JOURNAL_WRITE_BYTES_MAX;

/// Bytes of an entry's header.
pub const ENTRY_HEADER_BYTES: usize = 64;
/// Entries start at multiples of this within the content of a block.
pub const ENTRY_ALIGNMENT: usize = 8;
const MAGIC: u32 = u32::from_le_bytes(*b"TMEN");

/// A decoded entry header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryHeader {
    /// Bytes of header and records, without the padding behind them.
    pub length: u32,
    /// Checksum of all behind itself; the chain value of this entry.
    pub checksum: u64,
    /// Chain value of the entry before.
    pub chain_before: u64,
    /// Whose log it belongs to.
    pub identity: Identity,
    /// Records in it.
    pub record_count: u32,
    /// Term of the leader that wrote it.
    pub term: u64,
    /// Its index.
    pub index: u64,
    /// Position of its first record.
    pub first_position: i64,
}

/// Fills in the header of the entry that `entry` is (header and records) and returns its chain value.
pub fn seal_entry(
    entry: &mut [u8],
    chain_before: u64,
    identity: Identity,
    record_count: u32,
    term: u64,
    index: u64,
    first_position: i64,
) -> u64 {
    assert!(entry.len() >= ENTRY_HEADER_BYTES && entry.len() < JOURNAL_WRITE_BYTES_MAX, "entry length");
    assert!(index >= 1, "indices count from 1");
    put_u32(entry, 0, MAGIC);
    put_u32(entry, 4, u32::try_from(entry.len()).expect("bounded above"));
    put_u64(entry, 16, chain_before);
    put_u64(entry, 24, identity.cluster);
    put_u32(entry, 32, identity.partition);
    put_u32(entry, 36, record_count);
    put_u64(entry, 40, term);
    put_u64(entry, 48, index);
    put_i64(entry, 56, first_position);
    let sum = checksum(&entry[16..]);
    put_u64(entry, 8, sum);
    sum
}

impl EntryHeader {
    /// Reads the entry at the start of `bytes` and checks that it is whole; `None` otherwise.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < ENTRY_HEADER_BYTES || get_u32(bytes, 0) != MAGIC {
            return None;
        }
        let length = get_u32(bytes, 4) as usize;
        if length < ENTRY_HEADER_BYTES || length > bytes.len() {
            return None;
        }
        let sum = get_u64(bytes, 8);
        (sum == checksum(&bytes[16..length])).then(|| Self {
            length: length as u32,
            checksum: sum,
            chain_before: get_u64(bytes, 16),
            identity: Identity { cluster: get_u64(bytes, 24), partition: get_u32(bytes, 32) },
            record_count: get_u32(bytes, 36),
            term: get_u64(bytes, 40),
            index: get_u64(bytes, 48),
            first_position: get_i64(bytes, 56),
        })
    }

    /// Bytes up to the next entry.
    pub fn stride(&self) -> usize {
        (self.length as usize).next_multiple_of(ENTRY_ALIGNMENT)
    }

    /// Position behind its last record; `None` when it does not fit, which no sound entry does.
    pub fn next_position(&self) -> Option<i64> {
        self.first_position.checked_add(i64::from(self.record_count))
    }
}
