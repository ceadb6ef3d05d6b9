//! What a start finds on disk: scanned without trust, judged by watermarks, reported exactly.

mod judge;
mod report;
mod run;
mod scan;

pub use judge::Place;
pub use report::{DamageCause, DamagedRange, RecoveryReport};
pub use run::{Recovered, RecoveredSegment, Spare};
pub(crate) use run::{recover, settle};
pub(crate) use scan::scan_segment;

/// Scans any bytes as a segment, for the fuzzer; returns the number of intact blocks.
pub fn scan_for_fuzzing(bytes: &[u8], generation: u64, identity: crate::layout::Identity) -> usize {
    scan_segment(bytes, generation, identity).blocks.len()
}

/// The file name of a generation.
pub(crate) fn segment_name(generation: u64) -> String {
    format!("{generation:016x}.segment")
}

/// The file name of a segment that is being filled.
pub(crate) fn preparing_name(generation: u64) -> String {
    format!("preparing-{generation:016x}.tmp")
}

/// The name of a file that has left the log and waits for another life.
pub(crate) fn recycled_name(generation: u64) -> String {
    format!("recycled-{generation:016x}.tmp")
}

/// The generation that a file name tells; `None` for other files.
pub(crate) fn generation_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".segment")?;
    (digits.len() == 16).then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}
