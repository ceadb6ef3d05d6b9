//! Encodes an entry straight into the buffer that will be checksummed and written.

use tidemill_core::ids::Index;
use tidemill_core::limits::{BLOCK_BYTES, JOURNAL_WRITE_BYTES_MAX};

use super::batch::Batch;
use super::{BLOCK_START, CONTENT_START, Journal};
use crate::error::AppendError;
use crate::layout::{ENTRY_ALIGNMENT, ENTRY_HEADER_BYTES, seal_entry};
use crate::recovery::Place;

/// Largest entry with its header: a block of one entry, with the segment's header, is the largest write.
pub const ENTRY_BYTES_MAX: usize = JOURNAL_WRITE_BYTES_MAX - 2 * BLOCK_BYTES;

/// An entry that is being written. Dropping it takes it back.
pub struct EntryWriter<'a> {
    journal: &'a mut Journal,
    term: u64,
    /// Where in the gathering buffer its header lies.
    start: usize,
    end: usize,
    /// Byte up to which it may grow without a thought.
    limit: usize,
    is_too_large: bool,
}

impl<'a> EntryWriter<'a> {
    pub(super) fn new(journal: &'a mut Journal, term: u64) -> Self {
        let start = journal.gathering.as_ref().expect("begin_entry took a batch").end;
        assert_eq!((start - CONTENT_START) % ENTRY_ALIGNMENT, 0, "entries are aligned");
        let mut writer = Self { journal, term, start, end: start, limit: 0, is_too_large: false };
        writer.set_limit();
        let fits = writer.make_room(ENTRY_HEADER_BYTES);
        assert!(fits, "a header fits");
        writer.end += ENTRY_HEADER_BYTES;
        writer
    }

    /// Index that the entry will have.
    pub fn index(&self) -> Index {
        Index::new(self.journal.last.index + 1)
    }

    /// Bytes of records so far.
    pub fn record_bytes(&self) -> usize {
        self.end - self.start - ENTRY_HEADER_BYTES
    }

    /// Appends bytes. Beyond the largest entry it remembers so, and [`EntryWriter::finish`] fails.
    pub fn put(&mut self, bytes: &[u8]) {
        if self.make_room(bytes.len()) {
            let end = self.end;
            self.batch().memory()[end..end + bytes.len()].copy_from_slice(bytes);
            self.end += bytes.len();
        }
    }

    /// Room for exactly `count` more bytes, to be filled in place; `None` beyond the largest entry. The
    /// bytes count as written at once; their former content is arbitrary.
    pub fn reserve(&mut self, count: usize) -> Option<&mut [u8]> {
        if !self.make_room(count) {
            return None;
        }
        let start = self.end;
        self.end += count;
        let end = self.end;
        Some(&mut self.batch().memory()[start..end])
    }

    /// The records written so far, to be patched in place.
    pub fn records_mut(&mut self) -> &mut [u8] {
        let range = self.start + ENTRY_HEADER_BYTES..self.end;
        &mut self.batch().memory()[range]
    }

    /// Takes back records behind the first `record_bytes` bytes.
    pub fn truncate(&mut self, record_bytes: usize) {
        assert!(record_bytes <= self.record_bytes(), "truncation beyond the end");
        self.end = self.start + ENTRY_HEADER_BYTES + record_bytes;
        self.is_too_large = false;
    }

    /// Completes the entry: it goes out with the next write.
    ///
    /// # Errors
    /// [`AppendError::TooLarge`]; the entry is taken back.
    pub fn finish(mut self, record_count: u32) -> Result<Index, AppendError> {
        if self.is_too_large {
            return Err(AppendError::TooLarge { bytes_max: ENTRY_BYTES_MAX });
        }
        let last = self.journal.last;
        let index = last.index + 1;
        let identity = self.journal.options.identity;
        let chain_before = last.chain.expect("the writer knows its chain");
        let (term, range) = (self.term, self.start..self.end);
        let bytes = range.len();
        let batch = self.batch();
        let entry = &mut batch.memory()[range.clone()];
        let chain = seal_entry(entry, chain_before, identity, record_count, term, index, last.next_position);
        let padded = range.end.next_multiple_of(ENTRY_ALIGNMENT);
        let padded = padded.min(batch.capacity());
        batch.memory()[range.end..padded].fill(0);
        batch.end = padded;
        let next_position = last.next_position + i64::from(record_count);
        let place = Place { index, chain: Some(chain), term, next_position };
        batch.last = place;
        self.journal.last = place;
        self.journal.status.entry_count += 1;
        self.journal.status.content_bytes += bytes as u64;
        Ok(Index::new(index))
    }

    fn batch(&mut self) -> &mut Batch {
        self.journal.gathering.as_mut().expect("an entry has a batch")
    }

    /// Makes room for `count` bytes at `end`; `false` (and remembered) beyond the largest entry.
    #[inline]
    fn make_room(&mut self, count: usize) -> bool {
        if !self.is_too_large && count <= self.limit - self.end {
            return true;
        }
        self.make_room_slowly(count)
    }

    /// Buffers are whole blocks, so a block fits with its padding when its content fits; one alignment step
    /// is kept for the padding behind the entry.
    fn set_limit(&mut self) {
        let capacity = self.batch().capacity();
        assert!(capacity.is_multiple_of(BLOCK_BYTES), "buffers are whole blocks");
        self.limit = (capacity - ENTRY_ALIGNMENT).min(self.start + ENTRY_BYTES_MAX).max(self.end);
    }

    #[cold]
    fn make_room_slowly(&mut self, count: usize) -> bool {
        let wanted = (self.end - self.start).saturating_add(count);
        if wanted > ENTRY_BYTES_MAX {
            self.is_too_large = true;
        }
        if self.is_too_large {
            return false;
        }
        let (length, is_first) = {
            let batch = self.batch();
            (batch.capacity(), batch.is_empty())
        };
        let batch_bytes = self.journal.options.batch_bytes;
        if !is_first && (wanted + BLOCK_BYTES > batch_bytes / 4 || length >= batch_bytes) {
            self.move_to_own_batch();
        }
        let needed =
            (self.start + wanted + ENTRY_ALIGNMENT - BLOCK_START).next_multiple_of(BLOCK_BYTES) + BLOCK_START;
        let (start, end) = (self.start, self.end);
        assert!(start <= end, "entry bounds");
        let Journal { gathering, buffers, .. } = &mut *self.journal;
        let batch = gathering.as_mut().expect("an entry has a batch");
        if needed > batch.capacity() {
            batch.replace(|buffer| buffers.grow(buffer, end, needed));
        }
        self.set_limit();
        assert!(count <= self.limit - self.end, "room was made");
        true
    }

    /// Closes the batch before this entry and takes what is written of it to a fresh buffer.
    fn move_to_own_batch(&mut self) {
        let journal = &mut *self.journal;
        let full = journal.gathering.take().expect("an entry has a batch");
        let buffer = journal.buffers.take(&journal.shared).expect("begin_entry left one");
        let mut batch = Batch::new(buffer, full.last);
        let partial = full.bytes(self.start..self.end);
        let end = CONTENT_START + partial.len();
        if end > batch.capacity() {
            batch.replace(|buffer| journal.buffers.grow(buffer, CONTENT_START, end));
        }
        batch.memory()[CONTENT_START..end].copy_from_slice(partial);
        journal.waiting.push_back(full);
        journal.gathering = Some(batch);
        self.start = CONTENT_START;
        self.end = end;
    }
}
