//! The reading end.

use super::frame::{HEADER_BYTES, Header, KIND_PADDING, space};
use super::heap;
use super::shared::Shared;
use crate::sync::{Arc, Ordering, fence};
use std::ops::Deref;

/// Reads frames in place; owned by one thread at a time.
pub struct Consumer {
    shared: Arc<Shared>,
    /// How far we have read.
    next: usize,
    /// How far we have given back: the shared head.
    released: usize,
    /// What we last saw of the producer's cursor.
    tail_seen: usize,
    /// Heap bytes read and not yet given back.
    heap_bytes: usize,
}

/// A frame as it lies in the ring: a `[u8]`, valid until the next call on the consumer.
pub struct Frame<'a> {
    kind: u32,
    bytes: Bytes<'a>,
}

enum Bytes<'a> {
    Ring(&'a [u8]),
    Heap(Box<[u8]>),
}

impl Frame<'_> {
    /// What the producer said it is.
    #[inline]
    pub fn kind(&self) -> u32 {
        self.kind
    }
}

impl Deref for Frame<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Ring(bytes) => bytes,
            Bytes::Heap(bytes) => bytes,
        }
    }
}

impl Consumer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, next: 0, released: 0, tail_seen: 0, heap_bytes: 0 }
    }

    /// The next frame, if there is one. Room is given back in batches: by [`Consumer::release`], when the
    /// ring is read empty, and on its own when half of the buffer is read.
    #[inline]
    pub fn read(&mut self) -> Option<Frame<'_>> {
        if self.next.wrapping_sub(self.released) >= self.shared.buffer.capacity() / 2 {
            self.release();
        }
        loop {
            if self.next == self.tail_seen && !self.refresh() {
                self.release();
                return None;
            }
            let offset = self.shared.offset(self.next);
            // SAFETY: between our cursor and the producer's, which we read with acquire.
            let header = unsafe { Header::read(&self.shared.buffer, offset) };
            let length = header.length as usize;
            if header.kind == KIND_PADDING {
                self.next = self.next.wrapping_add(space(length));
            } else if header.on_heap {
                self.next = self.next.wrapping_add(space(heap::POINTER_BYTES));
                return Some(Frame { kind: header.kind, bytes: Bytes::Heap(self.take_heap(offset, length)) });
            } else {
                self.next = self.next.wrapping_add(space(length));
                return Some(Frame { kind: header.kind, bytes: Bytes::Ring(self.in_place(offset, length)) });
            }
        }
    }

    fn in_place(&self, offset: usize, length: usize) -> &[u8] {
        assert!(
            offset + space(length) <= self.shared.buffer.capacity(),
            "a frame of {length} at {offset} wraps"
        );
        self.shared.buffer.note_read(offset + HEADER_BYTES, length);
        let start = self.shared.buffer.at(offset).wrapping_add(HEADER_BYTES);
        // SAFETY: a published frame; the producer leaves it alone until we release, which needs `&mut self`.
        unsafe { std::slice::from_raw_parts(start, length) }
    }

    #[cold]
    fn take_heap(&mut self, offset: usize, length: usize) -> Box<[u8]> {
        // SAFETY: the header says so; our cursor has passed the frame, so it is taken once.
        let bytes = unsafe { heap::take(&self.shared.buffer, offset) };
        assert_eq!(bytes.len(), length, "a heap frame and its header differ");
        self.heap_bytes += length;
        // At once: a dropped ring frees what is behind head, and this box is no longer the ring's.
        self.release();
        bytes
    }

    fn refresh(&mut self) -> bool {
        self.tail_seen = self.shared.tail.load(Ordering::Acquire);
        let ahead = self.tail_seen.wrapping_sub(self.next);
        assert!(ahead <= self.shared.buffer.capacity(), "the producer is {ahead} bytes ahead");
        ahead > 0
    }

    /// Gives the room of everything read so far back to the producer.
    pub fn release(&mut self) {
        if self.released == self.next {
            return;
        }
        if self.heap_bytes > 0 {
            self.shared.heap_bytes.fetch_sub(self.heap_bytes, Ordering::Relaxed);
            self.heap_bytes = 0;
        }
        self.released = self.next;
        self.shared.head.store(self.next, Ordering::Release);
        let Some(producer) = &self.shared.producer else { return };
        // Pairs with the fence in Producer::refresh: either we see that it starves, or it sees the room.
        fence(Ordering::SeqCst);
        if self.shared.starved.load(Ordering::Relaxed) {
            self.shared.starved.store(false, Ordering::Relaxed);
            producer.wake();
        }
    }

    /// Whether there is nothing to read now. The second look before sleeping, after `prepare_sleep`.
    pub fn is_empty(&mut self) -> bool {
        self.next == self.tail_seen && !self.refresh()
    }

    /// Whether the producer is gone. Read until empty *after* this said yes: frames may still lie there.
    pub fn is_closed(&self) -> bool {
        self.shared.producer_gone.load(Ordering::Acquire)
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.release();
        self.shared.consumer_gone.store(true, Ordering::Release);
        if let Some(producer) = &self.shared.producer {
            producer.wake();
        }
    }
}
