//! The engine of one partition.

use thiserror::Error;
use tidemill_record::frame::StreamOpenFrame;
use tidemill_record::{Malformed, RejectionType, SliceOut};

use crate::awaiting::AwaitingResults;
use crate::limits;
use crate::log::Log;
use crate::streams::JobStreams;
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
    streams: JobStreams,
    awaiting: AwaitingResults,
    next_position: i64,
    last_timestamp: i64,
}

impl Engine {
    /// An engine with empty state.
    pub fn new(config: EngineConfig) -> Self {
        assert!(config.partition_id >= 1 && config.partition_id <= config.partition_count);
        assert!(config.max_commands_in_batch >= 1, "a batch holds at least its own command");
        Self {
            config,
            streams: JobStreams::default(),
            awaiting: AwaitingResults::default(),
            next_position: 1,
            last_timestamp: 0,
        }
    }

    /// One entry: the command and everything that follows from it.
    pub fn process(
        &mut self,
        entry_index: u64,
        command: &Command<'_>,
        now_ms: i64,
        out: &mut SliceOut<'_>,
        effects: &mut Effects,
    ) -> Processed {
        let _ = (entry_index, effects, &self.awaiting, &self.config);
        let timestamp = now_ms.max(self.last_timestamp);
        let first_position = self.next_position;
        let mut log = Log::new(out, first_position, timestamp);
        let written = log.raw_command(command.key, command.value_type, command.intent, command.value);
        log.mark_processed(written);
        log.source_position = first_position;
        let reason = "Expected to process the command, but it is not supported yet";
        let _ = log.rejection(
            command.key,
            command.value_type,
            command.intent,
            (RejectionType::InvalidState, reason),
            command.value,
        );
        self.next_position = log.next_position;
        self.last_timestamp = timestamp;
        Processed {
            record_count: log.record_count,
            first_position,
            last_position: log.next_position - 1,
            timestamp,
        }
    }

    /// Whether commands left over from batches wait.
    pub fn has_pending(&self) -> bool {
        false
    }

    /// One entry: the oldest command left over, and everything that follows from it.
    pub fn process_pending(
        &mut self,
        _entry_index: u64,
        _now_ms: i64,
        _out: &mut SliceOut<'_>,
        _effects: &mut Effects,
    ) -> Processed {
        Processed::default()
    }

    /// When [`Self::process_due`] has something to do next, epoch ms.
    pub fn next_due_ms(&self) -> Option<i64> {
        None
    }

    /// One entry: a bounded sweep of what has become due.
    pub fn process_due(
        &mut self,
        _entry_index: u64,
        _now_ms: i64,
        _out: &mut SliceOut<'_>,
        _effects: &mut Effects,
    ) -> Processed {
        Processed::default()
    }

    /// Replay, and followers: events change state, unprocessed commands are remembered.
    ///
    /// # Errors
    /// [`ApplyError`] when the bytes are not records of this engine; then the state is not to be used.
    pub fn apply(&mut self, _entry_index: u64, _records: &[u8]) -> Result<(), ApplyError> {
        Ok(())
    }

    /// Takes every entry behind this one back.
    pub fn undo_after(&mut self, _entry_index: u64) {}

    /// Entries up to this one are committed and cannot be taken back any more.
    pub fn release(&mut self, _up_to_entry_index: u64) {}

    /// A digest over all tables.
    pub fn digest(&self) -> u64 {
        0
    }

    /// Memory that rows and indexes take, bytes.
    pub fn memory_bytes(&self) -> usize {
        0
    }

    /// Position of the next record.
    pub fn next_position(&self) -> i64 {
        self.next_position
    }

    /// Opens a stream: jobs of its type are pushed from now on. False when there are too many streams.
    pub fn open_stream(&mut self, frame: &StreamOpenFrame<'_>) -> bool {
        self.streams.open(frame)
    }

    /// Lets a stream take more jobs.
    pub fn add_credit(&mut self, stream_id: i64, credit: i32) {
        self.streams.add_credit(stream_id, credit);
    }

    /// Closes a stream. Jobs that were pushed to it and did not reach their client are to be given back by JOB YIELD
    /// commands.
    pub fn close_stream(&mut self, stream_id: i64) {
        self.streams.close(stream_id);
    }

    /// Answers a question about the state as JSON: `instance` with its key, `incidents`, `digest`. False when there
    /// is nothing to tell.
    pub fn query(&self, _question: &str, _key: i64, _out_json: &mut String) -> bool {
        false
    }
}
