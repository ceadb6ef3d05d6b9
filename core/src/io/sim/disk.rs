//! The disk's state, and what each operation does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::fault::{Fault, FaultRates};
use super::random::SimRandom;
use super::sim_io::SimIo;
use super::{CRASHED_ERRNO, SECTOR_BYTES};
use crate::io::buffer::WriteBuffer;
use crate::io::{Files, IoError, OpenOptions};

/// A file's content: as programs see it, and as it would be after a power loss.
#[derive(Debug, Clone, Default)]
pub(super) struct Inode {
    pub(super) current: Vec<u8>,
    pub(super) durable: Vec<u8>,
    /// Completed, unflushed writes in their order.
    pub(super) unsynced: Vec<(usize, Vec<u8>)>,
    /// Byte ranges that the disk cannot read.
    pub(super) unreadable: Vec<std::ops::Range<usize>>,
}

/// A change of the directory that is not synced.
#[derive(Debug, Clone)]
pub(super) enum NameChange {
    Link(PathBuf, u64),
    Unlink(PathBuf),
    Rename(PathBuf, PathBuf),
}

/// A write under way.
pub(super) struct Flying {
    pub(super) inode: u64,
    pub(super) offset: usize,
    pub(super) buffer: WriteBuffer,
    pub(super) range: std::ops::Range<usize>,
}

pub(super) struct State {
    pub(super) random: SimRandom,
    pub(super) now_ns: u64,
    pub(super) index: u64,
    pub(super) crash_at: Option<u64>,
    pub(super) is_crashed: bool,
    pub(super) directories: BTreeSet<PathBuf>,
    pub(super) names: BTreeMap<PathBuf, u64>,
    pub(super) durable_names: BTreeMap<PathBuf, u64>,
    pub(super) name_changes: Vec<NameChange>,
    pub(super) inodes: BTreeMap<u64, Inode>,
    pub(super) next_inode: u64,
    pub(super) flying: BTreeMap<u64, Flying>,
    pub(super) injected: BTreeMap<u64, Fault>,
    pub(super) rates: FaultRates,
    pub(super) space_bytes: Option<usize>,
}

/// A simulated disk; clones share it.
#[derive(Clone)]
pub struct SimDisk(pub(super) Arc<Mutex<State>>);

impl SimDisk {
    /// An empty disk whose every choice follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: SimRandom::new(seed),
            now_ns: 0,
            index: 0,
            crash_at: None,
            is_crashed: false,
            directories: BTreeSet::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            name_changes: Vec::new(),
            inodes: BTreeMap::new(),
            next_inode: 1,
            flying: BTreeMap::new(),
            injected: BTreeMap::new(),
            rates: FaultRates::default(),
            space_bytes: None,
        })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder panics")
    }

    /// An `Io` on this disk.
    pub fn io(&self, depth_max: usize) -> SimIo {
        SimIo::new(self.clone(), depth_max)
    }

    /// The blocking view of this disk.
    pub fn files(&self) -> Arc<dyn Files> {
        Arc::new(self.clone())
    }

    /// Index that the next operation gets.
    pub fn index(&self) -> u64 {
        self.lock().index
    }

    /// The simulated time.
    pub fn now_ns(&self) -> u64 {
        self.lock().now_ns
    }

    /// Crashes at the operation with this index, instead of it.
    pub fn crash_at(&self, index: u64) {
        self.lock().crash_at = Some(index);
    }

    /// Whether the crash has happened.
    pub fn is_crashed(&self) -> bool {
        self.lock().is_crashed
    }

    /// Gives the operation with this index a fault.
    pub fn inject(&self, index: u64, fault: Fault) {
        self.lock().injected.insert(index, fault);
    }

    /// Sets how often faults happen by themselves.
    pub fn set_rates(&self, rates: FaultRates) {
        self.lock().rates = rates;
    }

    /// Limits the space for all files; beyond it `ENOSPC`.
    pub fn set_space(&self, bytes: Option<usize>) {
        self.lock().space_bytes = bytes;
    }

    /// Flips the bits of `mask` in the byte at `offset` of a file, on the platter.
    ///
    /// # Panics
    /// When there is no such byte.
    pub fn corrupt(&self, path: &Path, offset: usize, mask: u8) {
        assert!(mask != 0, "a mask that changes nothing");
        let mut state = self.lock();
        let inode = state.names[path];
        let inode = state.inodes.get_mut(&inode).expect("a named inode");
        inode.current[offset] ^= mask;
        if let Some(byte) = inode.durable.get_mut(offset) {
            *byte ^= mask;
        }
    }

    /// Overwrites a range of a file on the platter.
    pub fn overwrite(&self, path: &Path, offset: usize, bytes: &[u8]) {
        let mut state = self.lock();
        let inode = state.names[path];
        let inode = state.inodes.get_mut(&inode).expect("a named inode");
        put(&mut inode.current, offset, bytes);
        put(&mut inode.durable, offset, bytes);
    }

    /// Makes a range of a file unreadable.
    pub fn make_unreadable(&self, path: &Path, range: std::ops::Range<usize>) {
        let mut state = self.lock();
        let inode = state.names[path];
        state.inodes.get_mut(&inode).expect("a named inode").unreadable.push(range);
    }

    /// The content of a file; `None` when it is not there.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.lock();
        state.names.get(path).map(|inode| state.inodes[inode].current.clone())
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.lock().names.keys().cloned().collect()
    }
}

pub(super) fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if content.len() < offset + bytes.len() {
        content.resize(offset + bytes.len(), 0);
    }
    content[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// What becomes of an operation.
pub(super) enum Verdict {
    Goes,
    Faulty(Fault),
}

impl State {
    /// Counts an operation; the error of a crash or an injected one ends it.
    pub(super) fn step(&mut self, operation: &'static str, path: &Path) -> Result<Verdict, IoError> {
        if self.is_crashed || self.crash_at == Some(self.index) {
            self.is_crashed = true;
            return Err(IoError::new(operation, path, CRASHED_ERRNO));
        }
        let index = self.index;
        self.index += 1;
        self.now_ns += 1000;
        if let Some(fault) = self.injected.remove(&index) {
            return Ok(Verdict::Faulty(fault));
        }
        let rates = self.rates;
        if rates == FaultRates::default() {
            return Ok(Verdict::Goes);
        }
        let is_write = operation.contains("write") || operation == "fdatasync";
        let choices = [
            (is_write, rates.write_error, Fault::Error(libc::EIO)),
            (operation == "read", rates.read_error, Fault::Error(libc::EIO)),
            (operation.contains("write"), rates.lost, Fault::Lost),
            (operation.contains("write"), rates.misdirected, Fault::Misdirected(8192)),
            (operation.contains("write"), rates.bit_rot, Fault::BitRot),
        ];
        for (applies, rate, fault) in choices {
            if applies && rate > 0 && self.random.happens(rate) {
                return Ok(Verdict::Faulty(fault));
            }
        }
        Ok(Verdict::Goes)
    }

    pub(super) fn write(
        &mut self,
        operation: &'static str,
        path: &Path,
        inode: u64,
        mut offset: usize,
        bytes: &[u8],
        is_durable: bool,
    ) -> Result<(), IoError> {
        let mut bytes = std::borrow::Cow::Borrowed(bytes);
        match self.step(operation, path)? {
            Verdict::Goes => {}
            Verdict::Faulty(Fault::Lost) => return Ok(()),
            Verdict::Faulty(Fault::Misdirected(by)) => {
                offset = offset.saturating_add_signed(by as isize);
            }
            Verdict::Faulty(Fault::BitRot) => {
                let at = self.random.below(bytes.len() as u64) as usize;
                bytes.to_mut()[at] ^= 1 << self.random.below(8);
            }
            Verdict::Faulty(Fault::ShortWrite) => {
                let half = bytes.len() / 2 / SECTOR_BYTES * SECTOR_BYTES;
                self.store(inode, offset, &bytes[..half], false);
                return Err(IoError::new(operation, path, libc::EIO));
            }
            Verdict::Faulty(Fault::Error(errno)) => {
                for (at, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
                    if self.random.happens(500_000) {
                        self.store(inode, offset + at * SECTOR_BYTES, sector, false);
                    }
                }
                return Err(IoError::new(operation, path, errno));
            }
        }
        self.check_space(operation, path, inode, offset + bytes.len())?;
        self.store(inode, offset, &bytes, is_durable);
        Ok(())
    }

    fn store(&mut self, inode: u64, offset: usize, bytes: &[u8], is_durable: bool) {
        let inode = self.inodes.get_mut(&inode).expect("an open file has an inode");
        put(&mut inode.current, offset, bytes);
        if !is_durable {
            inode.unsynced.push((offset, bytes.to_vec()));
            return;
        }
        put(&mut inode.durable, offset, bytes);
        // Older unflushed writes must not come back over this one.
        let end = offset + bytes.len();
        for (start, older) in &mut inode.unsynced {
            let from = offset.max(*start);
            let to = end.min(*start + older.len());
            if from < to {
                older[from - *start..to - *start].copy_from_slice(&bytes[from - offset..to - offset]);
            }
        }
    }

    pub(super) fn check_space(
        &self,
        operation: &'static str,
        path: &Path,
        inode: u64,
        length: usize,
    ) -> Result<(), IoError> {
        let Some(space) = self.space_bytes else { return Ok(()) };
        let others =
            |(other, content): (&u64, &Inode)| if *other == inode { 0 } else { content.current.len() };
        let used: usize = self.inodes.iter().map(others).sum();
        let own = self.inodes[&inode].current.len().max(length);
        if used + own > space { Err(IoError::new(operation, path, libc::ENOSPC)) } else { Ok(()) }
    }

    pub(super) fn sync(&mut self, path: &Path, inode: u64) -> Result<(), IoError> {
        match self.step("fdatasync", path)? {
            Verdict::Faulty(Fault::Error(errno)) => return Err(IoError::new("fdatasync", path, errno)),
            Verdict::Faulty(Fault::Lost) => return Ok(()),
            _ => {}
        }
        let inode = self.inodes.get_mut(&inode).expect("an open file has an inode");
        for (offset, bytes) in std::mem::take(&mut inode.unsynced) {
            put(&mut inode.durable, offset, &bytes);
        }
        inode.durable.resize(inode.current.len(), 0);
        Ok(())
    }

    pub(super) fn open(&mut self, path: &Path, options: OpenOptions) -> Result<u64, IoError> {
        if let Verdict::Faulty(Fault::Error(errno)) = self.step("open", path)? {
            return Err(IoError::new("open", path, errno));
        }
        match self.names.get(path) {
            Some(_) if options.exclusive => Err(IoError::new("open", path, libc::EEXIST)),
            Some(inode) => Ok(*inode),
            None if !options.create => Err(IoError::new("open", path, libc::ENOENT)),
            None => {
                let inode = self.next_inode;
                self.next_inode += 1;
                self.inodes.insert(inode, Inode::default());
                self.names.insert(path.to_owned(), inode);
                self.name_changes.push(NameChange::Link(path.to_owned(), inode));
                Ok(inode)
            }
        }
    }
}
