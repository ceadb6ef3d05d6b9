//! The pipeline of one partition: command in, entry to the journal, effects out when the entry is committed.
//!
//! Sans-io but for the journal's submissions, which go through the shard's `Io`. Everything of a partition happens on
//! its shard's thread.
//!
//! Invariants
//! - Effects of an entry leave only when its index is at or below the committed index (asserted).
//! - Processing runs ahead of the commit index by a bounded window; past it new work is refused, then frames wait.
//! - A query answers with everything that it rests on committed.

mod admission;
mod held;
mod outgoing;
mod query;
mod recover;
mod tracked;

pub use admission::Pressure;
pub use held::{Held, HeldKind};
pub use outgoing::{Outgoing, SEND_FRAME_KIND, global_id};
pub use recover::PartitionSettings;

use tidemill_core::exit::Fatal;
use tidemill_core::ids::{Position, Term};
use tidemill_core::io::{Completion, Io};
use tidemill_core::limits;
use tidemill_core::stages::StageHistograms;
use tidemill_core::time::Now;
use tidemill_engine::{Command, Effects, Engine, Processed};
use tidemill_journal::{AppendError, Journal};
use tidemill_record::frame::FrameKind;
use tidemill_record::{Input, SliceOut};

use crate::stream_credits::StreamCredits;
use tracked::Tracked;

/// gRPC's RESOURCE_EXHAUSTED.
pub const RESOURCE_EXHAUSTED: i32 = 8;

/// One partition.
pub struct Partition {
    id: u32,
    engine: Engine,
    journal: Journal,
    term: Term,
    effects: Effects,
    held: Held,
    tracked: Tracked,
    stages: StageHistograms,
    committed: u64,
    state_bytes_max: usize,
    disk_full: bool,
    /// After a sweep that found nothing due although something should be: not before this, epoch ms.
    quiet_until_ms: i64,
}

fn fatal(error: &tidemill_journal::JournalFatal) -> Fatal {
    Fatal::new(error.exit_code(), error)
}

impl Partition {
    /// Which partition this is.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its engine, for streams and their credits.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Its journal, for readers and metrics.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Whether a completion belongs to its journal.
    pub fn owns(&self, completion: &Completion) -> bool {
        self.journal.owns(completion.token)
    }

    /// What it holds at the moment.
    pub fn pressure(&self, now: Now) -> Pressure {
        let uncommitted = self.journal.last_index().get() - self.committed;
        Pressure {
            uncommitted_entries: uncommitted,
            held_bytes: self.held.byte_count(),
            oldest_ns: self.tracked.oldest_ns(now.monotonic_ns),
            state_bytes: self.engine.memory_bytes(),
            state_bytes_max: self.state_bytes_max,
            disk_full: self.disk_full,
        }
    }

    /// Tells whether the disk of the data directory is nearly full.
    pub fn set_disk_full(&mut self, full: bool) {
        self.disk_full = full;
    }

    /// Why a command is not let in now, if it is not.
    pub fn refusal(&self, command: &Command<'_>, now: Now) -> Option<&'static str> {
        admission::refusal(command.value_type, command.intent, &self.pressure(now))
    }

    /// Whether there is room for one more entry of any kind; while there is none, frames wait in their rings.
    pub fn has_room(&self) -> bool {
        let uncommitted = self.journal.last_index().get() - self.committed;
        uncommitted < limits::UNCOMMITTED_ENTRY_COUNT_MAX as u64
            && self.held.byte_count() < limits::HELD_OUTPUT_BYTES_MAX
            && self.journal.can_begin_entry()
    }

    /// Processes a command into an entry of its own. `sent_ns` is when the gateway sent it, -1 when unknown.
    pub fn process(&mut self, command: &Command<'_>, now: Now, sent_ns: i64, scratch: &mut [u8]) {
        self.append(now, sent_ns, scratch, |engine, index, now_ms, out, effects| {
            engine.process(index, command, now_ms, out, effects)
        });
    }

    /// What is to do without a command: leftovers of batches, what has become due, jobs for streams that have credit
    /// again. True when there is more at once.
    pub fn work(&mut self, now: Now, scratch: &mut [u8]) -> bool {
        if !self.has_room() {
            return false;
        }
        if self.engine.has_pending() {
            self.append(now, -1, scratch, |engine, index, now_ms, out, effects| {
                engine.process_pending(index, now_ms, out, effects)
            });
        }
        let due = self.next_due_ms().is_some_and(|due| due <= now.wall.ms());
        if due && self.has_room() {
            let written = self.append(now, -1, scratch, |engine, index, now_ms, out, effects| {
                engine.process_due(index, now_ms, out, effects)
            });
            if written == 0 {
                self.quiet_until_ms = now.wall.ms() + QUIET_MS;
            }
        }
        if self.engine.has_hungry_streams() && self.has_room() {
            self.append(now, -1, scratch, |engine, index, now_ms, out, effects| {
                engine.serve_streams(index, now_ms, out, effects)
            });
        }
        let due = self.next_due_ms().is_some_and(|due| due <= now.wall.ms());
        self.has_room() && (due || self.engine.has_pending() || self.engine.has_hungry_streams())
    }

    /// When `work` has something to do, epoch ms.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.engine.next_due_ms().map(|due| due.max(self.quiet_until_ms))
    }

    /// One entry: processed into `scratch`, copied into the journal's write buffer, effects held. Gives the number of
    /// records.
    fn append(
        &mut self,
        now: Now,
        sent_ns: i64,
        scratch: &mut [u8],
        process: impl FnOnce(&mut Engine, u64, i64, &mut SliceOut<'_>, &mut Effects) -> Processed,
    ) -> u32 {
        let first = Position::new(self.engine.next_position()).expect("positions count from 1");
        let mut writer = match self.journal.begin_entry(self.term, first) {
            Ok(writer) => writer,
            Err(AppendError::Full | AppendError::TooLarge { .. }) => panic!("appended without room"),
        };
        let index = writer.index().get();
        let mut out = SliceOut::new(scratch);
        self.effects.clear();
        let processed = process(&mut self.engine, index, now.wall.ms(), &mut out, &mut self.effects);
        assert!(!out.overflowed(), "the engine bounds its batch");
        if processed.record_count == 0 {
            // Commands that are sent again to other partitions rest on what was appended before.
            self.held.keep(index - 1, &self.effects);
            self.engine.undo_after(index - 1);
            return 0;
        }
        assert_eq!(processed.first_position, first.get(), "positions have no gaps");
        writer.put(out.bytes());
        let appended =
            writer.finish(processed.record_count).expect("a batch is smaller than an entry may be");
        assert_eq!(appended.get(), index, "the entry has the index that it was processed for");
        self.held.keep(index, &self.effects);
        self.tracked.appended(index, sent_ns, now.monotonic_ns, &self.stages);
        processed.record_count
    }

    /// Hands gathered entries to the disk.
    ///
    /// # Errors
    /// The disk failed: the process ends.
    pub fn submit(&mut self, io: &mut dyn Io, now: Now) -> Result<(), Fatal> {
        self.journal.submit(io, now.monotonic_ns).map_err(|error| fatal(&error))
    }

    /// Takes a completion of its journal.
    ///
    /// # Errors
    /// The disk failed: the process ends.
    pub fn on_completion(
        &mut self,
        io: &mut dyn Io,
        completion: Completion,
        now_ns: u64,
    ) -> Result<(), Fatal> {
        let durable = self.journal.on_completion(io, completion).map_err(|error| fatal(&error))?;
        let Some(durable) = durable else { return Ok(()) };
        // A cluster of one: what is durable here is durable on a majority.
        assert!(durable.get() > self.committed, "the commit index only grows");
        self.committed = durable.get();
        self.engine.release(self.committed);
        self.tracked.committed(self.committed, now_ns, &self.stages);
        Ok(())
    }

    /// Sends what committed entries caused. True when something has to wait for room in a ring.
    pub fn release(&mut self, outgoing: &mut Outgoing, credits: &mut StreamCredits, now_ns: u64) -> bool {
        assert!(self.committed <= self.journal.durable_index().get(), "committed before it was durable");
        let id = self.id;
        self.held.release(self.committed, |kind, bytes| {
            let sent = outgoing.send(kind, bytes);
            if sent && kind == HeldKind::Frame(FrameKind::Push as u32) {
                let stream_id = Input::new(bytes).take_signed().expect("a push begins with its stream");
                credits.pushed(stream_id, id);
            }
            sent
        });
        self.tracked.answered(self.committed, now_ns, &self.stages);
        self.held.has_released_part(self.committed)
    }

    /// Whether nothing is on its way. Leftovers of batches are on the log and go on after the next start.
    pub fn is_idle(&self) -> bool {
        self.journal.is_idle() && self.held.is_empty()
    }

    /// When the journal wants a call of [`Self::submit`] again, monotonic nanoseconds.
    pub fn next_flush_ns(&self) -> Option<u64> {
        self.journal.next_flush_ns()
    }
}

/// Time to rest after a sweep that found nothing although something was due, ms.
const QUIET_MS: i64 = 10;
