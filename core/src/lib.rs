//! The shard: one pinned loop per core, Io backends, byte rings, timers, clock, limits.

pub mod io;
