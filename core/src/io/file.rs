//! An open file, shared between the shard thread and helper threads.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to open a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct OpenOptions {
    /// Also for writing.
    pub write: bool,
    /// Create it when absent.
    pub create: bool,
    /// Fail with `EEXIST` when it is there; only with `create`.
    pub exclusive: bool,
    /// Past the page cache (`O_DIRECT`): offsets, lengths and memory are multiples of 4096. Fails with
    /// `EINVAL` where the filesystem refuses.
    pub direct: bool,
    /// Each write is durable when it completes (`O_DSYNC`).
    pub dsync: bool,
}

/// What stands behind a file.
#[derive(Debug)]
pub(crate) enum FileKind {
    /// A descriptor of the kernel.
    Real(OwnedFd),
    /// Identity of a file (an inode, so to say) on a simulated disk.
    Simulated(u64),
}

#[derive(Debug)]
struct Inner {
    kind: FileKind,
    path: PathBuf,
    options: OpenOptions,
}

/// An open file; clones share it, the last one closes it.
#[derive(Debug, Clone)]
pub struct File(Arc<Inner>);

impl File {
    pub(crate) fn new(kind: FileKind, path: &Path, options: OpenOptions) -> Self {
        Self(Arc::new(Inner { kind, path: path.to_owned(), options }))
    }

    /// The path it was opened by; a rename does not change it.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// How it was opened.
    pub fn options(&self) -> OpenOptions {
        self.0.options
    }

    pub(crate) fn kind(&self) -> &FileKind {
        &self.0.kind
    }

    /// The descriptor.
    ///
    /// # Panics
    /// On a simulated file: a bug, files do not change backends.
    pub(crate) fn descriptor(&self) -> RawFd {
        match &self.0.kind {
            FileKind::Real(descriptor) => descriptor.as_raw_fd(),
            FileKind::Simulated(identity) => panic!("simulated file {identity} given to a real backend"),
        }
    }
}
