//! Chooses the durable step by measuring: which method is fastest differs by disk, filesystem and kernel.
//!
//! At the first start on a filesystem a small zero-filled file is written for about a fifth of a second, in
//! interleaved rounds, one method after the other; then the best one with several writes under way. The
//! result is kept in `io-method.toml` in the data directory and measured anew when kernel, device or
//! backend have changed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tidemill_core::io::{
    AlignedBuffer, Backend, Completion, Durability, DurableMethod, File, Io, IoError, OpenOptions, Operation,
    Token, filesystem_of, probe_direct_io,
};

/// The file in the data directory.
pub const FILE_NAME: &str = "io-method.toml";
/// Bytes of the file that is written round and round.
const FILE_BYTES: u64 = 1024 * 1024;
const BLOCK: usize = 4096;
const ROUNDS: u32 = 3;
const ROUND_TIME: Duration = Duration::from_millis(10);
/// All of it: the broker is to be ready within a second.
const TIME_MAX: Duration = Duration::from_millis(300);
/// More than one write under way must gain so much, in percent of the rate of one.
const DEPTH_GAIN_PERCENT: u64 = 140;
const SAMPLES_MAX: usize = 4096;

/// One way of making writes durable, as measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The method.
    pub method: DurableMethod,
    /// Writes under way at once.
    pub depth: usize,
    /// Median latency of a 4 KiB write, nanoseconds.
    pub p50_ns: u64,
    /// Its 95th percentile.
    pub p95_ns: u64,
    /// Writes a second.
    pub writes_per_second: u64,
}

/// The choice and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// The durable step.
    pub method: DurableMethod,
    /// Writes under way at once.
    pub depth: usize,
    /// Whether O_DIRECT works here.
    pub direct: bool,
    /// Backend, kernel and device that this holds for.
    pub environment: String,
    /// All that was measured; empty when it was read from the file.
    pub measured: Vec<Measured>,
}

/// Reads the kept choice, or measures and keeps it.
///
/// # Errors
/// The directory cannot be written.
pub fn load_or_calibrate(io: &mut dyn Io, directory: &Path) -> Result<Calibration, IoError> {
    let environment = environment(io.backend(), directory)?;
    let path = directory.join(FILE_NAME);
    let kept = std::fs::read_to_string(&path).ok().and_then(|text| Calibration::parse(&text));
    if let Some(kept) = kept.filter(|kept| kept.environment == environment) {
        return Ok(kept);
    }
    let calibration = calibrate(io, directory)?;
    let temporary = directory.join(".io-method.tmp");
    std::fs::write(&temporary, calibration.to_text())
        .and_then(|()| std::fs::rename(&temporary, &path))
        .map_err(|error| IoError::from_std("write", &path, &error))?;
    Ok(calibration)
}

/// Measures now.
///
/// # Errors
/// The directory cannot be written, or a write of the measurement fails.
pub fn calibrate(io: &mut dyn Io, directory: &Path) -> Result<Calibration, IoError> {
    let environment = environment(io.backend(), directory)?;
    let direct = probe_direct_io(directory)?;
    let path = directory.join(format!(".calibration-{}.tmp", std::process::id()));
    let result = measure_all(io, &path, direct);
    // The measurement's own error says more than that of its removal.
    let removed = io.files().unlink(&path);
    let measured = result?;
    removed?;
    let best = choose(&measured);
    Ok(Calibration { method: best.method, depth: best.depth, direct, environment, measured })
}

fn environment(backend: Backend, directory: &Path) -> Result<String, IoError> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let filesystem = filesystem_of(directory)?;
    Ok(format!("{} {} {} {}", backend.name(), kernel.trim(), filesystem.kind, filesystem.device))
}

/// Lowest latency of those with one write under way; more at once where the gain is large.
fn choose(measured: &[Measured]) -> Measured {
    let score = |measured: &&Measured| measured.p50_ns + measured.p95_ns / 4;
    let best = measured.iter().filter(|measured| measured.depth == 1).min_by_key(score);
    let best = *best.expect("one method is measured at least");
    let deeper = measured
        .iter()
        .filter(|other| other.method == best.method && other.depth > 1)
        .filter(|other| other.writes_per_second * 100 >= best.writes_per_second * DEPTH_GAIN_PERCENT)
        .min_by_key(|other| other.depth);
    deeper.copied().unwrap_or(best)
}

fn measure_all(io: &mut dyn Io, path: &Path, direct: bool) -> Result<Vec<Measured>, IoError> {
    let start = Instant::now();
    let files = io.files();
    let options = OpenOptions { write: true, create: true, direct, ..OpenOptions::default() };
    let plain = files.open(path, options)?;
    files.allocate(&plain, FILE_BYTES)?;
    files.write_at(&plain, 0, &AlignedBuffer::new(FILE_BYTES as usize))?;
    files.sync_data(&plain)?;
    let synced = files.open(path, OpenOptions { dsync: true, ..options })?;
    let methods: &[DurableMethod] = match io.backend() {
        Backend::Uring => &DurableMethod::ALL,
        // On threads the others are the same calls.
        _ => &[DurableMethod::RwfDsync, DurableMethod::OpenDsync, DurableMethod::BlockingThread],
    };
    let mut samples: Vec<Samples> = methods.iter().map(|method| Samples::new(*method, 1)).collect();
    for _ in 0..ROUNDS {
        for samples in &mut samples {
            if start.elapsed() < TIME_MAX || samples.latencies_ns.is_empty() {
                samples.round(io, &plain, &synced)?;
            }
        }
    }
    let mut measured: Vec<Measured> = samples.iter_mut().map(Samples::summary).collect();
    let best = choose(&measured);
    for depth in [2, 4] {
        let mut samples = Samples::new(best.method, depth);
        for _ in 0..2 {
            if start.elapsed() < TIME_MAX {
                samples.round(io, &plain, &synced)?;
            }
        }
        if !samples.latencies_ns.is_empty() {
            measured.push(samples.summary());
        }
    }
    Ok(measured)
}

/// Latencies of one way.
pub(crate) struct Samples {
    method: DurableMethod,
    depth: usize,
    pub(crate) latencies_ns: Vec<u64>,
    time: Duration,
    next_block: u64,
}

impl Samples {
    pub(crate) fn new(method: DurableMethod, depth: usize) -> Self {
        let latencies_ns = Vec::with_capacity(SAMPLES_MAX);
        Self { method, depth, latencies_ns, time: Duration::ZERO, next_block: 0 }
    }

    /// Writes for [`ROUND_TIME`], at least one block.
    pub(crate) fn round(&mut self, io: &mut dyn Io, plain: &File, synced: &File) -> Result<(), IoError> {
        let file = if self.method == DurableMethod::OpenDsync { synced } else { plain };
        let mut block = AlignedBuffer::new(BLOCK);
        block.fill(0x5a);
        let block = Arc::new(block);
        let start = Instant::now();
        let mut begun = [start; 8];
        let mut under_way = 0;
        let mut completions: Vec<Completion> = Vec::with_capacity(8);
        let mut free: Vec<usize> = (0..self.depth).collect();
        loop {
            let is_over = start.elapsed() >= ROUND_TIME || self.latencies_ns.len() >= SAMPLES_MAX;
            while let Some(slot) = free.pop_if(|_| !is_over || self.latencies_ns.is_empty() && under_way == 0)
            {
                let offset = self.next_block * BLOCK as u64 % FILE_BYTES;
                self.next_block += 1;
                let operation = Operation::Write {
                    file: file.clone(),
                    offset,
                    buffer: Arc::clone(&block),
                    range: 0..BLOCK,
                    durability: Durability::Durable(self.method),
                };
                begun[slot] = Instant::now();
                under_way += 1;
                assert!(io.submit(Token(slot as u64), operation).is_ok(), "the ring is ours and empty");
            }
            if under_way == 0 {
                break;
            }
            io.wait(None, &mut completions)
                .map_err(|error| IoError::new("wait", file.path(), error.errno))?;
            for completion in completions.drain(..) {
                completion.result?;
                let slot = completion.token.0 as usize;
                self.latencies_ns.push(begun[slot].elapsed().as_nanos() as u64);
                free.push(slot);
                under_way -= 1;
            }
        }
        self.time += start.elapsed();
        Ok(())
    }

    pub(crate) fn summary(&mut self) -> Measured {
        assert!(!self.latencies_ns.is_empty(), "a round measures at least one write");
        self.latencies_ns.sort_unstable();
        let at = |percent: usize| self.latencies_ns[(self.latencies_ns.len() - 1) * percent / 100];
        let nanoseconds = self.time.as_nanos().max(1) as u64;
        Measured {
            method: self.method,
            depth: self.depth,
            p50_ns: at(50),
            p95_ns: at(95),
            writes_per_second: self.latencies_ns.len() as u64 * 1_000_000_000 / nanoseconds,
        }
    }
}

impl Calibration {
    /// The text of [`FILE_NAME`].
    pub fn to_text(&self) -> String {
        let mut text = String::from(
            "# How writes become durable here, chosen by measuring. Remove this file to measure again.\n",
        );
        text += &format!("method = \"{}\"\n", self.method.name());
        text += &format!("depth = {}\n", self.depth);
        text += &format!("direct = {}\n", self.direct);
        text += &format!("environment = \"{}\"\n", self.environment);
        for measured in &self.measured {
            text += &format!(
                "# {} depth {}: p50 {} us, p95 {} us, {} writes/s\n",
                measured.method.name(),
                measured.depth,
                measured.p50_ns / 1000,
                measured.p95_ns / 1000,
                measured.writes_per_second
            );
        }
        text
    }

    /// Reads what [`Calibration::to_text`] writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let line = text.lines().find(|line| line.split('=').next().map(str::trim) == Some(key))?;
            line.split_once('=').map(|(_, value)| value.trim().trim_matches('"').to_owned())
        };
        let depth = value("depth")?.parse().ok().filter(|depth| (1..=4).contains(depth))?;
        Some(Self {
            method: DurableMethod::from_name(&value("method")?)?,
            depth,
            direct: value("direct")?.parse().ok()?,
            environment: value("environment")?,
            measured: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(method: DurableMethod, depth: usize, p50_ns: u64, writes_per_second: u64) -> Measured {
        Measured { method, depth, p50_ns, p95_ns: p50_ns * 2, writes_per_second }
    }

    #[test]
    fn the_kept_choice_reads_back() {
        let calibration = Calibration {
            method: DurableMethod::LinkedSync,
            depth: 2,
            direct: true,
            environment: "uring 6.1 ext4 8:1".to_owned(),
            measured: Vec::new(),
        };
        assert_eq!(Calibration::parse(&calibration.to_text()), Some(calibration));
        assert_eq!(Calibration::parse("method = \"prayer\"\ndepth = 1"), None);
    }

    #[test]
    fn depth_is_taken_only_for_a_large_gain() {
        use DurableMethod::{LinkedSync, RwfDsync};
        let flat = [measured(RwfDsync, 1, 100, 9000), measured(LinkedSync, 1, 170, 5000)];
        assert_eq!(choose(&flat), flat[0]);
        let deep = [flat[0], flat[1], measured(RwfDsync, 2, 130, 15_000), measured(RwfDsync, 4, 200, 16_000)];
        assert_eq!(choose(&deep), deep[2]);
        let shallow = [flat[0], measured(RwfDsync, 2, 190, 10_000)];
        assert_eq!(choose(&shallow), shallow[0]);
    }
}
