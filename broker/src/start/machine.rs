//! What this machine allows: the io backend, and the durable step that suits its disk.

use std::path::Path;

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::io::{BackendChoice, DurableMethod, Probe, probe};
use tidemill_journal::calibrate::{self, Calibration};

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
    let calibration = calibrate::load_or_measure(directory, choice).map_err(|error| {
        let reason = format!("cannot write to the data directory {}: {error}", directory.display());
        Fatal::new(ExitCode::DataDirectory, reason)
    })?;
    tracing::info!(method = ?calibration.method, depth = calibration.depth, "durable step");
    Ok(Machine { choice, probe, calibration })
}
