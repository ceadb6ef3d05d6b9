//! Looks now and then how much room the disk of the data directory has, so that commands are refused before it is full.

use std::path::{Path, PathBuf};

use tidemill_core::limits::DISK_FREE_BYTES_MIN;

/// Time between two looks, nanoseconds ...
const INTERVAL_NS: u64 = 1_000_000_000;
/// ... and while there is not much room left, which a broker under load fills in less than a second.
const INTERVAL_NEAR_NS: u64 = 10_000_000;
/// Not much room: this many times what has to be free.
const NEAR_FACTOR: u64 = 4;

/// Size of the filesystem of `path`, bytes; a very large one where it cannot be asked.
pub fn disk_bytes(path: &Path) -> u64 {
    rustix::fs::statvfs(path).map_or(u64::MAX / 2, |found| found.f_blocks * found.f_frsize)
}

/// Watches one filesystem.
#[derive(Debug)]
pub struct DiskSpace {
    path: PathBuf,
    free_bytes_min: u64,
    next_look_ns: u64,
    full: bool,
}

impl DiskSpace {
    /// Watches the filesystem of `path`. It counts as full below `reserved_bytes`, which the journals need to go
    /// on, and below a few large segments, or a quarter of a small disk.
    pub fn new(path: PathBuf, reserved_bytes: u64) -> Self {
        let usual = (DISK_FREE_BYTES_MIN as u64).min(disk_bytes(&path) / 4);
        Self { free_bytes_min: usual.max(reserved_bytes), path, next_look_ns: 0, full: false }
    }

    /// Looks when it is time; gives whether the disk is nearly full when that has changed.
    pub fn look(&mut self, now_ns: u64) -> Option<bool> {
        if now_ns < self.next_look_ns {
            return None;
        }
        // A filesystem that cannot be asked is not known to be full; writing to it will tell.
        let free = rustix::fs::statvfs(&self.path).map_or(u64::MAX, |found| found.f_bavail * found.f_frsize);
        let full = free < self.free_bytes_min;
        let near = free < self.free_bytes_min.saturating_mul(NEAR_FACTOR);
        self.next_look_ns = now_ns + if near { INTERVAL_NEAR_NS } else { INTERVAL_NS };
        if full != self.full {
            if full {
                tracing::error!(
                    free_bytes = free,
                    least = self.free_bytes_min,
                    "disk nearly full: refusing new work"
                );
            } else {
                tracing::info!(free_bytes = free, "disk has room again");
            }
            self.full = full;
            return Some(full);
        }
        None
    }

    /// When the next look is due, monotonic nanoseconds.
    pub fn next_look_ns(&self) -> u64 {
        self.next_look_ns
    }
}
