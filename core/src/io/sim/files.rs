//! The blocking view of a simulated disk.

use std::ops::{Deref, Range};
use std::path::Path;

use super::disk::{NameChange, SimDisk, State, Verdict};
use super::fault::Fault;
use crate::io::file::FileKind;
use crate::io::{DirectoryEntry, File, Files, IoError, Mapping, OpenOptions};

pub(super) fn inode_of(file: &File) -> u64 {
    match file.kind() {
        FileKind::Simulated(inode) => *inode,
        FileKind::Real(_) => panic!("a real file given to the simulator"),
    }
}

fn plain_step(state: &mut State, operation: &'static str, path: &Path) -> Result<(), IoError> {
    match state.step(operation, path)? {
        Verdict::Faulty(Fault::Error(errno)) => Err(IoError::new(operation, path, errno)),
        _ => Ok(()),
    }
}

impl State {
    fn content(&self, file: &File, operation: &'static str) -> Result<&super::disk::Inode, IoError> {
        let missing = || IoError::new(operation, file.path(), libc::ESTALE);
        self.inodes.get(&inode_of(file)).ok_or_else(missing)
    }

    fn writable(&self, file: &File, operation: &'static str) -> Result<u64, IoError> {
        assert!(file.options().write, "write to a file opened for reading");
        self.content(file, operation).map(|_| inode_of(file))
    }
}

/// A copy of a file, taken when it was mapped.
struct Copied {
    bytes: Vec<u8>,
    damaged: Option<Range<usize>>,
}

impl Deref for Copied {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Mapping for Copied {
    fn damaged(&self) -> Option<Range<usize>> {
        self.damaged.clone()
    }

    fn drop_behind(&self, _offset: usize) {}
}

impl Files for SimDisk {
    fn create_directories(&self, path: &Path) -> Result<(), IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "create directory", path)?;
        state.directories.extend(path.ancestors().map(Path::to_owned));
        Ok(())
    }

    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "list directory", path)?;
        if !state.directories.contains(path) {
            return Err(IoError::new("list directory", path, libc::ENOENT));
        }
        let entry = |(name, inode): (&std::path::PathBuf, &u64)| {
            let length = state.inodes[inode].current.len() as u64;
            let file_name = name.file_name().expect("files have names").to_string_lossy().into_owned();
            (name.parent() == Some(path)).then_some(DirectoryEntry { name: file_name, length })
        };
        Ok(state.names.iter().filter_map(entry).collect())
    }

    fn open(&self, path: &Path, options: OpenOptions) -> Result<File, IoError> {
        let inode = self.lock().open(path, options)?;
        Ok(File::new(FileKind::Simulated(inode), path, options))
    }

    fn length(&self, file: &File) -> Result<u64, IoError> {
        self.lock().content(file, "fstat").map(|inode| inode.current.len() as u64)
    }

    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, IoError> {
        let mut state = self.lock();
        let verdict = state.step("read", file.path())?;
        let mut offset = offset as usize;
        match verdict {
            Verdict::Faulty(Fault::Error(errno)) => return Err(IoError::new("read", file.path(), errno)),
            Verdict::Faulty(Fault::Misdirected(by)) => offset = offset.saturating_add_signed(by as isize),
            _ => {}
        }
        let inode = state.content(file, "read")?;
        let end = (offset + buffer.len()).min(inode.current.len());
        let count = end.saturating_sub(offset);
        if inode.unreadable.iter().any(|range| range.start < end && offset < range.end) {
            return Err(IoError::new("read", file.path(), libc::EIO));
        }
        buffer[..count].copy_from_slice(&inode.current[offset.min(end)..end]);
        if matches!(verdict, Verdict::Faulty(Fault::BitRot)) && count > 0 {
            let at = state.random.below(count as u64) as usize;
            buffer[at] ^= 1 << state.random.below(8);
        }
        Ok(count)
    }

    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        let mut state = self.lock();
        let inode = state.writable(file, "write")?;
        let is_durable = file.options().dsync;
        state.write("write", file.path(), inode, offset as usize, bytes, is_durable)
    }

    fn write_at_durable(&self, file: &File, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        let mut state = self.lock();
        let inode = state.writable(file, "durable write")?;
        state.write("durable write", file.path(), inode, offset as usize, bytes, true)
    }

    fn sync_data(&self, file: &File) -> Result<(), IoError> {
        let mut state = self.lock();
        let inode = state.writable(file, "fdatasync")?;
        state.sync(file.path(), inode)
    }

    fn allocate(&self, file: &File, length: u64) -> Result<(), IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "fallocate", file.path())?;
        let inode = state.writable(file, "fallocate")?;
        let length = length as usize;
        state.check_space("fallocate", file.path(), inode, length)?;
        let inode = state.inodes.get_mut(&inode).expect("just seen");
        if inode.current.len() < length {
            inode.current.resize(length, 0);
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "rename", from)?;
        let Some(inode) = state.names.remove(from) else {
            return Err(IoError::new("rename", from, libc::ENOENT));
        };
        state.names.insert(to.to_owned(), inode);
        state.name_changes.push(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn unlink(&self, path: &Path) -> Result<(), IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "unlink", path)?;
        if state.names.remove(path).is_none() {
            return Err(IoError::new("unlink", path, libc::ENOENT));
        }
        state.name_changes.push(NameChange::Unlink(path.to_owned()));
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> Result<(), IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "fsync of directory", path)?;
        state.sync_names();
        Ok(())
    }

    fn map(&self, file: &File, length: usize) -> Result<Box<dyn Mapping>, IoError> {
        let mut state = self.lock();
        plain_step(&mut state, "map", file.path())?;
        let inode = state.content(file, "map")?;
        let mut bytes = inode.current.clone();
        bytes.resize(length, 0);
        let mut damaged: Option<Range<usize>> = None;
        for range in &inode.unreadable {
            let range = range.start / 4096 * 4096..range.end.next_multiple_of(4096).min(length);
            bytes[range.clone()].fill(0);
            let before = damaged.unwrap_or(range.clone());
            damaged = Some(before.start.min(range.start)..before.end.max(range.end));
        }
        Ok(Box::new(Copied { bytes, damaged }))
    }
}
