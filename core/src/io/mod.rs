//! The one door to the world: disk now, network later, through completions.
//!
//! ```text
//!   shard thread                         helper threads
//!   ┌──────────────┐ submit(token, op)   ┌──────────────────────────────┐
//!   │ journal, ... │ ──────────────▶ Io  │ recovery, readers, inspector │ ──▶ Files (blocking)
//!   │ shard loop   │ ◀────────────── wait└──────────────────────────────┘
//!   └──────────────┘  completions
//! ```
//!
//! [`Io`] is completion based: one instance per shard thread, never blocking except in [`Io::wait`].
//! [`Files`] is its blocking sibling for threads that may block (recovery at start, readers of sealed
//! segments); both see the same files, so that the simulator sees each operation. Backends: `uring`,
//! `portable`, `sim`.
//!
//! Invariants:
//! - every accepted operation completes exactly once, in any order; order is the submitter's business;
//! - memory under an operation belongs to the backend until its completion ([`AlignedBuffer`] moves,
//!   [`WriteBuffer`] is shared read-only);
//! - a completed `Durable` write survives a power loss;
//! - nothing is retried after a failed write or sync.

mod blocking;
mod buffer;
mod check;
mod error;
mod file;
mod files;
mod filesystem;
mod helper;
mod mapping;
mod operation;
mod portable;
mod probe;
pub mod raw;
mod real_files;
pub mod sim;
mod uring;
mod waker;

use std::sync::Arc;
use std::time::Duration;

pub use buffer::{AlignedBuffer, BLOCK_BYTES, Registration, WriteBuffer};
pub use error::{BackendError, IoError};
pub use file::{File, OpenOptions};
pub use files::{DirectoryEntry, Files, Mapping};
pub use filesystem::{FilesystemInfo, filesystem_of};
pub use operation::{Completion, Durability, DurableMethod, Operation, Outcome, Token, ZERO_STEP_BYTES_MAX};
pub use portable::PortableIo;
pub use probe::{BackendChoice, Probe, UringFeatures, open_io, probe, probe_direct_io};
pub use real_files::RealFiles;
pub use uring::{REGISTERED_BUFFERS_MAX, UringIo};
pub use waker::Waker;

/// Which implementation is at work; named in health and in the start-up line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One io_uring per shard.
    Uring,
    /// Helper threads and poll, where io_uring is denied.
    Portable,
    /// The deterministic simulator.
    Sim,
}

impl Backend {
    /// The backend's name, as in configuration and health.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uring => "uring",
            Self::Portable => "portable",
            Self::Sim => "sim",
        }
    }
}

/// Why [`Io::wait`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// Completions appended to the caller's buffer.
    pub completion_count: usize,
    /// Somebody called [`Waker::wake`] since the last return with `woken`.
    pub woken: bool,
}

/// All input and output of one shard thread. Create it on the thread that uses it: it stays there.
pub trait Io {
    /// Which implementation this is.
    fn backend(&self) -> Backend;

    /// The blocking view on the same files, for threads that may block.
    fn files(&self) -> Arc<dyn Files>;

    /// Accepts an operation and returns at once; the kernel may see it only at the next [`Io::poll`] or
    /// [`Io::wait`]. When [`Io::depth_max`] operations are under way, gives the operation back: reap, then
    /// try again.
    ///
    /// # Panics
    /// On operations that break their documented shape (misaligned, empty, too long): bugs of the caller.
    fn submit(&mut self, token: Token, operation: Operation) -> Result<(), Operation>;

    /// Most operations under way at once.
    fn depth_max(&self) -> usize;

    /// Operations accepted and not yet handed out as completions.
    fn in_flight(&self) -> usize;

    /// Hands queued operations to the kernel and appends what has finished to `completions`. Never sleeps.
    fn poll(&mut self, completions: &mut Vec<Completion>) -> Result<Waited, BackendError> {
        self.wait(Some(Duration::ZERO), completions)
    }

    /// As `poll`, but sleeps until something finishes, a [`Waker`] fires, or `timeout` passes (`None`: no
    /// limit). Appends at most [`Io::depth_max`] completions.
    fn wait(
        &mut self,
        timeout: Option<Duration>,
        completions: &mut Vec<Completion>,
    ) -> Result<Waited, BackendError>;

    /// A handle for other threads to end the sleep in [`Io::wait`]. All clones wake this instance.
    fn waker(&self) -> Waker;

    /// Registers a buffer with the kernel so that writes from it need no page pinning. An optimisation:
    /// `false` where it is not supported, over the limit of locked memory, or the table is full.
    fn register_buffer(&mut self, buffer: &mut AlignedBuffer) -> bool {
        let _ = buffer;
        false
    }

    /// Takes a buffer out of the kernel's table before it is dropped.
    fn unregister_buffer(&mut self, buffer: &mut AlignedBuffer) {
        assert!(buffer.registration().is_none(), "a buffer of another ring");
    }
}
