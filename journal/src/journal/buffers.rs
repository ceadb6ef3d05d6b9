//! The write buffers: few, reused, registered with the ring.
//!
//! A buffer is free, in a batch, under way, or in the tail that readers see. The oldest one of the tail is
//! taken when no other is left; if a reader still holds it, the reader keeps the memory and a new buffer
//! takes its place.

use std::sync::Arc;

use tidemill_core::io::{AlignedBuffer, Io, WriteBuffer};
use tidemill_core::limits::JOURNAL_WRITE_BYTES_MAX;

use super::{BLOCK_START, CONTENT_START};
use crate::shared::{Shared, TailBlock};

/// Size of a new buffer; it grows when batches do.
const INITIAL_BYTES: usize = BLOCK_START + 64 * 1024;

/// Bytes of buffers kept for readers of the tail.
const TAIL_BYTES_MAX: usize = 1024 * 1024;

pub(super) struct Buffers {
    free: Vec<WriteBuffer>,
    /// To be taken out of the kernel's table before they are dropped.
    retired: Vec<AlignedBuffer>,
    allocated_count: usize,
    count_max: usize,
    /// Larger ones, grown for a single large entry, are not kept.
    kept_bytes_max: usize,
    may_register: bool,
}

impl Buffers {
    pub(super) fn new(count_max: usize, batch_bytes: usize) -> Self {
        Self {
            free: Vec::with_capacity(count_max),
            retired: Vec::new(),
            allocated_count: 0,
            count_max,
            kept_bytes_max: 2 * (batch_bytes + CONTENT_START).next_power_of_two(),
            may_register: true,
        }
    }

    /// Whether [`Buffers::take`] would give `needed` buffers.
    pub(super) fn has(&self, needed: usize, shared: &Shared) -> bool {
        let sure = self.free.len() + (self.count_max - self.allocated_count);
        sure >= needed || sure + shared.lock_tail().len() >= needed
    }

    /// A buffer that nobody else holds.
    pub(super) fn take(&mut self, shared: &Shared) -> Option<WriteBuffer> {
        if let Some(buffer) = self.free.pop() {
            return Some(buffer);
        }
        if self.allocated_count < self.count_max {
            self.allocated_count += 1;
            return Some(Arc::new(AlignedBuffer::new(INITIAL_BYTES)));
        }
        let oldest = shared.lock_tail().pop_front()?;
        let mut buffer = oldest.buffer;
        if Arc::get_mut(&mut buffer).is_some() {
            return Some(buffer);
        }
        // A reader holds it and will drop it; its place in the kernel's table is lost until the ring ends.
        Some(Arc::new(AlignedBuffer::new(INITIAL_BYTES)))
    }

    /// Takes a buffer back that nobody else holds.
    pub(super) fn put(&mut self, mut buffer: WriteBuffer) {
        assert!(Arc::get_mut(&mut buffer).is_some(), "a buffer given back is held elsewhere");
        self.free.push(buffer);
    }

    /// Replaces a batch's memory by a larger one with the same first `used` bytes.
    pub(super) fn grow(&mut self, buffer: &mut WriteBuffer, used: usize, needed: usize) {
        assert!(needed > buffer.len() && used <= buffer.len(), "growing from {used} to {needed}");
        let bytes =
            needed.next_power_of_two().max(buffer.len() * 2).min(BLOCK_START + JOURNAL_WRITE_BYTES_MAX);
        assert!(bytes >= needed, "an entry beyond the largest write");
        let mut larger = AlignedBuffer::new(bytes);
        larger[..used].copy_from_slice(&buffer[..used]);
        let old = std::mem::replace(buffer, Arc::new(larger));
        self.retire(old);
    }

    fn retire(&mut self, buffer: WriteBuffer) {
        let owned = Arc::try_unwrap(buffer).ok();
        self.retired.extend(owned.filter(|buffer| buffer.registration().is_some()));
    }

    /// Shows a written block to readers, and takes back what is beyond the tail's bound: used again at
    /// once, a buffer is still in the processor's caches.
    pub(super) fn retain_for_readers(&mut self, block: TailBlock, shared: &Shared) {
        let mut tail = shared.lock_tail();
        tail.push_back(block);
        let mut bytes: usize = tail.iter().map(|block| block.buffer.len()).sum();
        while bytes > TAIL_BYTES_MAX {
            let mut oldest = tail.pop_front().expect("bytes are counted").buffer;
            bytes -= oldest.len();
            if oldest.len() <= self.kept_bytes_max && Arc::get_mut(&mut oldest).is_some() {
                self.free.push(oldest);
            } else {
                self.discard(oldest);
            }
        }
    }

    /// Forgets a buffer: too large to keep, or held by a reader.
    pub(super) fn discard(&mut self, buffer: WriteBuffer) {
        assert!(self.allocated_count > 0, "a buffer that was never allocated");
        self.allocated_count -= 1;
        self.retire(buffer);
    }

    /// Brings the kernel's table up to date: new buffers in, dropped ones out.
    pub(super) fn register(&mut self, io: &mut dyn Io, buffer: &mut WriteBuffer) {
        for mut retired in self.retired.drain(..) {
            io.unregister_buffer(&mut retired);
        }
        if self.may_register && buffer.registration().is_none() {
            let memory = Arc::get_mut(buffer).expect("registered before it is shared");
            self.may_register = io.register_buffer(memory);
        }
    }
}
