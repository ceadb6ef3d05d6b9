//! The backend on io_uring: one ring per shard thread.
//!
//! Flags: SINGLE_ISSUER + DEFER_TASKRUN (completions are worked off only when the shard asks, kernel 6.1+);
//! where the kernel refuses, COOP_TASKRUN (5.19+), then none. `IORING_ENTER_NO_IOWAIT` (6.15+) keeps a
//! sleeping shard from being counted as a core that waits for disk.
//!
//! Reads, writes, zero fills and fdatasync run in the ring. Opening, renaming and the like are rare and go
//! to a helper thread (`tm-files`): in the ring the kernel would give them to its worker threads anyway.
//! Durable writes by [`DurableMethod::BlockingThread`] have a helper of their own (`tm-flush`).
//!
//! Invariant: a slot of the table owns everything the kernel may touch until its last completion has been
//! seen.
#![allow(unsafe_code)]

mod setup;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use io_uring::types::{Fd, FsyncFlags, SubmitArgs, Timespec};
use io_uring::{EnterFlags, IoUring, opcode, squeue};

use crate::io::blocking::zeros;
use crate::io::buffer::AlignedBuffer;
use crate::io::check::assert_well_formed;
use crate::io::error::{BackendError, IoError};
use crate::io::files::Files;
use crate::io::helper::Helper;
use crate::io::operation::{Completion, Durability, DurableMethod, Operation, Outcome, Token};
use crate::io::real_files::RealFiles;
use crate::io::waker::Waker;
use crate::io::{Backend, Io, Waited};

/// Buffers that can be registered with one ring.
pub const REGISTERED_BUFFERS_MAX: u16 = 256;
/// `user_data` of the read that waits on the eventfd.
const WAKE: u64 = u64::MAX;
/// Added to a slot's number: the completion of the linked or following fdatasync.
const SYNC_PART: u64 = 1 << 32;

/// An operation that the kernel works on.
struct Flying {
    token: Token,
    operation: Operation,
    /// Bytes done so far, of a read that came back in parts.
    done: usize,
    /// Completions the kernel still owes.
    owed: u8,
    errno: i32,
}

/// One ring and its helpers.
pub struct UringIo {
    ring: IoUring,
    files: Arc<dyn Files>,
    table: Vec<Option<Flying>>,
    free: Vec<u32>,
    waker: Waker,
    wake_counter: Box<u64>,
    wake_armed: bool,
    other: Option<Helper>,
    flush: Option<Helper>,
    identity: u32,
    buffer_slots: Option<Vec<bool>>,
    no_iowait: bool,
    depth_max: usize,
    deferred: bool,
}

fn failed(operation: &'static str, error: &std::io::Error) -> BackendError {
    BackendError { backend: "uring", operation, errno: error.raw_os_error().unwrap_or(libc::EIO) }
}

impl UringIo {
    /// Creates the ring. Call on the thread that will use it.
    ///
    /// # Errors
    /// `ENOSYS`, `EPERM` or `ENOMEM` where io_uring is absent, denied or over the limit of locked memory.
    pub fn new(depth_max: usize) -> Result<Self, BackendError> {
        assert!((1..=4096).contains(&depth_max), "depth {depth_max} of a ring");
        static RINGS: AtomicU32 = AtomicU32::new(0);
        // Twice: a linked write takes two entries; one more for the eventfd.
        let entries = u32::try_from((depth_max * 2 + 2).next_power_of_two()).expect("bounded above");
        let (ring, deferred) = setup::build(entries).map_err(|error| failed("io_uring_setup", &error))?;
        let waker = Waker::with_eventfd(false).map_err(|error| failed("eventfd", &error))?;
        let no_iowait = ring.params().is_feature_no_iowait();
        let mut io = Self {
            ring,
            files: Arc::new(RealFiles),
            table: (0..depth_max).map(|_| None).collect(),
            free: (0..u32::try_from(depth_max).expect("bounded above")).rev().collect(),
            waker,
            wake_counter: Box::new(0),
            wake_armed: false,
            other: None,
            flush: None,
            identity: RINGS.fetch_add(1, Ordering::Relaxed),
            buffer_slots: None,
            no_iowait,
            depth_max,
            deferred,
        };
        if io.ring.submitter().register_buffers_sparse(u32::from(REGISTERED_BUFFERS_MAX)).is_ok() {
            io.buffer_slots = Some(vec![false; usize::from(REGISTERED_BUFFERS_MAX)]);
        }
        io.other = Some(io.helper("tm-files")?);
        Ok(io)
    }

    /// Whether the ring runs with SINGLE_ISSUER and DEFER_TASKRUN.
    pub fn is_deferred(&self) -> bool {
        self.deferred
    }

    /// Whether the sleeping ring is kept out of the machine's iowait.
    pub fn has_no_iowait(&self) -> bool {
        self.no_iowait
    }

    fn helper(&self, name: &str) -> Result<Helper, BackendError> {
        Helper::start(name, Arc::clone(&self.files), self.waker.clone())
            .map_err(|error| failed("start thread", &error))
    }

    fn push(&mut self, entry: &squeue::Entry) {
        // SAFETY: the memory and descriptor named by the entry are owned by the table's slot (or by `self`
        // for the eventfd) until the completion; see `Flying`.
        let pushed = unsafe { self.ring.submission().push(entry) };
        // Two entries per slot and one for the eventfd fit: see `new`.
        assert!(pushed.is_ok(), "submission queue overflows though the depth is bounded");
    }

    /// Builds and pushes the kernel's entries of a slot, from `done` on.
    fn launch(&mut self, slot: u32) {
        let flying = self.table[slot as usize].as_mut().expect("launched slot is taken");
        let done = flying.done;
        let mut follow_up = None;
        let entry = match &mut flying.operation {
            Operation::Write { file, offset, buffer, range, durability } => {
                let fd = Fd(file.descriptor());
                let address = buffer[range.clone()].as_ptr();
                let length = u32::try_from(range.len()).expect("checked at submission");
                let flags = if *durability == Durability::Durable(DurableMethod::RwfDsync) {
                    libc::RWF_DSYNC
                } else {
                    0
                };
                let entry = match buffer.registration() {
                    Some(at) if at.ring == self.identity => {
                        let write = opcode::WriteFixed::new(fd, address, length, at.slot);
                        write.offset(*offset).rw_flags(flags).build()
                    }
                    _ => opcode::Write::new(fd, address, length).offset(*offset).rw_flags(flags).build(),
                };
                if *durability == Durability::Durable(DurableMethod::LinkedSync) {
                    let sync = opcode::Fsync::new(fd).flags(FsyncFlags::DATASYNC).build();
                    follow_up = Some(sync.user_data(u64::from(slot) | SYNC_PART));
                    entry.flags(squeue::Flags::IO_LINK)
                } else {
                    entry
                }
            }
            Operation::Read { file, offset, buffer, length } => {
                let rest = &mut buffer[done..*length];
                let count = u32::try_from(rest.len()).expect("checked at submission");
                let read = opcode::Read::new(Fd(file.descriptor()), rest.as_mut_ptr(), count);
                read.offset(*offset + done as u64).build()
            }
            Operation::Zero { file, offset, length } => {
                let count = u32::try_from(*length).expect("checked at submission");
                // The zeros live in a static.
                let write = opcode::Write::new(Fd(file.descriptor()), zeros().as_ptr(), count);
                write.offset(*offset).build()
            }
            Operation::SyncData { file } => {
                opcode::Fsync::new(Fd(file.descriptor())).flags(FsyncFlags::DATASYNC).build()
            }
            other => unreachable!("{} runs on a helper", other.name()),
        };
        flying.owed = 1 + u8::from(follow_up.is_some());
        self.push(&entry.user_data(u64::from(slot)));
        if let Some(follow_up) = follow_up {
            self.push(&follow_up);
        }
    }

    fn launch_sync(&mut self, slot: u32) {
        let flying = self.table[slot as usize].as_mut().expect("slot is taken");
        let Operation::Write { file, .. } = &flying.operation else {
            unreachable!("only writes are followed")
        };
        let sync = opcode::Fsync::new(Fd(file.descriptor())).flags(FsyncFlags::DATASYNC).build();
        flying.owed = 1;
        self.push(&sync.user_data(u64::from(slot) | SYNC_PART));
    }

    fn arm_wake(&mut self) {
        let address = std::ptr::from_mut(&mut *self.wake_counter).cast::<u8>();
        let read = opcode::Read::new(Fd(self.waker.descriptor()), address, 8).build().user_data(WAKE);
        self.push(&read);
        self.wake_armed = true;
    }

    /// Takes one completion of the kernel; gives the operation's completion when it was the last one.
    fn settle(&mut self, user_data: u64, result: i32) -> Option<Completion> {
        let slot = u32::try_from(user_data & (SYNC_PART - 1)).expect("slot numbers are small");
        let is_sync = user_data & SYNC_PART != 0;
        let flying = self.table[slot as usize].as_mut().expect("completion of a free slot");
        assert!(flying.owed > 0, "more completions than entries");
        flying.owed -= 1;
        if result < 0 {
            // The first error is the cause; a linked sync that was cancelled because of it says less.
            if flying.errno == 0 || flying.errno == libc::ECANCELED {
                flying.errno = -result;
            }
        } else if !is_sync {
            match &flying.operation {
                Operation::Write { range, durability, .. } => {
                    if result as usize != range.len() {
                        flying.errno = libc::EIO;
                    } else if *durability == Durability::Durable(DurableMethod::WriteThenSync) {
                        self.launch_sync(slot);
                        return None;
                    }
                }
                Operation::Zero { length, .. } if result as usize != *length => flying.errno = libc::EIO,
                Operation::Read { file, length, .. } => {
                    let part = result as usize;
                    flying.done += part;
                    let is_end = part == 0 || (file.options().direct && !part.is_multiple_of(512));
                    if !is_end && flying.done < *length {
                        self.launch(slot);
                        return None;
                    }
                }
                _ => {}
            }
        }
        let flying = self.table[slot as usize].as_ref().expect("still taken");
        if flying.owed > 0 { None } else { Some(self.finish(slot)) }
    }

    fn finish(&mut self, slot: u32) -> Completion {
        let flying = self.table[slot as usize].take().expect("finished slot is taken");
        self.free.push(slot);
        let name = flying.operation.name();
        let (path, outcome, buffer) = match flying.operation {
            Operation::Write { file, range, .. } => (file, Outcome::Bytes(range.len()), None),
            Operation::Zero { file, length, .. } => (file, Outcome::Bytes(length), None),
            Operation::Read { file, buffer, .. } => (file, Outcome::Bytes(flying.done), Some(buffer)),
            Operation::SyncData { file } => (file, Outcome::Done, None),
            other => unreachable!("{} runs on a helper", other.name()),
        };
        let result =
            if flying.errno == 0 { Ok(outcome) } else { Err(IoError::new(name, path.path(), flying.errno)) };
        Completion { token: flying.token, result, buffer }
    }

    fn helper_count(&self) -> usize {
        [&self.other, &self.flush].into_iter().flatten().map(Helper::in_flight).sum()
    }

    fn enter(&mut self, want: u32, timeout: Option<Duration>) -> Result<(), BackendError> {
        let to_submit = u32::try_from(self.ring.submission().len()).expect("ring sizes are small");
        let mut flags = EnterFlags::GETEVENTS | EnterFlags::EXT_ARG;
        if self.no_iowait {
            flags |= EnterFlags::NO_IOWAIT;
        }
        let time = timeout.map(Timespec::from);
        let arguments = match &time {
            Some(time) => SubmitArgs::new().timespec(time),
            None => SubmitArgs::new(),
        };
        // SAFETY: EXT_ARG is given with a live getevents argument; every queued entry names memory that its
        // slot owns.
        let entered = unsafe { self.ring.submitter().enter(to_submit, want, flags.bits(), Some(&arguments)) };
        match entered {
            Ok(_) => Ok(()),
            Err(error) => match error.raw_os_error() {
                // Time is over, a signal came, or the completion queue is to be emptied first: reap and go
                // on.
                Some(libc::ETIME | libc::EINTR | libc::EBUSY | libc::EAGAIN) => Ok(()),
                _ => Err(failed("io_uring_enter", &error)),
            },
        }
    }

    fn reap(&mut self, completions: &mut Vec<Completion>) -> usize {
        let before = completions.len();
        loop {
            let next = self.ring.completion().next().map(|entry| (entry.user_data(), entry.result()));
            let Some((user_data, result)) = next else { break };
            if user_data == WAKE {
                self.wake_armed = false;
            } else if let Some(completion) = self.settle(user_data, result) {
                completions.push(completion);
            }
        }
        for helper in [&mut self.other, &mut self.flush].into_iter().flatten() {
            helper.reap(completions);
        }
        completions.len() - before
    }
}

impl Io for UringIo {
    fn backend(&self) -> Backend {
        Backend::Uring
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    fn submit(&mut self, token: Token, operation: Operation) -> Result<(), Operation> {
        assert_well_formed(&operation);
        if self.in_flight() >= self.depth_max {
            return Err(operation);
        }
        match &operation {
            Operation::Write { durability: Durability::Durable(DurableMethod::BlockingThread), .. } => {
                if self.flush.is_none() {
                    match self.helper("tm-flush") {
                        Ok(helper) => self.flush = Some(helper),
                        Err(_) => return Err(operation),
                    }
                }
                self.flush.as_mut().expect("just started").submit(token, operation);
            }
            Operation::Write { .. }
            | Operation::Read { .. }
            | Operation::Zero { .. }
            | Operation::SyncData { .. } => {
                let slot = self.free.pop().expect("fewer in flight than slots");
                let flying = Flying { token, operation, done: 0, owed: 0, errno: 0 };
                assert!(self.table[slot as usize].replace(flying).is_none(), "free slot was taken");
                self.launch(slot);
            }
            _ => self.other.as_mut().expect("started in new").submit(token, operation),
        }
        Ok(())
    }

    fn depth_max(&self) -> usize {
        self.depth_max
    }

    fn in_flight(&self) -> usize {
        self.depth_max - self.free.len() + self.helper_count()
    }

    fn wait(
        &mut self,
        timeout: Option<Duration>,
        completions: &mut Vec<Completion>,
    ) -> Result<Waited, BackendError> {
        let mut woken = self.waker.take();
        let mut completion_count = self.reap(completions);
        let may_sleep = !woken && completion_count == 0 && timeout != Some(Duration::ZERO);
        if may_sleep && !self.wake_armed {
            self.arm_wake();
        }
        let has_work = self.free.len() < self.depth_max || !self.ring.submission().is_empty();
        if may_sleep || has_work {
            let want = u32::from(may_sleep);
            self.enter(want, if may_sleep { timeout } else { None })?;
            woken |= self.waker.take();
            completion_count += self.reap(completions);
        }
        Ok(Waited { completion_count, woken })
    }

    fn waker(&self) -> Waker {
        self.waker.clone()
    }

    fn register_buffer(&mut self, buffer: &mut AlignedBuffer) -> bool {
        self.add_buffer(buffer)
    }

    fn unregister_buffer(&mut self, buffer: &mut AlignedBuffer) {
        self.remove_buffer(buffer);
    }
}
