//! Writing the records of one batch: headers filled in, positions counted, bytes straight into the entry's
//! buffer.

use tidemill_record::value::Value;
use tidemill_record::{
    FLAG_PROCESSED, HEADER_BYTES, Intent, Out, RecordHeader, RecordType, RecordView, RejectionType, SliceOut,
    ValueType, put_record,
};

/// A record that was written and has to be applied; see [`crate::context::Context::apply`].
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The records of one batch.
pub struct Log<'b, 'm> {
    out: &'b mut SliceOut<'m>,
    /// Position of the next record.
    pub next_position: i64,
    /// Engine time of the batch.
    pub timestamp: i64,
    /// The outside command that all records of the batch follow from; -1 for none.
    pub source_position: i64,
    /// The outside command's reference.
    pub operation_reference: i64,
    /// Records written.
    pub record_count: u32,
}

/// A place in the log to come back to.
#[derive(Clone, Copy, Debug)]
pub struct LogMark {
    byte: usize,
    next_position: i64,
    record_count: u32,
}

impl<'b, 'm> Log<'b, 'm> {
    pub(crate) fn new(out: &'b mut SliceOut<'m>, next_position: i64, timestamp: i64) -> Self {
        assert!(next_position > 0, "positions start at 1");
        let (source_position, operation_reference) = (-1, -1);
        Self { out, next_position, timestamp, source_position, operation_reference, record_count: 0 }
    }

    /// Writes an event.
    #[must_use = "an event changes nothing until it is applied"]
    pub fn event<'a>(
        &mut self,
        key: i64,
        value_type: ValueType,
        intent: impl Into<Intent>,
        value: &impl Value<'a>,
    ) -> Written {
        // The values of processes, decisions and deployments have their second meaning, as in the protocol.
        let is_second =
            matches!(value_type, ValueType::Process | ValueType::Deployment | ValueType::Decision);
        let version = if is_second { 2 } else { 1 };
        let header = RecordHeader { record_version: version, ..self.header(key, value_type, intent.into()) };
        self.put(&header, "", |out| value.put(out))
    }

    /// Writes a command; whether it is processed in this batch is told later by [`Self::mark_processed`].
    pub fn command<'a>(
        &mut self,
        key: i64,
        value_type: ValueType,
        intent: impl Into<Intent>,
        value: &impl Value<'a>,
    ) -> Written {
        let header =
            RecordHeader { record_type: RecordType::Command, ..self.header(key, value_type, intent.into()) };
        self.put(&header, "", |out| value.put(out))
    }

    /// Writes a command whose value is encoded already.
    pub fn raw_command(&mut self, key: i64, value_type: ValueType, intent: Intent, value: &[u8]) -> Written {
        let header =
            RecordHeader { record_type: RecordType::Command, ..self.header(key, value_type, intent) };
        self.put(&header, "", |out| out.put(value))
    }

    /// Writes a rejection of a command.
    pub fn rejection(
        &mut self,
        key: i64,
        value_type: ValueType,
        intent: Intent,
        rejection: (RejectionType, &str),
        value: &[u8],
    ) -> Written {
        assert_ne!(rejection.0, RejectionType::NullVal, "a rejection has a type");
        let header = RecordHeader {
            record_type: RecordType::CommandRejection,
            rejection_type: rejection.0,
            ..self.header(key, value_type, intent)
        };
        self.put(&header, rejection.1, |out| out.put(value))
    }

    fn header(&self, key: i64, value_type: ValueType, intent: Intent) -> RecordHeader {
        RecordHeader {
            position: self.next_position,
            key,
            source_position: self.source_position,
            timestamp: self.timestamp,
            operation_reference: self.operation_reference,
            value_type,
            intent,
            record_type: RecordType::Event,
            rejection_type: RejectionType::NullVal,
            record_version: 1,
            flags: 0,
        }
    }

    fn put(&mut self, header: &RecordHeader, reason: &str, value: impl FnOnce(&mut SliceOut<'m>)) -> Written {
        let start = self.out.position();
        put_record(self.out, header, reason, value);
        self.next_position += 1;
        self.record_count += 1;
        Written { start, end: self.out.position() }
    }

    /// Says on a written command that this batch processes it.
    pub fn mark_processed(&mut self, written: Written) {
        self.out.patch(written.start + HEADER_BYTES - 2, &FLAG_PROCESSED.to_le_bytes());
    }

    /// Takes that back: the command is left for a later batch.
    pub fn mark_unprocessed(&mut self, written: Written) {
        self.out.patch(written.start + HEADER_BYTES - 2, &0u16.to_le_bytes());
    }

    /// A written record. `None` when it did not fit into the buffer.
    pub fn view(&self, written: Written) -> Option<RecordView<'_>> {
        if self.out.overflowed() {
            return None;
        }
        let bytes = self.out.bytes().get(written.start..written.end)?;
        RecordView::read(bytes).ok().map(|(view, _)| view)
    }

    /// The bytes of a written record.
    pub fn bytes(&self, written: Written) -> &[u8] {
        &self.out.bytes()[written.start..written.end]
    }

    /// Whether something did not fit.
    pub fn overflowed(&self) -> bool {
        self.out.overflowed()
    }

    /// A place to come back to.
    pub fn mark(&self) -> LogMark {
        LogMark {
            byte: self.out.position(),
            next_position: self.next_position,
            record_count: self.record_count,
        }
    }

    /// Takes back what was written after a mark, an overflow too.
    pub fn truncate(&mut self, mark: LogMark) {
        self.out.truncate(mark.byte);
        self.next_position = mark.next_position;
        self.record_count = mark.record_count;
    }
}
