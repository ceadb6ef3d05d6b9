//! The bytes of a ring: one allocation, aligned to cache lines, seen by two threads that never touch the same
//! bytes at the same time. Under loom each word carries a tracked cell, so that a violation of that is found.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;

const ALIGNMENT: usize = 128;

/// Zero-filled bytes; pages that were never touched cost no memory.
pub(super) struct Buffer {
    start: NonNull<u8>,
    capacity: usize,
    #[cfg(loom)]
    words: Vec<loom::cell::UnsafeCell<()>>,
}

// SAFETY: the buffer owns its allocation; all access goes through unsafe functions whose callers keep ranges
// apart.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

impl Buffer {
    pub(super) fn new(capacity: usize) -> Self {
        assert!(
            capacity.is_power_of_two() && capacity >= 64,
            "ring capacity {capacity}: no power of two >= 64"
        );
        // SAFETY: the size is not zero.
        let start = unsafe { alloc_zeroed(Self::layout(capacity)) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(Self::layout(capacity)) };
        Self {
            start,
            capacity,
            #[cfg(loom)]
            words: (0..capacity / 8).map(|_| loom::cell::UnsafeCell::new(())).collect(),
        }
    }

    fn layout(capacity: usize) -> Layout {
        Layout::from_size_align(capacity, ALIGNMENT).expect("a ring smaller than the address space")
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// The address of a byte.
    pub(super) fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset < self.capacity, "offset {offset} outside of a ring of {}", self.capacity);
        // SAFETY: inside of the allocation, checked above.
        unsafe { self.start.as_ptr().add(offset) }
    }

    /// Tells loom that this thread reads these bytes now. Nothing in the product.
    #[cfg_attr(not(loom), allow(unused_variables, clippy::unused_self))]
    #[inline]
    pub(super) fn note_read(&self, offset: usize, length: usize) {
        #[cfg(loom)]
        self.words[offset / 8..(offset + length).div_ceil(8)].iter().for_each(|word| word.with(|_| ()));
    }

    /// Tells loom that this thread writes these bytes now. Nothing in the product.
    #[cfg_attr(not(loom), allow(unused_variables, clippy::unused_self))]
    #[inline]
    pub(super) fn note_write(&self, offset: usize, length: usize) {
        #[cfg(loom)]
        self.words[offset / 8..(offset + length).div_ceil(8)].iter().for_each(|word| word.with_mut(|_| ()));
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.start.as_ptr(), Self::layout(self.capacity)) }
    }
}
