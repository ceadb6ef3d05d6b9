//! A journal and its `Io`, driven step by step.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use tidemill_core::ids::{Index, Term};
use tidemill_core::io::{Completion, Io, Token};
use tidemill_journal::{AppendError, Identity, Journal, JournalFatal, Options, Reader};

pub const IDENTITY: Identity = Identity { cluster: 7, partition: 3 };

/// Small segments, so that a short workload goes through many.
pub fn options() -> Options {
    let mut options = Options::new(IDENTITY, Token::new(1, 0));
    options.segment_bytes_min = 64 * 1024;
    options.segment_bytes_max = 128 * 1024;
    options.batch_bytes = 16 * 1024;
    options
}

/// The records of entry `index`: recognisable, of varying length.
pub fn records_of(index: u64, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (index as usize * 31 + at * 7) as u8).collect()
}

pub struct Driver<'a> {
    pub io: &'a mut dyn Io,
    pub journal: Journal,
    pub completions: Vec<Completion>,
    pub durable: u64,
    pub now_ns: u64,
}

impl<'a> Driver<'a> {
    pub fn new(io: &'a mut dyn Io, journal: Journal) -> Self {
        let durable = journal.durable_index().get();
        Self { io, journal, completions: Vec::new(), durable, now_ns: 0 }
    }

    pub fn append(&mut self, term: u64, bytes: usize) -> Result<Index, AppendError> {
        let position = self.journal.next_position();
        let mut writer = self.journal.begin_entry(Term::new(term), position)?;
        let index = writer.index().get();
        writer.put(&records_of(index, bytes));
        writer.finish(2)
    }

    /// Submits, and waits for one round of completions. `Ok(false)`: nothing is under way.
    pub fn turn(&mut self) -> Result<bool, String> {
        self.now_ns += 1_000_000;
        self.journal.submit(self.io, self.now_ns).map_err(|error| error.to_string())?;
        if self.io.in_flight() == 0 {
            return Ok(false);
        }
        self.io.wait(None, &mut self.completions).map_err(|error| error.to_string())?;
        let io = &mut *self.io;
        for completion in self.completions.drain(..) {
            let durable = self
                .journal
                .on_completion(io, completion)
                .map_err(|error: JournalFatal| error.to_string())?;
            if let Some(index) = durable {
                assert!(index.get() > self.durable, "the durable index grows");
                self.durable = index.get();
            }
        }
        Ok(true)
    }

    pub fn append_and_wait(&mut self, term: u64, bytes: usize) -> Result<Index, String> {
        let index = loop {
            match self.append(term, bytes) {
                Ok(index) => break index,
                Err(AppendError::Full) => {
                    self.turn()?;
                }
                Err(error) => return Err(error.to_string()),
            }
        };
        while self.journal.durable_index() < index {
            self.turn()?;
        }
        Ok(index)
    }

    pub fn drain(&mut self) -> Result<(), String> {
        while !self.journal.is_idle() {
            self.turn()?;
        }
        Ok(())
    }
}

/// Reads everything from `from` on; checks that indices and positions have no gaps; returns index and
/// records.
pub fn read_all(mut reader: Reader, from: u64) -> Vec<(u64, Vec<u8>)> {
    reader.seek_index(from).expect("the start is there");
    let mut entries = Vec::new();
    let mut position = None;
    while let Some(entry) = reader.next().expect("an undamaged log") {
        assert!(position.is_none_or(|position| position == entry.header.first_position));
        position = entry.header.next_position();
        entries.push((entry.header.index, entry.records().to_vec()));
    }
    entries
}

/// Compares without printing megabytes.
pub fn assert_same(found: &[(u64, Vec<u8>)], expected: &[(u64, Vec<u8>)]) {
    let differ = found.iter().zip(expected).find(|(left, right)| left != right);
    assert!(differ.is_none(), "entry {:?} differs", differ.map(|(left, right)| (left.0, right.0)));
    assert_eq!(found.len(), expected.len(), "number of entries");
}

/// A directory that goes when the test is over.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a directory for the test");
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
