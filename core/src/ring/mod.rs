//! A bounded byte ring between two threads: one writes frames, one reads them in place.
//!
//! ```text
//!   frame:  ┌ length u32 ┬ kind u32 ┬ payload (length bytes) ┬ 0..7 unused ┐   starts at a multiple of 8
//!   length: top bit set: the payload is on the heap and the frame holds only a pointer to it (see `heap`)
//!   kind:   the caller's; u32::MAX marks padding up to the end of the buffer, where a frame did not fit
//!
//!   buffer: ┊ free ┊ published, unread ┊ free ┊         head = first byte not yet given back by the consumer
//!                  ▲ head              ▲ tail           tail = first byte not yet published by the producer
//! ```
//!
//! Cursors only grow; the place in the buffer is `cursor & (capacity - 1)`. Each side owns one cursor and
//! keeps a copy of the other's, so that it touches the foreign cache line only when its copy says "full" or
//! "empty".
//!
//! Invariants:
//! - `head <= tail <= head + capacity`; both are multiples of 8 at all times.
//! - Bytes between head and tail are written by nobody; bytes outside are read by nobody.
//! - A frame never wraps. Its space is at most half of the buffer, so that with its padding it fits an empty
//!   one.
//!
//! Back-pressure is the caller's business: [`ClaimError::Full`] says so, and the producer's sleeper (when it
//! has one) is woken as soon as the consumer gives room back.

#![allow(unsafe_code)]

mod buffer;
mod consumer;
mod frame;
mod heap;
mod outbox;
mod producer;
mod shared;

pub use consumer::{Consumer, Frame};
pub use outbox::Outbox;
pub use producer::{Claim, ClaimError, Producer};

use crate::wake::Waker;

/// A new ring of `capacity_bytes` (a power of two, 64 at least) whose frames hold up to `frame_bytes_max`.
///
/// `consumer` is woken when a frame comes and the consumer sleeps; `producer`, when given, as soon as there
/// is room again after a claim was refused. Both endpoints can move to other threads; neither can be cloned.
pub fn ring(
    capacity_bytes: usize,
    frame_bytes_max: usize,
    consumer: Waker,
    producer: Option<Waker>,
) -> (Producer, Consumer) {
    let shared = shared::Shared::new(capacity_bytes, frame_bytes_max, consumer, producer);
    (Producer::new(shared.clone()), Consumer::new(shared))
}

#[cfg(all(test, not(loom)))]
mod tests;
