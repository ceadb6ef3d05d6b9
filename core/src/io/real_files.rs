//! [`Files`] on the kernel.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::error::IoError;
use super::file::{File, FileKind, OpenOptions};
use super::files::{DirectoryEntry, Files, Mapping};
use super::mapping::RealMapping;

/// Blocking file operations by system calls. Without state.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFiles;

fn last_errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().filter(|errno| *errno > 0).unwrap_or(libc::EIO)
}

/// `EINTR` is the one answer that says that nothing was done; every other failure is final.
fn retry_interrupted(mut call: impl FnMut() -> isize) -> Result<usize, i32> {
    loop {
        let result = call();
        if result >= 0 {
            return Ok(result as usize);
        }
        let errno = last_errno();
        if errno != libc::EINTR {
            return Err(errno);
        }
    }
}

fn offset_of(offset: u64) -> libc::off_t {
    libc::off_t::try_from(offset).expect("file offset within i64")
}

impl RealFiles {
    fn sync_path(path: &Path) -> Result<(), IoError> {
        std::fs::File::open(path)
            .and_then(|directory| directory.sync_all())
            .map_err(|error| IoError::from_std("fsync of directory", path, &error))
    }
}

impl Files for RealFiles {
    fn create_directories(&self, path: &Path) -> Result<(), IoError> {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.create_directories(parent)?;
        }
        match std::fs::create_dir(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(IoError::from_std("create directory", path, &error));
            }
            _ => {}
        }
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => Self::sync_path(parent),
            _ => Self::sync_path(Path::new(".")),
        }
    }

    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, IoError> {
        let fail = |error: std::io::Error| IoError::from_std("list directory", path, &error);
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let metadata = entry.metadata().map_err(fail)?;
            if metadata.is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                entries.push(DirectoryEntry { name, length: metadata.len() });
            }
        }
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(entries)
    }

    fn open(&self, path: &Path, options: OpenOptions) -> Result<File, IoError> {
        assert!(options.create || !options.exclusive, "exclusive without create");
        let mut flags = libc::O_CLOEXEC | if options.write { libc::O_RDWR } else { libc::O_RDONLY };
        flags |= if options.create { libc::O_CREAT } else { 0 };
        flags |= if options.exclusive { libc::O_EXCL } else { 0 };
        flags |= if options.direct { libc::O_DIRECT } else { 0 };
        flags |= if options.dsync { libc::O_DSYNC } else { 0 };
        let name = CString::new(path.as_os_str().as_bytes())
            .map_err(|_| IoError::new("open", path, libc::EINVAL))?;
        // SAFETY: `name` is a terminated string that lives through the call.
        let opened = retry_interrupted(|| unsafe { libc::open(name.as_ptr(), flags, 0o640) as isize });
        let descriptor = opened.map_err(|errno| IoError::new("open", path, errno))? as i32;
        // SAFETY: just opened, owned by nobody else.
        let owned = unsafe { OwnedFd::from_raw_fd(descriptor) };
        Ok(File::new(FileKind::Real(owned), path, options))
    }

    fn length(&self, file: &File) -> Result<u64, IoError> {
        // SAFETY: all-zero is a valid `stat` to be overwritten.
        let mut status: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: `status` is a live local of the right type.
        let result = unsafe { libc::fstat(file.descriptor(), &raw mut status) };
        if result != 0 {
            return Err(IoError::new("fstat", file.path(), last_errno()));
        }
        Ok(u64::try_from(status.st_size).expect("file length is not negative"))
    }

    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, IoError> {
        let mut done = 0;
        while done < buffer.len() {
            let rest = &mut buffer[done..];
            // SAFETY: `rest` is writable memory of the given length.
            let read = retry_interrupted(|| unsafe {
                let at = offset_of(offset + done as u64);
                libc::pread(file.descriptor(), rest.as_mut_ptr().cast(), rest.len(), at)
            })
            .map_err(|errno| IoError::new("read", file.path(), errno))?;
            done += read;
            // A direct read that ends inside a block has met the end of the file.
            if read == 0 || (file.options().direct && done % 512 != 0) {
                break;
            }
        }
        assert!(done <= buffer.len(), "the kernel read past the buffer");
        Ok(done)
    }

    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        // SAFETY: `bytes` is readable memory of the given length.
        let written = retry_interrupted(|| unsafe {
            libc::pwrite(file.descriptor(), bytes.as_ptr().cast(), bytes.len(), offset_of(offset))
        });
        expect_whole("write", file, written, bytes.len())
    }

    fn write_at_durable(&self, file: &File, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        let vector = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
        // SAFETY: the vector names readable memory of the given length; the kernel does not write to it.
        let written = retry_interrupted(|| unsafe {
            libc::pwritev2(file.descriptor(), &raw const vector, 1, offset_of(offset), libc::RWF_DSYNC)
        });
        expect_whole("durable write", file, written, bytes.len())
    }

    fn sync_data(&self, file: &File) -> Result<(), IoError> {
        // SAFETY: no memory is passed.
        let result = unsafe { libc::fdatasync(file.descriptor()) };
        // Not even EINTR is retried: after a failed sync the pages may be marked clean and lost.
        if result == 0 { Ok(()) } else { Err(IoError::new("fdatasync", file.path(), last_errno())) }
    }

    fn allocate(&self, file: &File, length: u64) -> Result<(), IoError> {
        let size = offset_of(length);
        // SAFETY: no memory is passed.
        let result = retry_interrupted(|| unsafe { libc::fallocate(file.descriptor(), 0, 0, size) as isize });
        match result {
            Ok(_) => Ok(()),
            Err(libc::EOPNOTSUPP) => {
                // SAFETY: no memory is passed.
                let result =
                    retry_interrupted(|| unsafe { libc::ftruncate(file.descriptor(), size) as isize });
                result.map(drop).map_err(|errno| IoError::new("set length", file.path(), errno))
            }
            Err(errno) => Err(IoError::new("fallocate", file.path(), errno)),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        std::fs::rename(from, to).map_err(|error| IoError::from_std("rename", from, &error))
    }

    fn unlink(&self, path: &Path) -> Result<(), IoError> {
        std::fs::remove_file(path).map_err(|error| IoError::from_std("unlink", path, &error))
    }

    fn sync_directory(&self, path: &Path) -> Result<(), IoError> {
        Self::sync_path(path)
    }

    fn map(&self, file: &File, length: usize) -> Result<Box<dyn Mapping>, IoError> {
        assert!(length > 0, "an empty mapping");
        RealMapping::new(file.descriptor().as_raw_fd(), length)
            .map(|mapping| Box::new(mapping) as Box<dyn Mapping>)
            .map_err(|errno| IoError::new("map", file.path(), errno))
    }
}

/// A short write is an error: the rest of it may have failed for a reason that a second try would hide.
fn expect_whole(
    operation: &'static str,
    file: &File,
    written: Result<usize, i32>,
    expected: usize,
) -> Result<(), IoError> {
    match written {
        Ok(bytes) if bytes == expected => Ok(()),
        Ok(_) => Err(IoError::new(operation, file.path(), libc::EIO)),
        Err(errno) => Err(IoError::new(operation, file.path(), errno)),
    }
}
