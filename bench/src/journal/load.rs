//! What all subjects share: payloads, the clock of a round, its figures.

use std::time::{Duration, Instant};

use tidemill_core::histogram::{Histogram, HistogramSnapshot};
use tidemill_core::io::raw::process_cpu_ns;

/// The figures of one round.
#[derive(Debug, Clone)]
pub struct Round {
    /// Records acknowledged.
    pub record_count: u64,
    /// Bytes of records acknowledged.
    pub record_bytes: u64,
    /// Bytes given to the disk, as far as the subject knows.
    pub written_bytes: u64,
    /// Length, nanoseconds.
    pub elapsed_ns: u64,
    /// CPU time of the whole process in it.
    pub cpu_ns: u64,
    /// Time from sending a record to its acknowledgement.
    pub latency: HistogramSnapshot,
}

/// Incompressible bytes, the same in every run; some peers compress.
pub(crate) fn noise(bytes: usize) -> Vec<u8> {
    let mut random = tidemill_core::io::sim::SimRandom::new(1);
    (0..bytes).map(|_| random.next_u64() as u8).collect()
}

/// A different incompressible record for each one in flight.
#[derive(Debug, Clone)]
pub(crate) struct Payloads {
    pool: Vec<u8>,
    record_bytes: usize,
}

impl Payloads {
    pub(crate) fn new(record_bytes: usize, count: usize) -> Self {
        assert!(record_bytes > 0 && count > 0, "records to send");
        Self { pool: noise(record_bytes * count), record_bytes }
    }

    pub(crate) fn get(&self, number: usize) -> &[u8] {
        let count = self.pool.len() / self.record_bytes;
        &self.pool[number % count * self.record_bytes..][..self.record_bytes]
    }
}

/// Measures one round.
pub(crate) struct Meter {
    start: Instant,
    time: Duration,
    cpu_ns: u64,
    latency: Histogram,
    record_count: u64,
}

impl Meter {
    pub(crate) fn start(time: Duration) -> Self {
        let (cpu_ns, latency) = (process_cpu_ns(), Histogram::new());
        Self { start: Instant::now(), time, cpu_ns, latency, record_count: 0 }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.start.elapsed() >= self.time
    }

    /// `count` records sent at `sent` are durable now.
    pub(crate) fn acknowledged(&mut self, sent: Instant, count: usize) {
        let latency_ns = sent.elapsed().as_nanos() as u64;
        (0..count).for_each(|_| self.latency.record(latency_ns));
        self.record_count += count as u64;
    }

    pub(crate) fn finish(self, record_bytes: usize, written_bytes: u64) -> Round {
        Round {
            record_count: self.record_count,
            record_bytes: self.record_count * record_bytes as u64,
            written_bytes,
            elapsed_ns: self.start.elapsed().as_nanos() as u64,
            cpu_ns: process_cpu_ns() - self.cpu_ns,
            latency: self.latency.snapshot(),
        }
    }
}

/// Bytes before each record of those that are plain files: checksum, length, number.
const FRAME_HEADER_BYTES: usize = 24;

/// Frames `count` records the way the least of logs must, and pads with zeros.
pub(crate) fn fill(buffer: &mut [u8], first: u64, payloads: &Payloads, count: usize) {
    let mut at = 0;
    for number in 0..count as u64 {
        let record = payloads.get(number as usize);
        let end = at + FRAME_HEADER_BYTES + record.len();
        let frame = &mut buffer[at..end];
        frame[8..16].copy_from_slice(&(record.len() as u64).to_le_bytes());
        frame[16..24].copy_from_slice(&(first + number).to_le_bytes());
        frame[FRAME_HEADER_BYTES..].copy_from_slice(record);
        let sum = tidemill_journal::checksum(&frame[8..]);
        frame[..8].copy_from_slice(&sum.to_le_bytes());
        at = end;
    }
    buffer[at..].fill(0);
}

/// Bytes that [`fill`] needs, in whole blocks.
pub(crate) fn filled_bytes(record_bytes: usize, count: usize) -> usize {
    (count * (record_bytes + FRAME_HEADER_BYTES)).next_multiple_of(4096)
}
