//! Replay, and followers: events change state, commands left over are remembered.

use tidemill_record::{FLAG_PROCESSED, RecordType, RecordView, ValueType, records};

use super::{ApplyError, Engine};
use crate::applier;
use crate::state::Counter;

impl Engine {
    /// Applies one entry: events only change state; unprocessed commands are remembered as pending.
    ///
    /// # Errors
    /// [`ApplyError`] when the bytes are not records of this engine; then the state is not to be used.
    pub fn apply(&mut self, entry_index: u64, bytes: &[u8]) -> Result<(), ApplyError> {
        self.state.undo.mark(entry_index);
        let mut rest = bytes;
        for record in records(bytes) {
            let record = record?;
            let length = RecordView::read(rest)?.1;
            self.apply_record(&record, &rest[..length])?;
            rest = &rest[length..];
        }
        self.plan_resend(self.state.counter(Counter::Timestamp));
        Ok(())
    }

    fn apply_record(&mut self, record: &RecordView<'_>, bytes: &[u8]) -> Result<(), ApplyError> {
        let header = &record.header;
        let last = self.state.counter(Counter::Position);
        if header.position != last + 1 {
            return Err(ApplyError::Gap { last, found: header.position });
        }
        self.state.set_counter(Counter::Position, header.position);
        let timestamp = header.timestamp.max(self.state.counter(Counter::Timestamp));
        self.state.set_counter(Counter::Timestamp, timestamp);
        if is_key_drawn_here(record) {
            self.state.note_key(self.config.partition_id, header.key);
        }
        if header.source_position >= 0 && !self.state.pending.is_empty() {
            self.state.pending.remove(&mut self.state.undo, &header.source_position);
        }
        match header.record_type {
            RecordType::Event => self.apply_event(record),
            RecordType::Command => {
                if header.flags & FLAG_PROCESSED == 0 {
                    self.remember(header.position, bytes);
                }
                Ok(())
            }
            RecordType::CommandRejection => Ok(()),
        }
    }

    fn apply_event(&mut self, record: &RecordView<'_>) -> Result<(), ApplyError> {
        if applier::apply(&mut self.state, &mut self.definitions, record) {
            return Ok(());
        }
        let header = &record.header;
        Err(ApplyError::NoApplier {
            value_type: header.value_type.name(),
            intent: header.intent.name(header.value_type),
            version: header.record_version,
            position: header.position,
        })
    }
}

/// Whether the engine itself put the key on the record. Keys of outside commands, and of their rejections,
/// are what somebody asked for.
fn is_key_drawn_here(record: &RecordView<'_>) -> bool {
    let header = &record.header;
    header.source_position >= 0
        && header.record_type != RecordType::CommandRejection
        && header.value_type != ValueType::Error
}
