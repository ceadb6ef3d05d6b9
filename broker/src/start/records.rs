//! The committed stream for readers outside: exporter JSON from the journal, read on helper threads.

use std::time::Duration;

use tidemill_core::time::Clock;
use tidemill_gateway::http::{RecordRequest, RecordSource};
use tidemill_journal::{JournalHandle, ReadError};
use tidemill_record::print::print_record;

/// A batch of lines ends when it is longer than this, bytes.
const BATCH_BYTES: usize = 1 << 20;
/// Time between two looks for new entries.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Readers of all partitions' journals.
#[derive(Clone)]
pub struct Records {
    clock: Clock,
    journals: Vec<(u32, JournalHandle)>,
}

impl Records {
    /// Over the journals by partition.
    pub fn new(clock: Clock, journals: Vec<(u32, JournalHandle)>) -> Self {
        Self { clock, journals }
    }
}

impl RecordSource for Records {
    fn read(&self, request: &RecordRequest, lines: &mut String) -> Result<(), String> {
        let RecordRequest { partition_id, from, wait } = *request;
        let journal = self.journals.iter().find(|(id, _)| *id == partition_id);
        let (_, journal) = journal.ok_or_else(|| format!("there is no partition {partition_id}"))?;
        let told = |error: ReadError| format!("partition {partition_id}: {error}");
        let deadline_ns = self.clock.monotonic_ns() + wait.as_nanos() as u64;
        let mut reader = journal.reader();
        reader.seek_position(from.max(1)).map_err(told)?;
        while lines.len() < BATCH_BYTES {
            match reader.next().map_err(told)? {
                Some(entry) => print_entry(partition_id, entry.records(), from, lines)?,
                None if lines.is_empty() && self.clock.monotonic_ns() < deadline_ns => {
                    std::thread::sleep(LOOK_AGAIN)
                }
                None => break,
            }
        }
        Ok(())
    }
}

fn print_entry(partition_id: u32, records: &[u8], from: i64, lines: &mut String) -> Result<(), String> {
    for record in tidemill_record::records(records) {
        let record = record.map_err(|error| format!("partition {partition_id}: {error}"))?;
        if record.header.position >= from {
            print_record(partition_id, &record, lines).map_err(|error| error.to_string())?;
            lines.push('\n');
        }
    }
    Ok(())
}
