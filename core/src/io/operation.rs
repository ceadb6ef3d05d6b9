//! What can be submitted, and what comes back.

use std::ops::Range;
use std::path::PathBuf;

use super::buffer::{AlignedBuffer, WriteBuffer};
use super::error::IoError;
use super::file::{File, OpenOptions};

/// The submitter's name for an operation; comes back unchanged with its completion.
///
/// The shard loop shares one `Io` among its tenants: the highest byte is for the loop to tell tenants apart
/// ([`Token::tenant`]), the rest belongs to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u64);

impl Token {
    /// Bits below the tenant's byte.
    pub const LOCAL_BITS: u32 = 56;

    /// A token of `tenant` with a value of its own.
    ///
    /// # Panics
    /// When `local` does not fit in 56 bits.
    pub fn new(tenant: u8, local: u64) -> Self {
        assert!(local >> Self::LOCAL_BITS == 0, "token value {local:#x} does not fit beside the tenant");
        Self(u64::from(tenant) << Self::LOCAL_BITS | local)
    }

    /// Whom the completion is for.
    pub fn tenant(self) -> u8 {
        (self.0 >> Self::LOCAL_BITS) as u8
    }

    /// The tenant's own value.
    pub fn local(self) -> u64 {
        self.0 & ((1 << Self::LOCAL_BITS) - 1)
    }
}

/// How a write becomes durable. Which is fastest differs by disk and kernel: it is measured, not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurableMethod {
    /// One write with `RWF_DSYNC`.
    RwfDsync,
    /// One plain write on a file opened with `O_DSYNC`.
    OpenDsync,
    /// A write; when it is complete, an fdatasync.
    WriteThenSync,
    /// A write linked to an fdatasync, submitted together.
    LinkedSync,
    /// Blocking pwrite + fdatasync on a companion thread.
    BlockingThread,
}

impl DurableMethod {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::RwfDsync, Self::OpenDsync, Self::WriteThenSync, Self::LinkedSync, Self::BlockingThread];

    /// The name in files and configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::RwfDsync => "rwf-dsync",
            Self::OpenDsync => "open-dsync",
            Self::WriteThenSync => "write-then-sync",
            Self::LinkedSync => "linked-sync",
            Self::BlockingThread => "blocking-thread",
        }
    }

    /// The method of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// What a completed write promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: the bytes may be lost, in any order, until a later [`Operation::SyncData`] of the file.
    Volatile,
    /// The bytes survive a power loss. The file must have been opened for the method
    /// ([`OpenOptions::dsync`] for [`DurableMethod::OpenDsync`]).
    Durable(DurableMethod),
}

/// One operation. All of them run in the background; none blocks the submitter.
///
/// Network operations have their place here when peers and doors arrive: `Accept`, `Receive` and `Send`
/// with a raw socket, buffers handed over as in `Read` and `Write`, completed by the same [`Completion`].
#[derive(Debug)]
pub enum Operation {
    /// Writes `buffer[range]` at `offset`. Completes with all bytes written, or fails: a short write is an
    /// error (`EIO`). With a direct file, `offset`, start and length of `range` are multiples of 4096.
    Write {
        /// Where to.
        file: File,
        /// Byte offset in the file.
        offset: u64,
        /// The bytes; readable by other holders meanwhile.
        buffer: WriteBuffer,
        /// The part of `buffer` to write.
        range: Range<usize>,
        /// What completion promises.
        durability: Durability,
    },
    /// Reads up to `length` bytes at `offset` into the start of `buffer`; completes with the number of
    /// bytes read (fewer only at the end of the file) and gives the buffer back.
    Read {
        /// Where from.
        file: File,
        /// Byte offset in the file.
        offset: u64,
        /// Filled from its start, given back with the completion.
        buffer: AlignedBuffer,
        /// Most bytes to read; at most the buffer's length.
        length: usize,
    },
    /// Makes everything written to the file before this submission's completion durable (fdatasync).
    SyncData {
        /// Which file.
        file: File,
    },
    /// Reserves space and sets the length (fallocate); the content reads as zeros but is *unwritten* space,
    /// which makes durable writes slow: follow with [`Operation::Zero`].
    Allocate {
        /// Which file.
        file: File,
        /// New length, bytes.
        length: u64,
    },
    /// Writes zeros; one step of filling a file ahead. At most [`ZERO_STEP_BYTES_MAX`] at a time.
    Zero {
        /// Which file.
        file: File,
        /// Byte offset in the file.
        offset: u64,
        /// How many bytes; a multiple of 4096.
        length: usize,
    },
    /// Opens or creates a file; completes with the file.
    Open {
        /// Which file.
        path: PathBuf,
        /// How.
        options: OpenOptions,
    },
    /// Renames a file, replacing the target. Durable only after [`Operation::SyncDirectory`].
    Rename {
        /// The file as it is called now.
        from: PathBuf,
        /// What it is called afterwards.
        to: PathBuf,
    },
    /// Removes a file. Durable only after [`Operation::SyncDirectory`].
    Unlink {
        /// Which file.
        path: PathBuf,
    },
    /// Makes creations, renames and removals in a directory durable.
    SyncDirectory {
        /// Which directory.
        path: PathBuf,
    },
}

/// Most bytes that one [`Operation::Zero`] may write: small, so that a flush never waits long behind a
/// filler.
pub const ZERO_STEP_BYTES_MAX: usize = 256 * 1024;

impl Operation {
    /// The operation's name in error texts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Write { durability: Durability::Volatile, .. } => "write",
            Self::Write { .. } => "durable write",
            Self::Read { .. } => "read",
            Self::SyncData { .. } => "fdatasync",
            Self::Allocate { .. } => "fallocate",
            Self::Zero { .. } => "zero fill",
            Self::Open { .. } => "open",
            Self::Rename { .. } => "rename",
            Self::Unlink { .. } => "unlink",
            Self::SyncDirectory { .. } => "fsync of directory",
        }
    }
}

/// What a finished operation gives.
#[derive(Debug)]
pub enum Outcome {
    /// Done, nothing to tell.
    Done,
    /// Bytes written or read.
    Bytes(usize),
    /// The file that was opened.
    Opened(File),
}

/// An operation has finished.
#[derive(Debug)]
pub struct Completion {
    /// As submitted.
    pub token: Token,
    /// How it ended. After a failed write or sync the state of the file's pages is unknown: never retry,
    /// end the process.
    pub result: Result<Outcome, IoError>,
    /// The buffer of a read, given back whether it succeeded or not.
    pub buffer: Option<AlignedBuffer>,
}
