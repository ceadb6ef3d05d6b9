//! The shard: one pinned loop per core, Io backends, byte rings, timers, clock, limits.

pub mod ids;
pub mod io;
pub mod limits;
pub mod ring;
mod sync;
pub mod time;
pub mod wake;

pub use sync::CachePadded;
