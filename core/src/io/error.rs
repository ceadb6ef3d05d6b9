//! What can go wrong with an operation, told so that an operator can act.

use std::path::{Path, PathBuf};

/// A failed operation: what was tried, on what, and the kernel's answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation} {}: {}", path.display(), std::io::Error::from_raw_os_error(*errno))]
pub struct IoError {
    /// What was tried, e.g. `durable write`.
    pub operation: &'static str,
    /// The file or directory it was tried on.
    pub path: PathBuf,
    /// The kernel's error number (`EIO`, `ENOSPC`, ...).
    pub errno: i32,
}

impl IoError {
    /// An error with the given number.
    pub fn new(operation: &'static str, path: &Path, errno: i32) -> Self {
        assert!(errno > 0, "an error number is positive: {errno}");
        Self { operation, path: path.to_owned(), errno }
    }

    /// The error the standard library reported; `EIO` where it has no number.
    pub fn from_std(operation: &'static str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(operation, path, error.raw_os_error().filter(|number| *number > 0).unwrap_or(libc::EIO))
    }

    /// Whether the disk or quota is full.
    pub fn is_disk_full(&self) -> bool {
        self.errno == libc::ENOSPC || self.errno == libc::EDQUOT
    }

    /// Whether the named file or directory is absent.
    pub fn is_not_found(&self) -> bool {
        self.errno == libc::ENOENT
    }
}

/// The ring or its helpers are broken: nothing more can be submitted, the process must end.
#[derive(Debug, Clone, thiserror::Error)]
#[error("I/O backend {backend}: {operation}: {}", std::io::Error::from_raw_os_error(*errno))]
pub struct BackendError {
    /// Name of the backend.
    pub backend: &'static str,
    /// What was tried, e.g. `io_uring_enter`.
    pub operation: &'static str,
    /// The kernel's error number.
    pub errno: i32,
}
