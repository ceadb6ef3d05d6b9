//! The way back: what rows were before each change since the last committed entry.
//!
//! ```text
//! ring of bytes      [ change | change | change | ...        ]   offsets only grow; the front is released
//! change             old row, key, footer: table, row length (or absent), key length   (read from the back)
//! marks              entry index -> offset of its first change
//! ```
//!
//! The ring grows to the largest uncommitted window and is reused. Undo also carries two things that every change
//! needs and that would otherwise be passed along: the buffer in which a row is encoded before it is put, and the rows
//! saved for the snapshot under way.

use super::key::{Key, KeyBytes};
use super::{KEY_BYTES_MAX, MemoryUse, TableId};
use std::collections::VecDeque;
use tidemill_record::value::Value;

const FOOTER_BYTES: usize = 2 + 4 + 1;
const ABSENT: u32 = u32::MAX;

/// A moment within an entry to which a half-done command can be taken back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UndoPoint(u64);

#[derive(Clone, Copy, Debug)]
struct Mark {
    entry_index: u64,
    start: u64,
}

/// One change as it was logged.
#[derive(Default, Debug)]
pub(super) struct Change {
    bytes: Vec<u8>,
    row_length: Option<usize>,
    key_length: usize,
    table: u16,
}

impl Change {
    pub(super) fn table(&self) -> TableId {
        TableId(self.table)
    }

    pub(super) fn row(&self) -> Option<&[u8]> {
        self.row_length.map(|length| &self.bytes[..length])
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.bytes[self.row_length.unwrap_or(0)..][..self.key_length]
    }
}

/// The undo log of all tables.
#[derive(Default, Debug)]
pub struct Undo {
    ring: VecDeque<u8>,
    /// Offset of the ring's first byte.
    start: u64,
    marks: VecDeque<Mark>,
    /// Everything up to here was released.
    released_index: Option<u64>,
    pub(super) staged: Vec<u8>,
    pub(super) saved: Vec<u8>,
    pub(super) change: Change,
}

impl Undo {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the entry `entry_index`, or goes on with it; indexes only rise.
    pub fn mark(&mut self, entry_index: u64) {
        let last = self.marks.back().map(|mark| mark.entry_index);
        if last == Some(entry_index) {
            return;
        }
        assert!(last < Some(entry_index), "entry {entry_index} starts after entry {last:?}");
        assert!(self.released_index < Some(entry_index), "entry {entry_index} is already released");
        self.marks.push_back(Mark { entry_index, start: self.end() });
    }

    /// This moment, to take back what a command does from here on.
    pub fn point(&self) -> UndoPoint {
        UndoPoint(self.end())
    }

    /// The entry under way, or the last one that can still be undone.
    pub fn last_entry_index(&self) -> Option<u64> {
        self.marks.back().map(|mark| mark.entry_index)
    }

    /// Entries up to `entry_index` stay for good (they are committed): what they replaced is forgotten.
    pub fn release(&mut self, entry_index: u64) {
        while self.marks.front().is_some_and(|mark| mark.entry_index <= entry_index) {
            self.marks.pop_front();
        }
        let keep_from = self.marks.front().map_or(self.end(), |mark| mark.start);
        self.ring.drain(..(keep_from - self.start) as usize);
        self.start = keep_from;
        self.released_index = self.released_index.max(Some(entry_index));
    }

    /// Bytes that undo would need now, and the memory taken.
    pub fn memory(&self) -> MemoryUse {
        let buffers = self.staged.capacity() + self.saved.capacity() + self.change.bytes.capacity();
        MemoryUse {
            used: self.ring.len() + self.saved.len(),
            allocated: self.ring.capacity() + buffers + self.marks.capacity() * size_of::<Mark>(),
        }
    }

    /// Encodes a row that is put next with `Table::put_staged`. Takes no borrow of the table, so `value` may be a view
    /// of the row that it replaces.
    pub fn stage<'v, V: Value<'v>>(&mut self, value: &V) {
        self.staged.clear();
        value.put(&mut self.staged);
    }

    /// Notes what a key's row was before it changes.
    pub(super) fn log(&mut self, table: TableId, key: &KeyBytes, row: Option<&[u8]>) {
        assert!(!self.marks.is_empty(), "table {} changes outside of an entry", table.0);
        let key = key.as_slice();
        // Key and footer go in together: an extension costs more than the few bytes of either.
        let mut tail = [0u8; KEY_BYTES_MAX + FOOTER_BYTES];
        let (key_part, footer) = tail.split_at_mut(key.len());
        key_part.copy_from_slice(key);
        footer[..2].copy_from_slice(&table.0.to_le_bytes());
        footer[2..6].copy_from_slice(&row.map_or(ABSENT, |row| row.len() as u32).to_le_bytes());
        footer[6] = key.len() as u8;
        self.ring.extend(row.unwrap_or_default());
        self.ring.extend(&tail[..key.len() + FOOTER_BYTES]);
    }

    /// Where the first entry after `entry_index` started. That entry and all after it are forgotten.
    pub(super) fn pop_marks(&mut self, entry_index: u64) -> UndoPoint {
        assert!(
            self.released_index <= Some(entry_index),
            "entry {entry_index} is undone, but {:?} was released",
            self.released_index
        );
        let mut point = self.point();
        while let Some(mark) = self.marks.back().filter(|mark| mark.entry_index > entry_index) {
            point = UndoPoint(mark.start);
            self.marks.pop_back();
        }
        point
    }

    /// Takes the last change behind `point` from the log into `self.change`; false when there is none.
    pub(super) fn pop(&mut self, point: UndoPoint) -> bool {
        assert!(point.0 >= self.start && point.0 <= self.end(), "what is released cannot be undone");
        if self.end() == point.0 {
            return false;
        }
        let mut footer = [0u8; FOOTER_BYTES];
        let footer_at = self.ring.len() - FOOTER_BYTES;
        copy_to(self.ring.range(footer_at..), &mut footer);
        let row_length = u32::from_le_bytes(footer[2..6].try_into().expect("four bytes"));
        let change = &mut self.change;
        change.table = u16::from_le_bytes([footer[0], footer[1]]);
        change.row_length = (row_length != ABSENT).then_some(row_length as usize);
        change.key_length = usize::from(footer[6]);
        let start = footer_at - change.key_length - change.row_length.unwrap_or(0);
        change.bytes.clear();
        let (front, back) = self.ring.as_slices();
        let from_front = front.get(start..footer_at.min(front.len())).unwrap_or_default();
        change.bytes.extend_from_slice(from_front);
        let back_from = start.saturating_sub(front.len());
        change
            .bytes
            .extend_from_slice(&back[back_from..footer_at.saturating_sub(front.len()).max(back_from)]);
        self.ring.truncate(start);
        true
    }

    /// Keeps a row for the snapshot under way: it is about to change.
    pub(super) fn save<K: Key>(&mut self, table: TableId, key: &K, row: &[u8]) {
        super::snapshot::put_row(&mut self.saved, table, key, row);
    }

    fn end(&self) -> u64 {
        self.start + self.ring.len() as u64
    }
}

fn copy_to<'a>(from: impl Iterator<Item = &'a u8>, to: &mut [u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
