//! Entries that will be one block, in the buffer that will be written.

use std::ops::Range;
use std::sync::Arc;

use tidemill_core::io::{AlignedBuffer, WriteBuffer};
use tidemill_core::limits::JOURNAL_WRITE_BYTES_MAX;

use super::{BLOCK_START, CONTENT_START};
use crate::layout::BlockHeader;
use crate::recovery::Place;
use crate::shared::SegmentView;

/// A batch that is filled or waits.
pub(super) struct Batch {
    /// Held by nobody else until it is written.
    buffer: WriteBuffer,
    /// Byte in the buffer behind its last entry.
    pub(super) end: usize,
    /// The entry before its first.
    pub(super) before: Place,
    /// Its last entry.
    pub(super) last: Place,
}

impl Batch {
    pub(super) fn new(mut buffer: WriteBuffer, before: Place) -> Self {
        assert!(Arc::get_mut(&mut buffer).is_some(), "a batch's buffer is held by it alone");
        assert!(before.chain.is_some(), "the writer knows its chain");
        Self { buffer, end: CONTENT_START, before, last: before }
    }

    /// Length of the buffer.
    pub(super) fn capacity(&self) -> usize {
        self.buffer.len()
    }

    /// The bytes written so far, for copying.
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// Lets `change` exchange the buffer for another one that nobody else holds.
    pub(super) fn replace(&mut self, change: impl FnOnce(&mut WriteBuffer)) {
        change(&mut self.buffer);
        assert!(Arc::get_mut(&mut self.buffer).is_some(), "a batch's buffer is held by it alone");
    }

    /// The buffer, when the batch is done with it.
    pub(super) fn into_buffer(mut self) -> WriteBuffer {
        assert!(Arc::get_mut(&mut self.buffer).is_some(), "a batch's buffer is held by it alone");
        self.buffer
    }

    pub(super) fn is_empty(&self) -> bool {
        self.last.index == self.before.index
    }

    pub(super) fn content_bytes(&self) -> usize {
        self.end - CONTENT_START
    }

    /// Bytes of the block, padding included.
    pub(super) fn block_bytes(&self) -> usize {
        BlockHeader::length_for(self.content_bytes())
    }

    /// The buffer, to write to. `Arc::get_mut` would cost two locked instructions several times a record;
    /// that the batch alone holds the buffer is asserted when it comes in and when it goes out.
    #[allow(unsafe_code)]
    pub(super) fn memory(&mut self) -> &mut AlignedBuffer {
        // SAFETY: `new` and `replace` saw that nobody else holds the buffer, and nothing in this module
        // clones it;
        // `&mut self` excludes a second reference through the batch.
        unsafe { &mut *Arc::as_ptr(&self.buffer).cast_mut() }
    }

    /// Pads the block, fills in its header, and says where in the buffer it lies.
    pub(super) fn seal(&mut self, generation: u64, offset: u64, watermark: u64) -> Range<usize> {
        assert!(!self.is_empty(), "a block holds an entry");
        let length = self.block_bytes();
        assert!(length <= JOURNAL_WRITE_BYTES_MAX, "block of {length} bytes");
        let header = BlockHeader {
            generation,
            offset,
            length: u32::try_from(length).expect("bounded above"),
            content_bytes: u32::try_from(self.content_bytes()).expect("bounded above"),
            first_index: self.before.index + 1,
            last_index: self.last.index,
            watermark,
            chain_after: self.last.chain.expect("the writer knows its chain"),
            last_term: self.last.term,
            first_position: self.before.next_position,
            next_position: self.last.next_position,
        };
        let end = self.end;
        let memory = self.memory();
        memory[end..BLOCK_START + length].fill(0);
        header.encode(&mut memory[BLOCK_START..]);
        BLOCK_START..BLOCK_START + length
    }
}

/// A block on its way to the disk.
pub(super) struct UnderWay {
    pub(super) sequence: u64,
    pub(super) buffer: WriteBuffer,
    /// The block in the buffer.
    pub(super) range: Range<usize>,
    pub(super) view: Arc<SegmentView>,
    /// Byte in the segment behind the block.
    pub(super) end_offset: u64,
    pub(super) first_index: u64,
    pub(super) last_index: u64,
    pub(super) first_position: i64,
    pub(super) is_done: bool,
}
