//! What this machine allows: the io backend, and the durable step that suits its disk.

use std::path::Path;

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::io::{BackendChoice, DurableMethod, Probe, open_io, probe};
use tidemill_core::limits::IO_DEPTH;
use tidemill_journal::calibrate::{Calibration, load_or_calibrate};

use crate::config::{Config, IoChoice};

/// What was found and chosen.
pub struct Machine {
    /// The backend to use.
    pub choice: BackendChoice,
    /// What was found about io_uring.
    pub probe: Probe,
    /// The durable step.
    pub calibration: Calibration,
}

impl Machine {
    /// The backend's name, as in health.
    pub fn backend_name(&self) -> &'static str {
        if self.choice == BackendChoice::Portable { "portable" } else { "uring" }
    }

    /// The durable step of writes.
    pub fn method(&self) -> DurableMethod {
        self.calibration.method
    }
}

/// Looks at the machine; a clear line for everything that is not as it should be.
///
/// # Errors
/// io_uring was demanded and does not work, or the data directory cannot be written.
pub fn examine(config: &Config, directory: &Path) -> Result<Machine, Fatal> {
    let probe = probe();
    let choice = match (config.io, &probe.uring) {
        (IoChoice::Portable, _) => {
            tracing::warn!("portable io chosen: same guarantees, higher latency than io_uring");
            BackendChoice::Portable
        }
        (IoChoice::Auto, Err(_)) => {
            tracing::warn!("{}", probe.diagnosis);
            BackendChoice::Portable
        }
        (IoChoice::Uring, Err(_)) => return Err(Fatal::new(ExitCode::Machine, &probe.diagnosis)),
        (IoChoice::Auto | IoChoice::Uring, Ok(_)) => BackendChoice::Uring,
    };
    let (mut io, _) = open_io(choice, IO_DEPTH).map_err(|error| Fatal::new(ExitCode::Machine, error))?;
    let calibration = load_or_calibrate(&mut *io, directory).map_err(|error| {
        let reason = format!("cannot use the data directory {}: {error}", directory.display());
        Fatal::new(ExitCode::DataDirectory, reason)
    })?;
    if !calibration.direct {
        tracing::warn!("the filesystem refuses O_DIRECT: writes go through the page cache and are flushed");
    }
    tracing::info!(method = ?calibration.method, depth = calibration.depth, "durable step");
    Ok(Machine { choice, probe, calibration })
}
