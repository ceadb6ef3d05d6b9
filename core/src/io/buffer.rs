//! Memory that the kernel may read from or write to while nobody else changes it.
//!
//! Invariants: the address is a multiple of [`BLOCK_BYTES`]; the memory is zeroed when allocated and lives
//! as long as the value. A buffer handed to a read is *moved* into the operation and comes back with the
//! completion; a buffer handed to a write is shared ([`WriteBuffer`]): the backend keeps a clone until the
//! completion, so the writer, replication and live readers may read it meanwhile, and only the last holder
//! can change it again.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;

/// Alignment and granularity of direct I/O, bytes. 4096 fits every disk's logical block (512 or 4096).
pub const BLOCK_BYTES: usize = 4096;

/// A buffer that is being, or has been, written: readable by all holders, changeable only through
/// [`Arc::get_mut`] once every other holder is gone.
pub type WriteBuffer = Arc<AlignedBuffer>;

/// Where a buffer is registered with a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration {
    /// Identity of the ring in this process.
    pub ring: u32,
    /// Index in that ring's table of registered buffers.
    pub slot: u16,
}

/// Zeroed heap memory aligned to [`BLOCK_BYTES`].
pub struct AlignedBuffer {
    address: NonNull<u8>,
    bytes: usize,
    pub(crate) registration: Option<Registration>,
}

// SAFETY: the buffer owns its memory alone, like a `Box<[u8]>`.
unsafe impl Send for AlignedBuffer {}
// SAFETY: shared access only reads, like a `Box<[u8]>`.
unsafe impl Sync for AlignedBuffer {}

impl AlignedBuffer {
    /// Allocates `bytes` zeroed bytes, rounded up to a multiple of [`BLOCK_BYTES`].
    ///
    /// # Panics
    /// When `bytes` is zero or beyond `isize::MAX`, which is a bug of the caller.
    pub fn new(bytes: usize) -> Self {
        assert!(bytes > 0, "an aligned buffer needs at least one byte");
        let bytes = bytes.next_multiple_of(BLOCK_BYTES);
        let layout = Self::layout(bytes);
        // SAFETY: the layout has a size above zero.
        let address = unsafe { alloc_zeroed(layout) };
        let Some(address) = NonNull::new(address) else { handle_alloc_error(layout) };
        assert_eq!(address.as_ptr() as usize % BLOCK_BYTES, 0, "the allocator broke the alignment");
        Self { address, bytes, registration: None }
    }

    /// Whether, and where, the buffer is registered with a ring.
    pub fn registration(&self) -> Option<Registration> {
        self.registration
    }

    fn layout(bytes: usize) -> Layout {
        Layout::from_size_align(bytes, BLOCK_BYTES).expect("buffer size within isize")
    }
}

impl Deref for AlignedBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the address is valid for `bytes` initialised bytes as long as `self` lives.
        unsafe { std::slice::from_raw_parts(self.address.as_ptr(), self.bytes) }
    }
}

impl DerefMut for AlignedBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`, and `&mut self` excludes every other access.
        unsafe { std::slice::from_raw_parts_mut(self.address.as_ptr(), self.bytes) }
    }
}

impl Drop for AlignedBuffer {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout, freed only here.
        unsafe { dealloc(self.address.as_ptr(), Self::layout(self.bytes)) }
    }
}

impl std::fmt::Debug for AlignedBuffer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "AlignedBuffer({} bytes, {:?})", self.bytes, self.registration)
    }
}
