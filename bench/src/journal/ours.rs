//! Tidemill's journal: one entry a record, as for one client command.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tidemill_core::ids::Term;
use tidemill_core::io::{BackendChoice, Completion, Io, Token, open_io};
use tidemill_journal::{AppendError, Identity, Journal, Options};

use super::load::{Meter, Payloads, Round};
use super::{Subject, Work};

pub(crate) struct Ours {
    name: String,
    io: Box<dyn Io>,
    journal: Journal,
    work: Work,
    payloads: Payloads,
    next: usize,
    /// Groups that the records in flight come in: with two, one is encoded while the other is written.
    groups: usize,
    completions: Vec<Completion>,
    /// Index of the last entry of a burst, when it was sent, how many.
    waiting: VecDeque<(u64, Instant, usize)>,
}

impl Ours {
    pub(crate) fn new(
        work: &Work,
        depth: usize,
        groups: usize,
        name: &str,
        choice: BackendChoice,
    ) -> Result<Self, String> {
        let (mut io, _) = open_io(choice, 32).map_err(|error| error.to_string())?;
        let mut options = Options::new(Identity { cluster: 1, partition: 1 }, Token::new(1, 0));
        options.method = work.method;
        options.depth = depth;
        options.direct = work.direct;
        // All that is in flight goes out in one write, as for the others.
        options.batch_bytes = options.batch_bytes.max(work.in_flight * (work.record_bytes + 64));
        // As in steady state: segments of full size, recycled.
        options.segment_bytes_min = options.segment_bytes_max;
        let directory: PathBuf = work.directory.join(name);
        let (journal, _) = Journal::open(&mut *io, &directory, options).map_err(|error| error.to_string())?;
        let mut ours = Self {
            name: name.to_owned(),
            io,
            journal,
            work: work.clone(),
            payloads: Payloads::new(work.record_bytes, work.in_flight),
            next: 0,
            groups,
            completions: Vec::with_capacity(64),
            waiting: VecDeque::new(),
        };
        ours.prepare_recycling()?;
        Ok(ours)
    }

    /// Goes through a segment and a half unmeasured, so that the next ones come from recycling.
    fn prepare_recycling(&mut self) -> Result<(), String> {
        let mut meter = Meter::start(Duration::from_secs(60));
        while self.journal.status().segment_count < 3 && !meter.is_over() {
            for _ in 0..64 {
                self.append_payload(&vec![0x11; 64 * 1024])?;
            }
            while !self.journal.is_idle() {
                self.turn(&mut meter)?;
            }
            self.journal.compact(self.journal.durable_index());
        }
        // Let the background finish.
        while self.io.in_flight() > 0 {
            self.turn(&mut meter)?;
        }
        Ok(())
    }

    fn append_payload(&mut self, payload: &[u8]) -> Result<u64, String> {
        loop {
            match self.journal.begin_entry(Term::new(1), self.journal.next_position()) {
                Ok(mut entry) => {
                    entry.put(payload);
                    return entry.finish(1).map(|index| index.get()).map_err(|error| error.to_string());
                }
                Err(AppendError::Full) => {}
                Err(error) => return Err(error.to_string()),
            }
            let mut meter = Meter::start(Duration::ZERO);
            self.turn(&mut meter)?;
        }
    }

    fn append_next(&mut self) -> Result<u64, String> {
        self.next += 1;
        if let Ok(mut entry) = self.journal.begin_entry(Term::new(1), self.journal.next_position()) {
            entry.put(self.payloads.get(self.next));
            return entry.finish(1).map(|index| index.get()).map_err(|error| error.to_string());
        }
        let payload = self.payloads.get(self.next).to_vec();
        self.append_payload(&payload)
    }

    fn send(&mut self, count: usize) -> Result<(), String> {
        let sent = Instant::now();
        let mut index = 0;
        for _ in 0..count {
            index = self.append_next()?;
        }
        self.waiting.push_back((index, sent, count));
        Ok(())
    }

    /// Submits, sleeps for completions, acknowledges; returns how many records became durable.
    fn turn(&mut self, meter: &mut Meter) -> Result<usize, String> {
        self.journal.submit(&mut *self.io, 0).map_err(|error| error.to_string())?;
        if self.io.in_flight() == 0 {
            return Ok(0);
        }
        self.io.wait(None, &mut self.completions).map_err(|error| error.to_string())?;
        for completion in self.completions.drain(..) {
            self.journal.on_completion(&mut *self.io, completion).map_err(|error| error.to_string())?;
        }
        // What waited goes out before anything new is encoded.
        self.journal.submit(&mut *self.io, 0).map_err(|error| error.to_string())?;
        let durable = self.journal.durable_index().get();
        let mut acknowledged = 0;
        while let Some((index, sent, count)) =
            self.waiting.front().copied().filter(|first| first.0 <= durable)
        {
            assert!(index <= durable, "acknowledged before it is durable");
            meter.acknowledged(sent, count);
            acknowledged += count;
            self.waiting.pop_front();
        }
        Ok(acknowledged)
    }
}

impl Subject for Ours {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn round(&mut self, time: Duration) -> Result<Round, String> {
        let mut meter = Meter::start(time);
        let before = self.journal.status().written_bytes;
        let mut segment_count = self.journal.status().segment_count;
        for _ in 0..self.groups {
            self.send(self.work.in_flight / self.groups)?;
            self.journal.submit(&mut *self.io, 0).map_err(|error| error.to_string())?;
        }
        let mut wanted = 0;
        while !meter.is_over() {
            if wanted > 0 {
                self.send(wanted)?;
            }
            wanted = self.turn(&mut meter)?;
            if self.journal.status().segment_count > segment_count {
                segment_count = self.journal.status().segment_count;
                self.journal.compact(self.journal.durable_index());
            }
        }
        while !self.journal.is_idle() {
            self.turn(&mut meter)?;
        }
        self.journal.compact(self.journal.durable_index());
        let written = self.journal.status().written_bytes - before;
        Ok(meter.finish(self.work.record_bytes, written))
    }
}
