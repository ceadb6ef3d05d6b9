//! The one seam between the lock-free parts and the atomics they stand on: std in the product, `loom` when
//! the crate is built with `--cfg loom`, which then explores every interleaving the memory model allows.
//!
//! Only `ring` and `wake` use it. Everything else (metrics, histograms, flags set by signals) uses std
//! directly, because it carries no ordering that anyone relies on.

#[cfg(loom)]
pub(crate) use loom::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence},
};
#[cfg(not(loom))]
pub(crate) use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence},
};

/// Keeps what it holds on cache lines of its own, so that two threads that write neighbouring fields do not
/// steal each other's line. 128 bytes, not 64: x86 prefetches lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct CachePadded<T>(pub T);

impl<T> std::ops::Deref for CachePadded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
