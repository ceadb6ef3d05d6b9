//! Reading the journal of a stopped broker.

use std::path::Path;

use tidemill_core::io::{BackendChoice, Token, open_io};
use tidemill_journal::{Identity, Journal, Options, RecoveryReport};
use tidemill_record::print::print_record;

use super::data_directory::DataDirectory;

/// What was found in a journal.
pub struct Inspected {
    /// What recovery says of it.
    pub report: RecoveryReport,
    /// Whole entries.
    pub entry_count: u64,
    /// Records in them.
    pub record_count: u64,
    /// Their bytes.
    pub record_bytes: u64,
}

/// Recovers a partition's journal without changing it and hands each record to `each` as exporter JSON.
///
/// # Errors
/// The directory is in use or no data directory, or the journal cannot be read.
pub fn inspect_journal(path: &Path, partition: u32, mut each: impl FnMut(&str)) -> Result<Inspected, String> {
    if super::stored_partitions(path).is_none() {
        return Err(format!("{} is no data directory of a broker", path.display()));
    }
    let directory = DataDirectory::open(path, None, 1, 0).map_err(|error| error.to_string())?;
    let identity = directory.identity();
    if !(1..=identity.partitions).contains(&partition) {
        return Err(format!("there are partitions 1 to {}, not {partition}", identity.partitions));
    }
    let (io, _) = open_io(BackendChoice::Portable, 1).map_err(|error| error.to_string())?;
    let place = directory.partition_path(partition).join("journal");
    let owner = Identity { cluster: identity.cluster_id, partition };
    let opened = Journal::inspect(io.files(), &place, &Options::new(owner, Token::new(0, 0)));
    let (journal, report) = opened.map_err(|error| error.to_string())?;
    let mut found = Inspected { report, entry_count: 0, record_count: 0, record_bytes: 0 };
    let mut reader = journal.reader();
    let mut line = String::new();
    while let Some(entry) = reader.next().map_err(|error| error.to_string())? {
        found.entry_count += 1;
        found.record_bytes += entry.records().len() as u64;
        for record in tidemill_record::records(entry.records()) {
            let record = record.map_err(|error| format!("entry {}: {error}", entry.header.index))?;
            line.clear();
            print_record(partition, &record, &mut line).map_err(|error| error.to_string())?;
            each(&line);
            found.record_count += 1;
        }
    }
    Ok(found)
}
