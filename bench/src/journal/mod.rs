//! The journal against the bare ring and against the libraries that others use for the same work.
//!
//! Closed loop: N records are in flight, each is acknowledged when it is durable, and an acknowledged
//! client sends its next one at once. A subject commits all that wait as one write. Subjects take turns in
//! short rounds, so that what else the machine does hits them alike; ratios are taken within a round, then
//! their median.

mod load;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod raw;
mod recovery;
mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tidemill_core::io::{BackendChoice, DurableMethod, IoError, open_io};
use tidemill_journal::calibrate::{Calibration, calibrate};

pub use load::Round;
pub use recovery::{RecoveryResult, measure_recovery};
pub use report::{Point, Report};

/// What to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the files go; on the disk that is to be measured.
    pub directory: PathBuf,
    /// Bytes of a record.
    pub record_bytes: Vec<usize>,
    /// Records in flight.
    pub in_flight: Vec<usize>,
    /// Rounds of each subject at each point.
    pub rounds: usize,
    /// Length of a round.
    pub round_time: Duration,
    /// Only subjects whose names contain one of these; all when empty.
    pub only: Vec<String>,
    /// The durable step of ours and of the bare ring; `None`: as calibrated now.
    pub method: Option<DurableMethod>,
}

impl Settings {
    /// The comparison that the project reports.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            record_bytes: vec![256, 4096],
            in_flight: vec![1, 64, 1024],
            rounds: 11,
            round_time: Duration::from_millis(250),
            only: Vec::new(),
            method: None,
        }
    }
}

/// One that commits records; its files stay open over all rounds of a point.
pub(crate) trait Subject {
    fn name(&self) -> String;

    /// Keeps `in_flight` records under way for `time`.
    fn round(&mut self, time: Duration) -> Result<Round, String>;
}

/// What a subject is to do.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) directory: PathBuf,
    pub(crate) record_bytes: usize,
    pub(crate) in_flight: usize,
    pub(crate) method: DurableMethod,
    pub(crate) direct: bool,
}

/// Runs everything.
///
/// # Errors
/// The directory cannot be written, or a subject fails; the text says which.
pub fn run(settings: &Settings) -> Result<Report, String> {
    assert!(settings.rounds > 0, "at least one round");
    let text = |error: IoError| error.to_string();
    let calibration = {
        let (mut io, _) = open_io(BackendChoice::Auto, 32).map_err(|error| error.to_string())?;
        calibrate(&mut *io, &settings.directory).map_err(text)?
    };
    let method = settings.method.unwrap_or(calibration.method);
    let mut points = Vec::new();
    for &record_bytes in &settings.record_bytes {
        for &in_flight in &settings.in_flight {
            let directory = settings.directory.join(format!("journal-bench-{}", std::process::id()));
            let work = Work { directory, record_bytes, in_flight, method, direct: calibration.direct };
            let point = run_point(settings, &work, &calibration);
            let _ = std::fs::remove_dir_all(&work.directory);
            points.push(point?);
        }
    }
    Ok(Report { method, direct: calibration.direct, rounds: settings.rounds, points })
}

fn run_point(settings: &Settings, work: &Work, calibration: &Calibration) -> Result<Point, String> {
    let mut subjects = subjects_of(work, calibration)?;
    let only = &settings.only;
    subjects
        .retain(|subject| only.is_empty() || only.iter().any(|only| subject.name().contains(only.as_str())));
    let mut rounds: Vec<(String, Vec<Round>)> =
        subjects.iter().map(|subject| (subject.name(), Vec::new())).collect();
    // One short round unmeasured: files, caches and buffers grow warm.
    for subject in &mut subjects {
        subject.round(settings.round_time / 4).map_err(|error| format!("{}: {error}", subject.name()))?;
    }
    for number in 0..settings.rounds {
        // Everybody starts after everybody else sometimes.
        for step in 0..subjects.len() {
            let at = (number + step) % subjects.len();
            let (name, rounds) = &mut rounds[at];
            let round = subjects[at].round(settings.round_time);
            rounds.push(round.map_err(|error| format!("{name}: {error}"))?);
        }
    }
    Ok(Point::new(work.record_bytes, work.in_flight, rounds))
}

fn subjects_of(work: &Work, calibration: &Calibration) -> Result<Vec<Box<dyn Subject>>, String> {
    let mut subjects: Vec<Box<dyn Subject>> = vec![
        Box::new(raw::Raw::new(work, false)?),
        Box::new(raw::Raw::new(work, true)?),
        Box::new(ours::Ours::new(work, 1, 1, "tidemill", BackendChoice::Auto)?),
        Box::new(ours::Ours::new(work, 1, 1, "tidemill-portable", BackendChoice::Portable)?),
    ];
    if work.in_flight > 1 {
        subjects.push(Box::new(ours::Ours::new(work, 1, 2, "tidemill-2groups", BackendChoice::Auto)?));
    }
    let depth = calibration.depth;
    if depth > 1 && work.in_flight > 1 {
        let name = format!("tidemill-depth{depth}");
        subjects.push(Box::new(ours::Ours::new(work, depth, depth, &name, BackendChoice::Auto)?));
    }
    #[cfg(feature = "peers")]
    subjects.extend(peers::all(work)?);
    Ok(subjects)
}
