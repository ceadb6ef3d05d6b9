//! What comes into the engine, and what one entry of it was.

use tidemill_record::{Intent, RecordView, ValueType};

/// A command as it reaches the partition.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// What it is about.
    pub value_type: ValueType,
    /// What shall happen.
    pub intent: Intent,
    /// The entity; -1 for none.
    pub key: i64,
    /// The client's own reference; -1 for none.
    pub operation_reference: i64,
    /// Comes back with the answer, opaque; -1 when nobody waits.
    pub request_id: i64,
    /// The encoded value.
    pub value: &'a [u8],
}

impl<'a> Command<'a> {
    /// The command that another partition sent as a record ([`crate::SendFrame`]).
    pub fn from_record(record: &RecordView<'a>) -> Self {
        Self {
            value_type: record.header.value_type,
            intent: record.header.intent,
            key: record.header.key,
            operation_reference: record.header.operation_reference,
            request_id: -1,
            value: record.body,
        }
    }
}

/// What one call wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Processed {
    /// Records written; with 0 there is nothing to append.
    pub record_count: u32,
    /// Position of the first of them.
    pub first_position: i64,
    /// Position of the last of them.
    pub last_position: i64,
    /// Engine time of the entry, epoch ms.
    pub timestamp: i64,
}
