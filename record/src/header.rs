//! The fixed head of every record, and walking the records of an entry.
//!
//! ```text
//!  0  u32 length of the whole record      24 i64 source position      48 u32 length of the rejection reason
//!  4  u8  value type   5  u8 intent       32 i64 timestamp, epoch ms  52 u16 record version   54 u16 flags
//!  6  u8  record type  7  u8 rejection    40 i64 operation reference  56 rejection reason, then the value
//!  8  i64 position    16  i64 key         (all little-endian)
//! ```

use crate::{Intent, Malformed, Out, RecordType, RejectionType, ValueType};

/// The bytes of a header before the rejection reason.
pub const HEADER_BYTES: usize = 56;

/// Flag: this command was processed in the same entry; a replay or a new leader does not process it again.
pub const FLAG_PROCESSED: u16 = 1;

/// What stands around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Place in the partition's stream, from 1, without gaps.
    pub position: i64,
    /// The entity that the record speaks of; -1 for none.
    pub key: i64,
    /// Position of the command that caused this record; -1 for none.
    pub source_position: i64,
    /// Engine time, epoch ms.
    pub timestamp: i64,
    /// A number that the client gave to recognise what its command caused; -1 for none.
    pub operation_reference: i64,
    /// What the value is.
    pub value_type: ValueType,
    /// What happens to it.
    pub intent: Intent,
    /// Command, event or rejection.
    pub record_type: RecordType,
    /// Why it was rejected.
    pub rejection_type: RejectionType,
    /// Version of the value's meaning; selects the applier.
    pub record_version: u16,
    /// See `FLAG_*`.
    pub flags: u16,
}

/// One record in place.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a> {
    /// The head.
    pub header: RecordHeader,
    /// Why a rejection was a rejection; empty otherwise.
    pub rejection_reason: &'a str,
    /// The encoded value.
    pub body: &'a [u8],
}

impl RecordHeader {
    fn put<O: Out>(&self, out: &mut O, reason_length: u32) {
        let mut bytes = [0u8; HEADER_BYTES];
        bytes[4] = self.value_type as u8;
        bytes[5] = self.intent.0;
        bytes[6] = self.record_type as u8;
        bytes[7] = self.rejection_type as u8;
        let numbers =
            [self.position, self.key, self.source_position, self.timestamp, self.operation_reference];
        for (place, number) in bytes[8..48].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes[48..52].copy_from_slice(&reason_length.to_le_bytes());
        bytes[52..54].copy_from_slice(&self.record_version.to_le_bytes());
        bytes[54..56].copy_from_slice(&self.flags.to_le_bytes());
        out.put(&bytes);
    }
}

/// Appends a whole record; `value` appends the body.
pub fn put_record<O: Out>(
    out: &mut O,
    header: &RecordHeader,
    rejection_reason: &str,
    value: impl FnOnce(&mut O),
) {
    let start = out.position();
    header.put(out, rejection_reason.len() as u32);
    out.put(rejection_reason.as_bytes());
    value(out);
    let length = out.position() - start;
    out.patch(start, &(length as u32).to_le_bytes());
}

impl<'a> RecordView<'a> {
    /// Reads the record at the start of `bytes` and how many bytes it takes.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes are not a whole record.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, usize), Malformed> {
        let malformed = |what, offset| Malformed { what, offset };
        let head = bytes.get(..HEADER_BYTES).ok_or(malformed("a record header", 0))?;
        let u32_at = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let i64_at = |at: usize| i64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        let u16_at = |at: usize| u16::from_le_bytes(head[at..at + 2].try_into().expect("two bytes"));
        let length = u32_at(0) as usize;
        let reason_end = HEADER_BYTES + u32_at(48) as usize;
        let reason = bytes.get(HEADER_BYTES..reason_end).ok_or(malformed("a rejection reason", 48))?;
        let body = bytes.get(reason_end..length).ok_or(malformed("a whole record", 0))?;
        let header = RecordHeader {
            value_type: ValueType::from_number(head[4]).ok_or(malformed("a value type", 4))?,
            intent: Intent(head[5]),
            record_type: RecordType::from_number(head[6]).ok_or(malformed("a record type", 6))?,
            rejection_type: RejectionType::from_number(head[7]).ok_or(malformed("a rejection type", 7))?,
            position: i64_at(8),
            key: i64_at(16),
            source_position: i64_at(24),
            timestamp: i64_at(32),
            operation_reference: i64_at(40),
            record_version: u16_at(52),
            flags: u16_at(54),
        };
        let rejection_reason =
            std::str::from_utf8(reason).map_err(|_| malformed("UTF-8 text", HEADER_BYTES))?;
        Ok((Self { header, rejection_reason, body }, length))
    }
}

/// The records of an entry in order; ends behind the first malformed one.
pub fn records(mut bytes: &[u8]) -> impl Iterator<Item = Result<RecordView<'_>, Malformed>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        Some(match RecordView::read(bytes) {
            Ok((view, length)) => {
                bytes = &bytes[length..];
                Ok(view)
            }
            Err(malformed) => {
                bytes = &[];
                Err(malformed)
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::JobIntent;

    #[test]
    fn records_follow_each_other_and_damage_is_told() {
        let header = RecordHeader {
            position: 7,
            key: -1,
            source_position: 6,
            timestamp: 1_000,
            operation_reference: -1,
            value_type: ValueType::Job,
            intent: JobIntent::Complete.into(),
            record_type: RecordType::CommandRejection,
            rejection_type: RejectionType::NotFound,
            record_version: 1,
            flags: FLAG_PROCESSED,
        };
        let mut bytes = Vec::new();
        put_record(&mut bytes, &header, "no such job", |out| out.put(b"body"));
        put_record(&mut bytes, &header, "", |_| ());
        let read: Vec<_> = records(&bytes).map(|record| record.unwrap()).collect();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].header, header);
        assert_eq!((read[0].rejection_reason, read[0].body), ("no such job", &b"body"[..]));
        for length in 1..bytes.len() {
            assert!(records(&bytes[..length]).last().unwrap().is_err() || length == HEADER_BYTES + 15);
        }
    }
}
