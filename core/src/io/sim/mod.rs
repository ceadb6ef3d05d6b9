//! The simulator's disk: in memory, deterministic by seed, with faults.
//!
//! # Fault model
//!
//! Every executed operation has an *index*, counted from 0 over blocking and completion-based ones. A crash
//! can be asked for at any index ([`SimDisk::crash_at`]): that operation and all behind it fail, those
//! submitted are *under way*. [`SimDisk::restart`] then decides by seed what survived:
//! - of writes under way and of completed but unflushed ones any subset of 512-byte sectors, applied in any
//!   order;
//! - of renames, creations and removals since the last sync of the directory any prefix;
//! - everything that was flushed.
//!
//! Without a crash, at chosen indices or by rates: errors (`EIO`, `ENOSPC`), short writes, lost writes
//! (acknowledged, not stored), misdirected ones, bit rot. The order of completions is drawn from the seed
//! as well.
//!
//! A clock (`SimDisk::now_ns`) moves with the latencies drawn; network and clock of whole brokers get their
//! places beside the disk when brokers are simulated.

mod crash;
mod disk;
mod fault;
mod files;
mod random;
mod sim_io;

pub use disk::SimDisk;
pub use fault::{Fault, FaultRates};
pub use random::SimRandom;
pub use sim_io::SimIo;

/// What a crash may tear.
pub const SECTOR_BYTES: usize = 512;

/// The error number of every operation at and after a crash.
pub const CRASHED_ERRNO: i32 = libc::ESHUTDOWN;
