//! How fast a log is recovered, against reading its files front to back.

use std::path::Path;
use std::time::{Duration, Instant};

use tidemill_core::ids::Term;
use tidemill_core::io::{
    AlignedBuffer, BackendChoice, Files, IoError, OpenOptions, RealFiles, Token, open_io,
};
use tidemill_journal::{AppendError, Identity, Journal, Options};

/// Times of one log.
#[derive(Debug, Clone, Copy)]
pub struct RecoveryResult {
    /// Bytes of the segments.
    pub bytes: u64,
    /// Entries in them.
    pub entry_count: u64,
    /// Time to read the files with O_DIRECT in steps of 1 MiB.
    pub read_time: Duration,
    /// Time of recovery, every checksum included.
    pub recovery_time: Duration,
}

impl RecoveryResult {
    /// Speed of recovery against that of reading.
    pub fn ratio(&self) -> f64 {
        self.read_time.as_secs_f64() / self.recovery_time.as_secs_f64()
    }
}

/// Writes a log of about `bytes` bytes with entries of `entry_bytes`, reads it raw, and recovers it.
///
/// # Errors
/// The text of what failed.
pub fn measure_recovery(directory: &Path, bytes: u64, entry_bytes: usize) -> Result<RecoveryResult, String> {
    let directory = directory.join(format!("recovery-bench-{}", std::process::id()));
    let result = measure(&directory, bytes, entry_bytes);
    let _ = std::fs::remove_dir_all(&directory);
    result
}

fn measure(directory: &Path, bytes: u64, entry_bytes: usize) -> Result<RecoveryResult, String> {
    let options = Options::new(Identity { cluster: 1, partition: 1 }, Token::new(1, 0));
    let entry_count = write(directory, &options, bytes, entry_bytes)?;
    let text = |error: IoError| error.to_string();
    let start = Instant::now();
    let mut read_bytes = 0;
    let mut buffer = AlignedBuffer::new(1024 * 1024);
    for entry in RealFiles.list(directory).map_err(text)? {
        let direct = OpenOptions { direct: true, ..OpenOptions::default() };
        let file = RealFiles.open(&directory.join(&entry.name), direct).map_err(text)?;
        let mut offset = 0;
        while offset < entry.length {
            offset += RealFiles.read_at(&file, offset, &mut buffer).map_err(text)? as u64;
        }
        read_bytes += offset;
    }
    let read_time = start.elapsed();
    let start = Instant::now();
    let recovered = Journal::recover(&RealFiles, directory, &options).map_err(|error| error.to_string())?;
    let recovery_time = start.elapsed();
    assert_eq!(recovered.report.last_index, entry_count, "all entries are recovered");
    Ok(RecoveryResult { bytes: read_bytes, entry_count, read_time, recovery_time })
}

fn write(directory: &Path, options: &Options, bytes: u64, entry_bytes: usize) -> Result<u64, String> {
    let (mut io, _) = open_io(BackendChoice::Auto, 32).map_err(|error| error.to_string())?;
    let opened = Journal::open(&mut *io, directory, options.clone());
    let (mut journal, _) = opened.map_err(|error| error.to_string())?;
    let payload = super::load::noise(entry_bytes);
    let mut completions = Vec::new();
    while journal.status().written_bytes < bytes || !journal.is_idle() {
        while journal.status().written_bytes < bytes {
            match journal.begin_entry(Term::new(1), journal.next_position()) {
                Ok(mut entry) => {
                    entry.put(&payload);
                    entry.finish(1).map_err(|error| error.to_string())?;
                }
                Err(AppendError::Full) => break,
                Err(error) => return Err(error.to_string()),
            }
        }
        journal.submit(&mut *io, 0).map_err(|error| error.to_string())?;
        io.wait(None, &mut completions).map_err(|error| error.to_string())?;
        for completion in completions.drain(..) {
            journal.on_completion(&mut *io, completion).map_err(|error| error.to_string())?;
        }
    }
    Ok(journal.durable_index().get())
}
