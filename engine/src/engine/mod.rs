//! The engine of one partition.

mod batch;
mod due;
mod query;
mod replay;
mod resend;
mod serve;
mod snapshot;

use std::collections::VecDeque;

use thiserror::Error;
use tidemill_dmn::DecisionEvaluator;
use tidemill_feel::Evaluator;
use tidemill_record::frame::StreamOpenFrame;
use tidemill_record::print::check_value;
use tidemill_record::{Malformed, RecordView, RejectionType, SliceOut};

use crate::awaiting::AwaitingResults;
use crate::behavior::document_order::DocumentOrder;
use crate::buffers::Buffers;
use crate::definition::Definitions;
use crate::keys::Keys;
use crate::limits;
use crate::log::{Log, Written};
use crate::state::{BytesRow, Counter, State};
use crate::streams::JobStreams;
use crate::table::Registry;
use crate::{Command, Effects, Processed};

/// What an engine has to know from the start.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// This partition, from 1.
    pub partition_id: u32,
    /// How many partitions there are.
    pub partition_count: u32,
    /// Commands processed in one batch.
    pub max_commands_in_batch: usize,
    /// Largest message that a client may get, bytes.
    pub max_message_bytes: usize,
}

impl EngineConfig {
    /// The defaults for a partition.
    pub fn new(partition_id: u32, partition_count: u32) -> Self {
        Self {
            partition_id,
            partition_count,
            max_commands_in_batch: limits::COMMANDS_IN_BATCH,
            max_message_bytes: limits::MESSAGE_BYTES,
        }
    }
}

/// Records that cannot be applied: the log is not what this engine wrote.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// Bytes that are no records.
    #[error("an entry holds {0}")]
    Malformed(#[from] Malformed),
    /// An event without an applier.
    #[error("no applier for {value_type} {intent} of record version {version} at position {position}")]
    NoApplier {
        /// Name of the value type.
        value_type: &'static str,
        /// Name of the intent.
        intent: &'static str,
        /// Version of the record.
        version: u16,
        /// Its position.
        position: i64,
    },
    /// A record whose position does not follow.
    #[error("record {found} follows record {last}")]
    Gap {
        /// Position of the record before.
        last: i64,
        /// Position found.
        found: i64,
    },
}

/// The engine of one partition.
pub struct Engine {
    config: EngineConfig,
    state: State,
    definitions: Definitions,
    streams: JobStreams,
    awaiting: AwaitingResults,
    queue: VecDeque<Written>,
    /// Of the entry under way.
    keys: Keys,
    buffers: Buffers,
    evaluator: Evaluator,
    decision_evaluator: DecisionEvaluator,
    document_order: DocumentOrder,
    /// The record at hand, out of the way of what it writes.
    current: Vec<u8>,
    /// Volatile: unanswered commands are not sent again before this time; `i64::MAX` while there are none.
    resend_at_ms: i64,
    /// Volatile: where the round of sending again goes on.
    resend_from: (i64, i64, u128, u8),
}

impl Engine {
    /// An engine with empty state.
    pub fn new(config: EngineConfig) -> Self {
        assert!(config.partition_id >= 1 && config.partition_id <= config.partition_count);
        assert!(config.max_commands_in_batch >= 1, "a batch holds at least its own command");
        let keys = Keys::new(config.partition_id, 0);
        Self {
            config,
            state: State::new(),
            definitions: Definitions::default(),
            streams: JobStreams::default(),
            awaiting: AwaitingResults::default(),
            queue: VecDeque::new(),
            keys,
            buffers: Buffers::default(),
            evaluator: Evaluator::new(),
            decision_evaluator: DecisionEvaluator::new(),
            document_order: DocumentOrder::default(),
            current: Vec::new(),
            resend_at_ms: i64::MAX,
            resend_from: resend::FIRST,
        }
    }

    /// One entry: the command and everything that follows from it. `entry_index` rises from call to call;
    /// `out` is empty and takes the records; `effects` are appended and to be held until the entry is
    /// committed.
    pub fn process(
        &mut self,
        entry_index: u64,
        command: &Command<'_>,
        now_ms: i64,
        out: &mut SliceOut<'_>,
        effects: &mut Effects,
    ) -> Processed {
        let mut log = self.begin_entry(entry_index, now_ms, out);
        self.run_command_from_outside(command, &mut log, effects);
        self.end_entry(&log)
    }

    /// Writes an outside command and runs its batch.
    fn run_command_from_outside(
        &mut self,
        command: &Command<'_>,
        log: &mut Log<'_, '_>,
        effects: &mut Effects,
    ) {
        let mark = log.mark();
        (log.source_position, log.operation_reference) = (-1, command.operation_reference);
        let position = log.next_position;
        // Whatever stands on the log can be read: exporters and followers depend on it.
        let readable = check_value(command.value_type, command.value);
        let value = if readable.is_ok() { command.value } else { &[] };
        let mut written = log.raw_command(command.key, command.value_type, command.intent, value);
        let fits = !log.overflowed();
        if !fits {
            log.truncate(mark);
            written = log.raw_command(command.key, command.value_type, command.intent, &[]);
        }
        log.mark_processed(written);
        log.source_position = position;
        self.current.clear();
        self.current.extend_from_slice(log.bytes(written));
        if let Err(malformed) = readable {
            let reason = format!("Expected to read the command, but it holds a {malformed}");
            let rejection = (RejectionType::InvalidArgument, reason.as_str());
            self.reject_current(log, effects, command.request_id, rejection);
        } else if fits {
            self.run_batch(log, effects, command.request_id);
        } else {
            let reason = "Expected to process the command, but it exceeds the size of a batch";
            let rejection = (RejectionType::ExceededBatchRecordSize, reason);
            self.reject_current(log, effects, command.request_id, rejection);
        }
    }

    fn begin_entry<'b, 'm>(
        &mut self,
        entry_index: u64,
        now_ms: i64,
        out: &'b mut SliceOut<'m>,
    ) -> Log<'b, 'm> {
        assert_eq!(out.bytes().len(), 0, "an entry starts with an empty output");
        self.state.undo.mark(entry_index);
        self.keys = Keys::new(self.config.partition_id, self.state.counter(Counter::Key));
        let timestamp = now_ms.max(self.state.counter(Counter::Timestamp));
        Log::new(out, self.next_position(), timestamp)
    }

    fn end_entry(&mut self, log: &Log<'_, '_>) -> Processed {
        assert!(!log.overflowed(), "what did not fit was taken back");
        let first_position = self.next_position();
        if log.record_count > 0 {
            self.state.set_counter(Counter::Key, self.keys.last());
            self.state.set_counter(Counter::Position, log.next_position - 1);
            self.state.set_counter(Counter::Timestamp, log.timestamp);
        }
        self.plan_resend(log.timestamp);
        Processed {
            record_count: log.record_count,
            first_position,
            last_position: log.next_position - 1,
            timestamp: log.timestamp,
        }
    }

    /// Whether commands left over from batches wait.
    pub fn has_pending(&self) -> bool {
        !self.state.pending.is_empty()
    }

    /// One entry: the oldest command left over, and everything that follows from it.
    pub fn process_pending(
        &mut self,
        entry_index: u64,
        now_ms: i64,
        out: &mut SliceOut<'_>,
        effects: &mut Effects,
    ) -> Processed {
        let mut log = self.begin_entry(entry_index, now_ms, out);
        let Some(position) = self.state.pending.keys().first() else { return self.end_entry(&log) };
        let row: BytesRow<'_> = self.state.pending.row(&position).expect("an ordered key has a row");
        self.current.clear();
        self.current.extend_from_slice(row.bytes);
        self.state.pending.remove(&mut self.state.undo, &position);
        let (record, _) = RecordView::read(&self.current).expect("whole records are remembered");
        (log.source_position, log.operation_reference) = (position, record.header.operation_reference);
        self.run_batch(&mut log, effects, -1);
        if log.record_count == 0 {
            // A replay learns from a record that the command is done with.
            let reason = "Expected to process the command, but there was nothing to do";
            self.reject_current(&mut log, effects, -1, (RejectionType::InvalidState, reason));
        }
        self.end_entry(&log)
    }

    /// Takes every entry behind this one back.
    pub fn undo_after(&mut self, entry_index: u64) {
        let position = self.next_position();
        self.state.undo_after(entry_index);
        if self.next_position() != position {
            self.definitions.clear();
            self.awaiting = AwaitingResults::default();
        }
    }

    /// Entries up to this one are committed and cannot be taken back any more.
    pub fn release(&mut self, up_to_entry_index: u64) {
        self.state.undo.release(up_to_entry_index);
    }

    /// A digest over all tables: equal states give equal numbers.
    pub fn digest(&self) -> u64 {
        self.state.digest()
    }

    /// The state, to be read: for tests and snapshots.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Memory that rows and indexes take, bytes.
    pub fn memory_bytes(&self) -> usize {
        self.state.memory().used
    }

    /// Position of the next record.
    pub fn next_position(&self) -> i64 {
        self.state.counter(Counter::Position) + 1
    }

    /// Opens a stream: jobs of its type are pushed from now on. False when there are too many streams.
    pub fn open_stream(&mut self, frame: &StreamOpenFrame<'_>) -> bool {
        self.streams.open(frame)
    }

    /// How many job streams are open.
    pub fn stream_count(&self) -> usize {
        self.streams.len()
    }

    /// Lets a stream take more jobs.
    pub fn add_credit(&mut self, stream_id: i64, credit: i32) {
        self.streams.add_credit(stream_id, credit);
    }

    /// Closes a stream. Jobs that were pushed to it and did not reach their client are to be given back by
    /// JOB YIELD commands.
    pub fn close_stream(&mut self, stream_id: i64) {
        self.streams.close(stream_id);
    }
}
