//! Looks at the machine the way the journal will use it, and says what to change. Behind `tidemill doctor`.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use tidemill_core::histogram::{Histogram, HistogramSnapshot};
use tidemill_core::io::{
    AlignedBuffer, BackendChoice, FilesystemInfo, IoError, OpenOptions, Probe, filesystem_of, open_io,
};

use crate::calibrate::{Calibration, Samples, calibrate};

/// How long flushes are timed for the histogram.
const HISTOGRAM_TIME: Duration = Duration::from_millis(500);

/// What was found.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// Which backend would be used.
    pub backend: &'static str,
    /// io_uring, limits, seccomp.
    pub probe: Probe,
    /// What lies under the directory.
    pub filesystem: FilesystemInfo,
    /// The measurement of this moment.
    pub calibration: Calibration,
    /// Latencies of durable 4 KiB writes by the chosen method, one at a time.
    pub flush_latency: HistogramSnapshot,
    /// What to change, most important first; empty when all is well.
    pub advice: Vec<String>,
}

/// Measures for about a second. Writes small files into `directory` and removes them.
///
/// # Errors
/// The directory cannot be written, or no backend can be had.
pub fn examine(directory: &Path, choice: BackendChoice) -> Result<Diagnosis, IoError> {
    let (mut io, probe) =
        open_io(choice, 32).map_err(|error| IoError::new(error.operation, directory, error.errno))?;
    let filesystem = filesystem_of(directory)?;
    let calibration = calibrate(&mut *io, directory)?;
    let path = directory.join(format!(".doctor-{}.tmp", std::process::id()));
    let flush_latency = time_flushes(&mut *io, &path, &calibration);
    let removed = io.files().unlink(&path);
    let flush_latency = flush_latency?;
    removed?;
    let advice = advise(&probe, &filesystem, &calibration, &flush_latency);
    let backend = io.backend().name();
    Ok(Diagnosis { backend, probe, filesystem, calibration, flush_latency, advice })
}

fn time_flushes(
    io: &mut dyn tidemill_core::io::Io,
    path: &Path,
    calibration: &Calibration,
) -> Result<HistogramSnapshot, IoError> {
    let files = io.files();
    let options =
        OpenOptions { write: true, create: true, direct: calibration.direct, ..OpenOptions::default() };
    let plain = files.open(path, options)?;
    files.write_at(&plain, 0, &AlignedBuffer::new(1024 * 1024))?;
    files.sync_data(&plain)?;
    let synced = files.open(path, OpenOptions { dsync: true, ..options })?;
    let histogram = Histogram::new();
    let start = Instant::now();
    while start.elapsed() < HISTOGRAM_TIME {
        let mut samples = Samples::new(calibration.method, 1);
        samples.round(io, &plain, &synced)?;
        samples.latencies_ns.iter().for_each(|latency| histogram.record(*latency));
    }
    Ok(histogram.snapshot())
}

fn advise(
    probe: &Probe,
    filesystem: &FilesystemInfo,
    calibration: &Calibration,
    latency: &HistogramSnapshot,
) -> Vec<String> {
    let mut advice = Vec::new();
    match probe.uring {
        Err(_) => advice.push(probe.diagnosis.clone()),
        Ok(features) if !features.deferred_task_run => {
            advice.push("kernel 6.1 or newer spares interrupts of the shard (DEFER_TASKRUN)".to_owned());
        }
        Ok(features) if !features.registered_buffers => advice.push(
            "write buffers cannot be registered: raise the limit of locked memory (ulimit -l, LimitMEMLOCK=)"
                .to_owned(),
        ),
        Ok(_) => {}
    }
    if !calibration.direct {
        advice.push(format!(
            "{} refuses O_DIRECT: writes go through the page cache; put the data directory on ext4 or xfs",
            filesystem.kind
        ));
    }
    if matches!(filesystem.kind.as_str(), "tmpfs" | "ramfs" | "overlay") {
        advice.push(format!("{} does not outlive the machine or container: mount a volume", filesystem.kind));
    }
    if filesystem.write_cache == "write back" && filesystem.has_fua == Some(false) {
        advice.push(
            "the disk has a volatile cache and no FUA: each durable write costs a flush of it".to_owned(),
        );
    }
    if latency.percentile_ns(0.99) > 5_000_000 {
        advice.push(
            "1 % of the flushes take over 5 ms: something else keeps this disk or its cores busy".to_owned(),
        );
    }
    advice
}

impl Diagnosis {
    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let filesystem = &self.filesystem;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "backend      {}", self.backend);
        let _ = writeln!(text, "io_uring     {}", self.probe.diagnosis);
        if let Ok(features) = self.probe.uring {
            let _ = writeln!(
                text,
                "features     deferred task run {}, no iowait {}, registered buffers {}",
                features.deferred_task_run, features.no_iowait, features.registered_buffers
            );
        }
        let locked = self.probe.locked_memory_bytes_max;
        let locked = locked.map_or("unlimited".to_owned(), |bytes| format!("{} KiB", bytes / 1024));
        let _ =
            writeln!(text, "limits       locked memory {locked}, seccomp mode {}", self.probe.seccomp_mode);
        let _ = writeln!(
            text,
            "filesystem   {} ({}), device {}, cache {}, FUA {}, O_DIRECT {}",
            filesystem.kind,
            filesystem.mount_options,
            filesystem.device,
            or_unknown(&filesystem.write_cache),
            filesystem.has_fua.map_or("unknown", |fua| if fua { "yes" } else { "no" }),
            if self.calibration.direct { "yes" } else { "no" }
        );
        for measured in &self.calibration.measured {
            let is_chosen =
                measured.method == self.calibration.method && measured.depth == self.calibration.depth;
            let _ = writeln!(
                text,
                "{} {:<16} depth {}: p50 {:>6} us, p95 {:>6} us, {:>6} writes/s",
                if is_chosen { "chosen      " } else { "measured    " },
                measured.method.name(),
                measured.depth,
                measured.p50_ns / 1000,
                measured.p95_ns / 1000,
                measured.writes_per_second
            );
        }
        let latency = &self.flush_latency;
        let _ = writeln!(
            text,
            "flush 4 KiB  p50 {} us, p99 {} us, p99.9 {} us, max {} us ({} flushes)",
            latency.percentile_ns(0.5) / 1000,
            latency.percentile_ns(0.99) / 1000,
            latency.percentile_ns(0.999) / 1000,
            latency.max_ns() / 1000,
            latency.count()
        );
        if self.advice.is_empty() {
            let _ = writeln!(text, "advice       none: all is well");
        }
        for advice in &self.advice {
            let _ = writeln!(text, "advice       {advice}");
        }
        text
    }

    /// For programs: one JSON object.
    pub fn to_json(&self) -> String {
        let measured: Vec<String> = self.calibration.measured.iter().map(json_of_measured).collect();
        let advice: Vec<String> = self.advice.iter().map(|advice| json_string(advice)).collect();
        let latency = &self.flush_latency;
        let locked = self.probe.locked_memory_bytes_max.map_or("null".to_owned(), |bytes| bytes.to_string());
        format!(
            "{{\"backend\":{},\"kernel\":{},\"io_uring\":{},\"diagnosis\":{},\
            \"locked_memory_bytes_max\":{locked},\
             \"seccomp_mode\":{},\"filesystem\":{},\"device\":{},\"write_cache\":{},\"fua\":{},\"direct\":{},\
             \"method\":{},\"depth\":{},\"measured\":[{}],\"flush_ns\":{{\"p50\":{},\"p99\":{},\"p999\":{},\
             \"max\":{},\"count\":{}}},\"advice\":[{}]}}",
            json_string(self.backend),
            json_string(&self.probe.kernel),
            self.probe.uring.is_ok(),
            json_string(&self.probe.diagnosis),
            self.probe.seccomp_mode,
            json_string(&self.filesystem.kind),
            json_string(&self.filesystem.device),
            json_string(&self.filesystem.write_cache),
            self.filesystem.has_fua.map_or("null".to_owned(), |fua| fua.to_string()),
            self.calibration.direct,
            json_string(self.calibration.method.name()),
            self.calibration.depth,
            measured.join(","),
            latency.percentile_ns(0.5),
            latency.percentile_ns(0.99),
            latency.percentile_ns(0.999),
            latency.max_ns(),
            latency.count(),
            advice.join(",")
        )
    }
}

fn json_of_measured(measured: &crate::calibrate::Measured) -> String {
    format!(
        "{{\"method\":{},\"depth\":{},\"p50_ns\":{},\"p95_ns\":{},\"writes_per_second\":{}}}",
        json_string(measured.method.name()),
        measured.depth,
        measured.p50_ns,
        measured.p95_ns,
        measured.writes_per_second
    )
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

fn json_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", control as u32);
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted() {
        assert_eq!(json_string("a\"b\\c\nd"), "\"a\\\"b\\\\c\\u000ad\"");
    }
}
