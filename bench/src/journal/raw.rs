//! The floor: the bytes that our journal would write, by the same method, through a bare ring: with nothing
//! around (`raw`), or with each record copied and checksummed first, as any log must (`raw-framed`).

use std::time::{Duration, Instant};

use tidemill_core::io::raw::RawRing;
use tidemill_core::io::{AlignedBuffer, DurableMethod, File, Files, OpenOptions, RealFiles};
use tidemill_journal::{BLOCK_HEADER_BYTES, ENTRY_HEADER_BYTES};

use super::load::{Meter, Payloads, Round, fill, filled_bytes, noise};
use super::{Subject, Work};

/// Bytes of the zero-filled files that are gone round in.
pub(crate) const FILE_BYTES: u64 = 64 * 1024 * 1024;

pub(crate) struct Raw {
    name: String,
    ring: RawRing,
    file: File,
    buffer: AlignedBuffer,
    length: usize,
    offset: u64,
    work: Work,
    /// The records to frame into each write.
    framed: Option<Payloads>,
}

impl Raw {
    pub(crate) fn new(work: &Work, is_framed: bool) -> Result<Self, String> {
        let name = if is_framed { "raw-framed" } else { "raw" };
        RealFiles.create_directories(&work.directory).map_err(|error| error.to_string())?;
        let path = work.directory.join(name);
        let dsync = work.method == DurableMethod::OpenDsync;
        let options =
            OpenOptions { write: true, create: true, direct: work.direct, dsync, ..OpenOptions::default() };
        let file = prepare(&path, options)?;
        let entry = (ENTRY_HEADER_BYTES + work.record_bytes).next_multiple_of(8);
        let length = (BLOCK_HEADER_BYTES + entry * work.in_flight).next_multiple_of(4096);
        assert!(length >= filled_bytes(work.record_bytes, work.in_flight), "frames are smaller than entries");
        let mut buffer = AlignedBuffer::new(length);
        buffer.copy_from_slice(&noise(length));
        let ring = RawRing::new().map_err(|error| error.to_string())?;
        let framed = is_framed.then(|| Payloads::new(work.record_bytes, work.in_flight));
        Ok(Self { name: name.to_owned(), ring, file, buffer, length, offset: 0, work: work.clone(), framed })
    }
}

/// A file filled with zeros and synced.
pub(crate) fn prepare(path: &std::path::Path, options: OpenOptions) -> Result<File, String> {
    let text = |error: tidemill_core::io::IoError| error.to_string();
    let file = RealFiles.open(path, OpenOptions { dsync: false, ..options }).map_err(text)?;
    RealFiles.allocate(&file, FILE_BYTES).map_err(text)?;
    let zeros = AlignedBuffer::new(1024 * 1024);
    for offset in (0..FILE_BYTES).step_by(zeros.len()) {
        RealFiles.write_at(&file, offset, &zeros).map_err(text)?;
    }
    RealFiles.sync_data(&file).map_err(text)?;
    RealFiles.open(path, options).map_err(text)
}

impl Subject for Raw {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn round(&mut self, time: Duration) -> Result<Round, String> {
        let mut meter = Meter::start(time);
        let mut written = 0;
        while !meter.is_over() {
            let sent = Instant::now();
            if self.offset + self.length as u64 > FILE_BYTES {
                self.offset = 0;
            }
            if let Some(payloads) = &self.framed {
                fill(&mut self.buffer, self.offset, payloads, self.work.in_flight);
            }
            self.ring
                .write(&self.file, self.offset, &self.buffer, self.length, self.work.method)
                .map_err(|error| error.to_string())?;
            self.offset += self.length as u64;
            written += self.length as u64;
            meter.acknowledged(sent, self.work.in_flight);
        }
        Ok(meter.finish(self.work.record_bytes, written))
    }
}
