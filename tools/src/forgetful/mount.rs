//! The model behind a FUSE mount. Nothing is cached by the kernel across a mount, so that forgetting is complete.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData,
    ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow,
    WriteFlags,
};

use super::model::{Disk, Node, NodeId, Refused};

const TTL: Duration = Duration::from_secs(1);

/// A filesystem that several mounts, one after the other, can show.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Disk>>);

fn errno(refused: Refused) -> Errno {
    Errno::from_i32(refused)
}

impl Shared {
    /// An empty one of `bytes_max`.
    pub fn new(bytes_max: usize) -> Self {
        Self(Arc::new(Mutex::new(Disk::new(bytes_max))))
    }

    /// The files.
    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows it at `path` until the session is dropped or unmounted.
    ///
    /// # Errors
    /// FUSE is not there or not allowed.
    pub fn mount(&self, path: &Path) -> io::Result<BackgroundSession> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("forgetful".into())];
        fuser::spawn_mount(self.clone(), path, &config)
    }

    fn attributes(&self, id: NodeId) -> Result<FileAttr, Refused> {
        let disk = self.disk();
        let (kind, size, perm) = match disk.node(id)? {
            Node::Folder(..) => (FileType::Directory, 0, 0o755),
            Node::File(content) => (FileType::RegularFile, content.bytes.len() as u64, 0o644),
        };
        let time = UNIX_EPOCH;
        Ok(FileAttr {
            ino: INodeNo(id),
            size,
            blocks: size.div_ceil(512),
            atime: time,
            mtime: time,
            ctime: time,
            crtime: time,
            kind,
            perm,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }

    fn reply_entry(&self, id: Result<NodeId, Refused>, reply: ReplyEntry) {
        match id.and_then(|id| self.attributes(id)) {
            Ok(attributes) => reply.entry(&TTL, &attributes, Generation(0)),
            Err(refused) => reply.error(errno(refused)),
        }
    }
}

fn reply_empty(done: Result<(), Refused>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(refused) => reply.error(errno(refused)),
    }
}

fn text(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

impl Filesystem for Shared {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let id = self.disk().lookup(parent.0, &text(name));
        self.reply_entry(id, reply);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(ino.0) {
            Ok(attributes) => reply.attr(&TTL, &attributes),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn setattr(
        &self,
        request: &Request,
        ino: INodeNo,
        _mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        handle: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        if let Some(size) = size {
            let resized = self.disk().resize(ino.0, size as usize);
            if let Err(refused) = resized {
                return reply.error(errno(refused));
            }
        }
        self.getattr(request, ino, handle, reply);
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        let id = self.disk().create(parent.0, &text(name), true);
        self.reply_entry(id, reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let removed = self.disk().remove(parent.0, &text(name));
        reply_empty(removed, reply);
    }

    fn rmdir(&self, request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.unlink(request, parent, name, reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let renamed = self.disk().rename((parent.0, &text(name)), (new_parent.0, &text(new_name)));
        reply_empty(renamed, reply);
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        _mode: u32,
        _umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        let id = self.disk().create(parent.0, &text(name), false);
        match id.and_then(|id| self.attributes(id)) {
            Ok(attributes) => {
                reply.created(&TTL, &attributes, Generation(0), FileHandle(0), FopenFlags::empty());
            }
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disk().node(ino.0) {
            Ok(Node::File(content)) => {
                let start = (offset as usize).min(content.bytes.len());
                let end = (start + size as usize).min(content.bytes.len());
                reply.data(&content.bytes[start..end]);
            }
            _ => reply.error(errno(super::model::ENOENT)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disk().write(ino.0, offset as usize, data) {
            Ok(()) => reply.written(data.len() as u32),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        // Closing a file is no flush to disk.
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let flushed = self.disk().flush(ino.0);
        reply_empty(flushed, reply);
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let flushed = self.disk().flush(ino.0);
        reply_empty(flushed, reply);
    }

    fn fallocate(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        length: u64,
        _mode: i32,
        reply: ReplyEmpty,
    ) {
        let end = (offset + length) as usize;
        let mut disk = self.disk();
        let grow = matches!(disk.node(ino.0), Ok(Node::File(content)) if content.bytes.len() < end);
        let done = if grow { disk.resize(ino.0, end) } else { Ok(()) };
        drop(disk);
        reply_empty(done, reply);
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::empty());
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let disk = self.disk();
        let Ok(Node::Folder(names, _)) = disk.node(ino.0) else {
            return reply.error(errno(super::model::ENOENT));
        };
        let own = [(ino.0, "."), (ino.0, "..")];
        let entries = own.into_iter().chain(names.iter().map(|(name, id)| (*id, name.as_str())));
        for (place, (id, name)) in entries.enumerate().skip(offset as usize) {
            let kind = match disk.node(id) {
                Ok(Node::File(_)) => FileType::RegularFile,
                _ => FileType::Directory,
            };
            if reply.add(INodeNo(id), place as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let (used, most) = self.disk().usage();
        let (all, free) = ((most / 4096) as u64, (most.saturating_sub(used) / 4096) as u64);
        reply.statfs(all, free, free, 1 << 20, 1 << 20, 4096, 255, 4096);
    }
}
