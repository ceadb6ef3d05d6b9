//! Blocking file operations for threads that may block: recovery, readers, tools, helper threads.

use std::ops::Deref;
use std::path::Path;

use super::error::IoError;
use super::file::{File, OpenOptions};

/// A file found in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Name without the directory.
    pub name: String,
    /// Length, bytes.
    pub length: u64,
}

/// A range of a file mapped read-only. Reading a page that the disk cannot give does not end the process:
/// the page reads as zeros and the mapping is marked ([`Mapping::damaged`]). Never trust bytes without
/// their checksum.
pub trait Mapping: Deref<Target = [u8]> + Send + Sync {
    /// First and one past the last byte offset (relative to the mapping) of pages that could not be read so
    /// far.
    fn damaged(&self) -> Option<std::ops::Range<usize>>;

    /// Lets the kernel drop the pages before `offset`; they are read from disk again when touched.
    fn drop_behind(&self, offset: usize);
}

/// Blocking operations; the simulator counts each one as a step at which it may crash.
pub trait Files: Send + Sync {
    /// Creates a directory and its parents, durably.
    fn create_directories(&self, path: &Path) -> Result<(), IoError>;

    /// The files in a directory, sorted by name; directories are left out.
    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, IoError>;

    /// Opens or creates a file.
    fn open(&self, path: &Path, options: OpenOptions) -> Result<File, IoError>;

    /// Length of an open file, bytes.
    fn length(&self, file: &File) -> Result<u64, IoError>;

    /// Reads into `buffer` until it is full or the file ends; returns the bytes read. With a direct file,
    /// offset, address and length are multiples of 4096.
    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, IoError>;

    /// Writes all of `bytes`; not durable before [`Files::sync_data`]. Alignment as for `read_at`.
    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> Result<(), IoError>;

    /// As [`Files::write_at`], durable when it returns, by `pwritev2` with `RWF_DSYNC`.
    fn write_at_durable(&self, file: &File, offset: u64, bytes: &[u8]) -> Result<(), IoError>;

    /// Makes everything written before durable (fdatasync).
    fn sync_data(&self, file: &File) -> Result<(), IoError>;

    /// Reserves space and sets the length (fallocate).
    fn allocate(&self, file: &File, length: u64) -> Result<(), IoError>;

    /// Renames a file, replacing the target.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError>;

    /// Removes a file.
    fn unlink(&self, path: &Path) -> Result<(), IoError>;

    /// Makes creations, renames and removals in a directory durable.
    fn sync_directory(&self, path: &Path) -> Result<(), IoError>;

    /// Maps `length` bytes from the start of a file read-only, for reading front to back.
    fn map(&self, file: &File, length: usize) -> Result<Box<dyn Mapping>, IoError>;
}
