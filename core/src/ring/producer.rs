//! The writing end.

use super::frame::{HEADER_BYTES, Header, KIND_PADDING, space};
use super::heap;
use super::shared::Shared;
use crate::sync::{Arc, Ordering, fence};
use std::ops::{Deref, DerefMut};

/// Writes frames; owned by one thread at a time.
pub struct Producer {
    shared: Arc<Shared>,
    /// Our own cursor; the shared one is a copy of it.
    tail: usize,
    /// What we last saw of the consumer's cursor.
    head_seen: usize,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimError {
    /// The consumer is behind: shed the load or try again later (the producer's waker says when).
    Full,
    /// No frame of this ring is that big.
    TooLarge {
        /// What was asked for.
        frame_bytes: usize,
        /// What the ring was made for.
        frame_bytes_max: usize,
    },
    /// The consumer is gone for good.
    Closed,
}

impl std::fmt::Display for ClaimError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full => write!(formatter, "the ring is full"),
            Self::TooLarge { frame_bytes, frame_bytes_max } => {
                write!(formatter, "a frame of {frame_bytes} bytes is over the ring's {frame_bytes_max}")
            }
            Self::Closed => write!(formatter, "the reader of the ring is gone"),
        }
    }
}

impl std::error::Error for ClaimError {}

/// Room for one frame: fill it (it is a `[u8]` with arbitrary old content), then commit or publish.
/// Dropped without that, it leaves no trace.
#[must_use = "a claim that is not committed sends nothing"]
pub struct Claim<'a> {
    producer: &'a mut Producer,
    /// Where the frame starts: the producer's tail, or behind the padding.
    start: usize,
    kind: u32,
    payload: Payload,
}

enum Payload {
    Inline { length: usize },
    Heap(Box<[u8]>),
}

impl Producer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, tail: 0, head_seen: 0 }
    }

    /// Asks for room for `length` bytes of payload. `kind` is the caller's, anything but `u32::MAX`.
    #[inline]
    pub fn claim(&mut self, kind: u32, length: usize) -> Result<Claim<'_>, ClaimError> {
        assert_ne!(kind, KIND_PADDING, "this kind marks padding");
        if length > self.shared.inline_bytes_max() {
            return self.claim_heap(kind, length);
        }
        self.check_length(length)?;
        let start = self.make_room(space(length), 0)?;
        self.shared.buffer.note_write(self.shared.offset(start), space(length));
        Ok(Claim { producer: self, start, kind, payload: Payload::Inline { length } })
    }

    #[cold]
    fn claim_heap(&mut self, kind: u32, length: usize) -> Result<Claim<'_>, ClaimError> {
        self.check_length(length)?;
        let start = self.make_room(space(heap::POINTER_BYTES), length)?;
        let payload = Payload::Heap(vec![0; length].into_boxed_slice());
        Ok(Claim { producer: self, start, kind, payload })
    }

    /// Whether a frame of `length` bytes can ever go through this ring.
    pub(super) fn check_length(&self, length: usize) -> Result<(), ClaimError> {
        let frame_bytes_max = self.shared.frame_bytes_max;
        if length <= frame_bytes_max {
            return Ok(());
        }
        Err(ClaimError::TooLarge { frame_bytes: length, frame_bytes_max })
    }

    /// Copies a whole payload in and commits it.
    pub fn send(&mut self, kind: u32, payload: &[u8]) -> Result<(), ClaimError> {
        let mut claim = self.claim(kind, payload.len())?;
        claim.copy_from_slice(payload);
        claim.commit();
        Ok(())
    }

    /// Wakes the consumer if it sleeps: once, after a batch of [`Claim::publish`].
    #[inline]
    pub fn wake(&self) {
        self.shared.consumer.wake_if_asleep();
    }

    /// Whether the consumer is gone.
    pub fn is_closed(&self) -> bool {
        self.shared.consumer_gone.load(Ordering::Acquire)
    }

    /// Bytes of the buffer that are not yet given back, as far as this side knows; padding included.
    pub fn used_bytes(&self) -> usize {
        self.tail.wrapping_sub(self.shared.head.load(Ordering::Relaxed))
    }

    /// The size of the buffer.
    pub fn capacity_bytes(&self) -> usize {
        self.shared.buffer.capacity()
    }

    /// Where a frame of `space` bytes goes: here, or at the start of the buffer behind padding.
    #[inline]
    fn make_room(&mut self, space: usize, heap_bytes: usize) -> Result<usize, ClaimError> {
        let capacity = self.shared.buffer.capacity();
        let to_end = capacity - self.shared.offset(self.tail);
        let padding = if to_end < space { to_end } else { 0 };
        if heap_bytes > 0 || capacity - self.tail.wrapping_sub(self.head_seen) < padding + space {
            self.refresh(padding + space, heap_bytes)?;
        }
        Ok(self.tail.wrapping_add(padding))
    }

    /// Looks at the consumer's cursor; when that does not help, asks to be woken and looks once more.
    #[cold]
    fn refresh(&mut self, needed: usize, heap_bytes: usize) -> Result<(), ClaimError> {
        if self.is_closed() {
            return Err(ClaimError::Closed);
        }
        if self.has_room(needed, heap_bytes) {
            return Ok(());
        }
        self.shared.starved.store(true, Ordering::Relaxed);
        // Pairs with the fence in Consumer::release: either it sees that we starve, or we see its room.
        fence(Ordering::SeqCst);
        if self.has_room(needed, heap_bytes) {
            self.shared.starved.store(false, Ordering::Relaxed);
            return Ok(());
        }
        Err(ClaimError::Full)
    }

    fn has_room(&mut self, needed: usize, heap_bytes: usize) -> bool {
        self.head_seen = self.shared.head.load(Ordering::Acquire);
        let used = self.tail.wrapping_sub(self.head_seen);
        assert!(used <= self.shared.buffer.capacity(), "the consumer gave back more than was sent");
        let heap_used = self.shared.heap_bytes.load(Ordering::Relaxed);
        self.shared.buffer.capacity() - used >= needed
            && heap_used + heap_bytes <= self.shared.heap_bytes_max()
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.shared.producer_gone.store(true, Ordering::Release);
        self.shared.consumer.wake();
    }
}

impl Claim<'_> {
    /// Publishes the frame and wakes the consumer if it sleeps.
    #[inline]
    pub fn commit(self) {
        self.publish_frame(None).wake();
    }

    /// Like `commit`, with only the first `length` bytes: for payloads whose size is known only after
    /// encoding.
    pub fn commit_prefix(self, length: usize) {
        assert!(length <= self.len(), "{length} bytes of a claim of {}", self.len());
        self.publish_frame(Some(length)).wake();
    }

    /// Publishes the frame without a look at the consumer; call [`Producer::wake`] after the last one of the
    /// batch.
    #[inline]
    pub fn publish(self) {
        self.publish_frame(None);
    }
}

impl<'a> Claim<'a> {
    #[inline]
    fn publish_frame(self, prefix: Option<usize>) -> &'a mut Producer {
        let Claim { producer, start, kind, payload } = self;
        let shared = &producer.shared;
        let (header, inline) = match payload {
            Payload::Inline { length } => {
                let length = prefix.unwrap_or(length);
                shared.buffer.note_write(shared.offset(start) + HEADER_BYTES, length);
                (Header { length: length as u32, kind, on_heap: false }, length)
            }
            Payload::Heap(bytes) => {
                let bytes = shorten(bytes, prefix);
                let length = bytes.len() as u32;
                shared.heap_bytes.fetch_add(bytes.len(), Ordering::Relaxed);
                // SAFETY: make_room found the room, and only the producer writes there until tail moves.
                unsafe { heap::store(&shared.buffer, shared.offset(start), bytes) };
                (Header { length, kind, on_heap: true }, heap::POINTER_BYTES)
            }
        };
        if start != producer.tail {
            let length = (start.wrapping_sub(producer.tail) - HEADER_BYTES) as u32;
            let padding = Header { length, kind: KIND_PADDING, on_heap: false };
            // SAFETY: the rest of the buffer is free: make_room counted it.
            unsafe { padding.write(&shared.buffer, shared.offset(producer.tail)) };
        }
        // SAFETY: as for the payload.
        unsafe { header.write(&shared.buffer, shared.offset(start)) };
        producer.tail = start.wrapping_add(space(inline));
        shared.tail.store(producer.tail, Ordering::Release);
        producer
    }
}

/// Cuts a payload; keeps the box when nothing is to be cut.
fn shorten(bytes: Box<[u8]>, prefix: Option<usize>) -> Box<[u8]> {
    let Some(length) = prefix else { return bytes };
    let mut bytes = bytes.into_vec();
    bytes.truncate(length);
    bytes.into_boxed_slice()
}

impl Deref for Claim<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.payload {
            Payload::Heap(bytes) => bytes,
            Payload::Inline { length } => {
                let shared = &self.producer.shared;
                let start = shared.buffer.at(shared.offset(self.start)).wrapping_add(HEADER_BYTES);
                // SAFETY: room that make_room found free; initialised since birth; ours while the claim
                // borrows us.
                unsafe { std::slice::from_raw_parts(start, *length) }
            }
        }
    }
}

impl DerefMut for Claim<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        match &mut self.payload {
            Payload::Heap(bytes) => bytes,
            Payload::Inline { length } => {
                let shared = &self.producer.shared;
                let start = shared.buffer.at(shared.offset(self.start)).wrapping_add(HEADER_BYTES);
                // SAFETY: as in `deref`; `&mut self` makes it the only view.
                unsafe { std::slice::from_raw_parts_mut(start, *length) }
            }
        }
    }
}
