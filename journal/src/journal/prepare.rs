//! The next segment, made ready in the background, one small step at a time.
//!
//! ```text
//! new       open preparing-G.tmp ─▶ allocate ─▶ zeros, 256 KiB a step ─▶ fdatasync ─▶ rename G.segment ─▶
//! fsync directory
//! recycled  rename recycled-O.tmp to G.segment ─▶ fsync directory ─▶ open
//! ```
//!
//! While a flush is under way a step is taken only when the filling lags behind the use of the current
//! segment.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use tidemill_core::io::{File, Files, Io, IoError, OpenOptions, Operation, Outcome, ZERO_STEP_BYTES_MAX};

use super::compact::Removals;
use super::{Journal, tokens};
use crate::recovery::{preparing_name, segment_name};

/// A segment that the writer may use at once.
pub(super) struct Ready {
    pub(super) generation: u64,
    pub(super) bytes: u64,
    pub(super) file: File,
    pub(super) is_recycled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Open,
    Allocate,
    Zero { done: u64 },
    Sync,
    Rename,
    SyncDirectory,
    OpenRecycled,
}

struct Work {
    generation: u64,
    bytes: u64,
    file: Option<File>,
    /// The file's name while it is not ready.
    from: PathBuf,
    is_recycled: bool,
    step: Step,
}

pub(super) struct Preparer {
    directory: PathBuf,
    open_options: OpenOptions,
    next_generation: u64,
    next_bytes: u64,
    bytes_max: u64,
    work: Option<Work>,
    is_under_way: bool,
    ready: VecDeque<Ready>,
}

impl Preparer {
    pub(super) fn new(
        directory: &Path,
        open_options: OpenOptions,
        next_generation: u64,
        bytes_min: u64,
        bytes_max: u64,
    ) -> Self {
        assert!(next_generation >= 1, "generations count from 1");
        Self {
            directory: directory.to_owned(),
            open_options,
            next_generation,
            next_bytes: bytes_min,
            bytes_max,
            work: None,
            is_under_way: false,
            ready: VecDeque::new(),
        }
    }

    /// Gives the prepared segment if it has room for `needed` bytes; one that is too small is removed and a
    /// larger one begun.
    pub(super) fn take(&mut self, needed: u64, removals: &mut Removals) -> Option<Ready> {
        if needed > self.next_bytes {
            self.next_bytes = needed.next_power_of_two();
        }
        while let Some(ready) = self.ready.pop_front() {
            if ready.bytes >= needed {
                return Some(ready);
            }
            removals.add(self.directory.join(segment_name(ready.generation)), None);
        }
        None
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    fn grow(&mut self) {
        self.next_bytes = (self.next_bytes * 2).min(self.bytes_max.max(self.next_bytes));
    }

    /// Begins with a file to recycle, or a new one.
    fn begin(&mut self, recycled: Option<(PathBuf, u64)>) {
        assert!(self.work.is_none(), "one segment is prepared at a time");
        let generation = self.next_generation;
        self.next_generation += 1;
        self.work = Some(match recycled {
            Some((from, bytes)) => {
                Work { generation, bytes, file: None, from, is_recycled: true, step: Step::Rename }
            }
            None => {
                let from = self.directory.join(preparing_name(generation));
                let bytes = self.next_bytes;
                Work { generation, bytes, file: None, from, is_recycled: false, step: Step::Open }
            }
        });
    }

    fn operation(&self) -> Option<Operation> {
        let work = self.work.as_ref()?;
        let target = self.directory.join(segment_name(work.generation));
        let file = || work.file.clone().expect("opened by an earlier step");
        Some(match work.step {
            Step::Open => {
                let options = OpenOptions { create: true, ..self.open_options };
                Operation::Open { path: work.from.clone(), options }
            }
            Step::Allocate => Operation::Allocate { file: file(), length: work.bytes },
            Step::Zero { done } => {
                let length = (work.bytes - done).min(ZERO_STEP_BYTES_MAX as u64) as usize;
                Operation::Zero { file: file(), offset: done, length }
            }
            Step::Sync => Operation::SyncData { file: file() },
            Step::Rename => Operation::Rename { from: work.from.clone(), to: target },
            Step::SyncDirectory => Operation::SyncDirectory { path: self.directory.clone() },
            Step::OpenRecycled => Operation::Open { path: target, options: self.open_options },
        })
    }

    /// The step under way has succeeded.
    pub(super) fn on_outcome(&mut self, outcome: Outcome) {
        assert!(self.is_under_way, "completion of a step that was not taken");
        self.is_under_way = false;
        let work = self.work.as_mut().expect("work goes on until it is done");
        if let Outcome::Opened(file) = outcome {
            work.file = Some(file);
        }
        let next = match work.step {
            Step::Open => Some(Step::Allocate),
            Step::Allocate => Some(Step::Zero { done: 0 }),
            Step::Zero { done } => {
                let done = (done + ZERO_STEP_BYTES_MAX as u64).min(work.bytes);
                Some(if done < work.bytes { Step::Zero { done } } else { Step::Sync })
            }
            Step::Sync => Some(Step::Rename),
            Step::Rename => Some(Step::SyncDirectory),
            Step::SyncDirectory if work.is_recycled => Some(Step::OpenRecycled),
            Step::SyncDirectory | Step::OpenRecycled => None,
        };
        match next {
            Some(step) => work.step = step,
            None => {
                let work = self.work.take().expect("just seen");
                let file = work.file.expect("opened by an earlier step");
                self.add_ready(work.generation, work.bytes, file, work.is_recycled);
                self.grow();
            }
        }
    }

    pub(super) fn add_ready(&mut self, generation: u64, bytes: u64, file: File, is_recycled: bool) {
        assert!(generation < self.next_generation, "a generation of the future");
        self.ready.push_back(Ready { generation, bytes, file, is_recycled });
    }

    /// Does all steps at once: for the first segment at the start.
    pub(super) fn prepare_blocking(&mut self, files: &dyn Files) -> Result<(), IoError> {
        self.begin(None);
        let work = self.work.take().expect("just begun");
        let file = files.open(&work.from, OpenOptions { create: true, ..self.open_options })?;
        files.allocate(&file, work.bytes)?;
        let zeros = tidemill_core::io::AlignedBuffer::new(1024 * 1024);
        let mut done = 0;
        while done < work.bytes {
            let length = (work.bytes - done).min(zeros.len() as u64) as usize;
            files.write_at(&file, done, &zeros[..length])?;
            done += length as u64;
        }
        files.sync_data(&file)?;
        files.rename(&work.from, &self.directory.join(segment_name(work.generation)))?;
        files.sync_directory(&self.directory)?;
        self.add_ready(work.generation, work.bytes, file, false);
        self.grow();
        Ok(())
    }

    /// Part of the preparation that is done, in 1/1024.
    fn progress(&self) -> u64 {
        match self.work.as_ref().map(|work| (work.step, work.bytes)) {
            Some((Step::Zero { done }, bytes)) => done * 1024 / bytes,
            Some((Step::Open | Step::Allocate, _)) => 0,
            _ => 1024,
        }
    }
}

impl Journal {
    /// Takes the next background step, unless a flush would wait for it without need.
    pub(super) fn drive_preparer(&mut self, io: &mut dyn Io) {
        if self.preparer.is_under_way || self.preparer.has_ready() || io.in_flight() + 2 >= io.depth_max() {
            return;
        }
        if self.preparer.work.is_none() {
            let wanted = self.preparer.next_bytes;
            let fitting = self.recyclable.iter().position(|(_, bytes)| *bytes >= wanted);
            let recycled = fitting.map(|at| self.recyclable.swap_remove(at));
            self.preparer.begin(recycled);
        }
        let used = self.current.as_ref().map_or(1024, |current| current.used * 1024 / current.bytes);
        let lags = self.preparer.progress() < used + used / 4 + 8;
        if self.is_writing() && !lags {
            return;
        }
        let operation = self.preparer.operation().expect("work was begun");
        let token = self.token(tokens::PREPARE);
        assert!(io.submit(token, operation).is_ok(), "room was checked above");
        self.preparer.is_under_way = true;
    }
}
