//! What both ends of a ring see.

use super::buffer::Buffer;
use super::frame::{HEADER_BYTES, Header, KIND_PADDING, space};
use super::heap;
use crate::sync::{Arc, AtomicBool, AtomicUsize, CachePadded, Ordering};
use crate::wake::Waker;

pub(super) struct Shared {
    pub(super) buffer: Buffer,
    /// Written by the producer only.
    pub(super) tail: CachePadded<AtomicUsize>,
    /// Written by the consumer only.
    pub(super) head: CachePadded<AtomicUsize>,
    /// Heap bytes on the way: added by the producer, taken off by the consumer.
    pub(super) heap_bytes: CachePadded<AtomicUsize>,
    /// The producer was refused and wants to hear of room.
    pub(super) starved: AtomicBool,
    pub(super) producer_gone: AtomicBool,
    pub(super) consumer_gone: AtomicBool,
    pub(super) frame_bytes_max: usize,
    pub(super) consumer: Waker,
    pub(super) producer: Option<Waker>,
}

impl Shared {
    pub(super) fn new(
        capacity: usize,
        frame_bytes_max: usize,
        consumer: Waker,
        producer: Option<Waker>,
    ) -> Arc<Self> {
        assert!(frame_bytes_max < 1 << 31, "frames of {frame_bytes_max} bytes: the length has 31 bits");
        Arc::new(Self {
            buffer: Buffer::new(capacity),
            tail: CachePadded(AtomicUsize::new(0)),
            head: CachePadded(AtomicUsize::new(0)),
            heap_bytes: CachePadded(AtomicUsize::new(0)),
            starved: AtomicBool::new(false),
            producer_gone: AtomicBool::new(false),
            consumer_gone: AtomicBool::new(false),
            frame_bytes_max,
            consumer,
            producer,
        })
    }

    /// The most payload that goes through the buffer itself; the rest goes over the heap.
    pub(super) fn inline_bytes_max(&self) -> usize {
        self.buffer.capacity() / 2 - HEADER_BYTES
    }

    /// The most heap bytes on the way: two of the largest frames, so that one can be filled while one is
    /// read.
    pub(super) fn heap_bytes_max(&self) -> usize {
        2 * self.frame_bytes_max
    }

    pub(super) fn offset(&self, cursor: usize) -> usize {
        cursor & (self.buffer.capacity() - 1)
    }
}

impl Drop for Shared {
    /// Frees heap payloads that nobody read.
    fn drop(&mut self) {
        let (mut cursor, tail) = (self.head.load(Ordering::Acquire), self.tail.load(Ordering::Acquire));
        while cursor != tail {
            let offset = self.offset(cursor);
            // SAFETY: the last owner; frames between head and tail are complete.
            let header = unsafe { Header::read(&self.buffer, offset) };
            if header.on_heap && header.kind != KIND_PADDING {
                // SAFETY: the frame is on the heap and unread: the consumer advances head past what it took.
                drop(unsafe { heap::take(&self.buffer, offset) });
            }
            let inline = if header.on_heap { heap::POINTER_BYTES } else { header.length as usize };
            cursor = cursor.wrapping_add(space(inline));
        }
    }
}
