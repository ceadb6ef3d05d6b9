//! How a frame lies in the buffer: sizes, header, marks.

use super::buffer::Buffer;

/// Frames start at multiples of this, which is also the size of the header.
pub(super) const ALIGNMENT: usize = 8;
pub(super) const HEADER_BYTES: usize = 8;
/// Marks padding; callers cannot use it as a kind.
pub(super) const KIND_PADDING: u32 = u32::MAX;
/// Top bit of the length: the payload is on the heap.
const HEAP_BIT: u32 = 1 << 31;

/// The first eight bytes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the payload, wherever it is.
    pub(super) length: u32,
    pub(super) kind: u32,
    pub(super) on_heap: bool,
}

/// Bytes that a frame with so much payload in the ring takes, header and alignment included.
#[inline]
pub(super) fn space(payload_bytes: usize) -> usize {
    HEADER_BYTES + payload_bytes.next_multiple_of(ALIGNMENT)
}

impl Header {
    /// Writes the header.
    ///
    /// # Safety
    /// The eight bytes at `offset` belong to the calling thread.
    #[inline]
    pub(super) unsafe fn write(self, buffer: &Buffer, offset: usize) {
        assert!(
            self.length < HEAP_BIT && offset.is_multiple_of(ALIGNMENT),
            "frame of {} at {offset}",
            self.length
        );
        buffer.note_write(offset, HEADER_BYTES);
        let length = if self.on_heap { self.length | HEAP_BIT } else { self.length };
        let word = u64::from(self.kind) << 32 | u64::from(length);
        // SAFETY: aligned, inside of the buffer, ours by contract.
        unsafe { buffer.at(offset).cast::<u64>().write(word) };
    }

    /// Reads a header.
    ///
    /// # Safety
    /// A header was written at `offset` and published to the calling thread.
    #[inline]
    pub(super) unsafe fn read(buffer: &Buffer, offset: usize) -> Self {
        assert!(offset.is_multiple_of(ALIGNMENT), "frame at {offset}");
        buffer.note_read(offset, HEADER_BYTES);
        // SAFETY: aligned, inside of the buffer, initialised (zero-filled at birth), not written meanwhile.
        let word = unsafe { buffer.at(offset).cast::<u64>().read() };
        let length = word as u32;
        Self { length: length & !HEAP_BIT, kind: (word >> 32) as u32, on_heap: length & HEAP_BIT != 0 }
    }
}
