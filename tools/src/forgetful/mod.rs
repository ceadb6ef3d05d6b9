//! A filesystem that forgets: what was written and not flushed is gone when it is told so, as after a power loss.
//! `kill -9` alone proves nothing about flushing, because the page cache survives; this does.
//!
//! Everything lives in memory. The [`model`] keeps for each file the way back to its last flush and for each folder the
//! names it had at its last flush; [`mount`] shows it through FUSE.

pub mod model;
pub mod mount;
