//! Rows on their way out of and into tables.
//!
//! ```text
//! row in a slice    table u16 | key length u8 | row length u32 | key | row          little-endian, no padding
//! ```
//!
//! A snapshot is the state at one entry. It is read in slices while later entries change rows: a row about to change is
//! saved first. An undo below the snapshot's entry drops it.

use super::key::{Key, KeyBytes};
use super::{KEY_BYTES_MAX, TableId};
use thiserror::Error;

const HEADER_BYTES: usize = 2 + 1 + 4;

/// What a slice of a snapshot was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotStep {
    /// There is more.
    More,
    /// That was the last one; the snapshot is whole.
    Done,
    /// No snapshot is under way: none was begun, or an undo below its entry dropped it. What was read is void.
    Dropped,
}

/// A row as it stands in a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapshotRow<'a> {
    /// Whose it is.
    pub table: TableId,
    /// The key's bytes.
    pub key: &'a [u8],
    /// The row's bytes.
    pub row: &'a [u8],
}

/// A snapshot that cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum LoadError {
    /// A slice ends within a row, or a length is impossible.
    #[error("a snapshot's slice is malformed at byte {offset}")]
    Malformed {
        /// Where.
        offset: usize,
    },
    /// This version has no such table.
    #[error("a snapshot holds rows of table {table}, which this version does not have")]
    UnknownTable {
        /// Its number.
        table: u16,
    },
    /// The row's key has the wrong length, or was already loaded.
    #[error("a snapshot holds an unusable key or one key twice in table {table}")]
    Key {
        /// Of the table.
        table: u16,
    },
}

/// Appends a row to a slice.
pub(super) fn put_row<K: Key>(out: &mut Vec<u8>, table: TableId, key: &K, row: &[u8]) {
    let key = KeyBytes::of(key);
    out.extend_from_slice(&table.0.to_le_bytes());
    out.push(key.as_slice().len() as u8);
    out.extend_from_slice(&(row.len() as u32).to_le_bytes());
    out.extend_from_slice(key.as_slice());
    out.extend_from_slice(row);
}

/// The rows of one slice.
#[derive(Clone, Debug)]
pub struct SnapshotRows<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> SnapshotRows<'a> {
    /// Reads `slice`, a whole number of rows.
    pub fn new(slice: &'a [u8]) -> Self {
        Self { bytes: slice, offset: 0 }
    }

    fn take(&mut self) -> Option<SnapshotRow<'a>> {
        let rest = &self.bytes[self.offset..];
        let header = rest.get(..HEADER_BYTES)?;
        let key_length = usize::from(header[2]);
        let row_length = u32::from_le_bytes(header[3..7].try_into().ok()?) as usize;
        let body = &rest[HEADER_BYTES..];
        if key_length > KEY_BYTES_MAX {
            return None;
        }
        let row = SnapshotRow {
            table: TableId(u16::from_le_bytes([header[0], header[1]])),
            key: body.get(..key_length)?,
            row: body.get(key_length..key_length.checked_add(row_length)?)?,
        };
        self.offset += HEADER_BYTES + key_length + row_length;
        Some(row)
    }
}

impl<'a> Iterator for SnapshotRows<'a> {
    type Item = Result<SnapshotRow<'a>, LoadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.offset >= self.bytes.len() {
            return None;
        }
        let offset = self.offset;
        let row = self.take();
        if row.is_none() {
            self.offset = self.bytes.len();
        }
        Some(row.ok_or(LoadError::Malformed { offset }))
    }
}
