//! Payloads that are too big for the ring: they live in a box of their own, and the ring carries the pointer.
//!
//! That keeps rings small (they stay in the processor's cache) although single messages reach megabytes. The
//! price is an allocation for such a message; the sum of bytes on the way is bounded per ring.

use super::buffer::Buffer;
use super::frame::HEADER_BYTES;

/// Bytes that a heap frame has in the ring behind its header: address and length.
pub(super) const POINTER_BYTES: usize = size_of::<*mut [u8]>();

/// Puts the box behind the header at `offset`; the frame owns it from now on.
///
/// # Safety
/// The bytes of the frame belong to the calling thread.
pub(super) unsafe fn store(buffer: &Buffer, offset: usize, payload: Box<[u8]>) {
    buffer.note_write(offset + HEADER_BYTES, POINTER_BYTES);
    let place = buffer.at(offset + HEADER_BYTES).cast::<*mut [u8]>();
    // SAFETY: aligned to eight, inside of the frame, ours by contract. Written as a pointer, so provenance
    // survives.
    unsafe { place.write(Box::into_raw(payload)) };
}

/// Takes the box out of the frame at `offset`.
///
/// # Safety
/// `store` was called for this frame, the frame was published to the calling thread, and this is the only
/// `take`.
pub(super) unsafe fn take(buffer: &Buffer, offset: usize) -> Box<[u8]> {
    buffer.note_read(offset + HEADER_BYTES, POINTER_BYTES);
    let place = buffer.at(offset + HEADER_BYTES).cast::<*mut [u8]>();
    // SAFETY: `store` put a pointer from Box::into_raw here, and nobody else takes it.
    unsafe { Box::from_raw(place.read()) }
}
