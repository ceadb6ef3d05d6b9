//! The shard: one pinned loop per core, Io backends, byte rings, timers, clock, limits.

#[cfg(feature = "alloc-counter")]
pub mod alloc_counter;
pub mod exit;
pub mod histogram;
pub mod ids;
pub mod io;
pub mod limits;
pub mod metrics;
pub mod ring;
#[cfg(not(loom))]
pub mod shard;
pub mod signal;
pub mod stages;
mod sync;
pub mod time;
pub mod wake;

pub use sync::CachePadded;
