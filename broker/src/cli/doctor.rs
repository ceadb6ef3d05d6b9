//! `tidemill doctor`: what this machine and data directory allow, measured, and what to change.

use std::path::PathBuf;

use clap::Args;
use tidemill_core::io::BackendChoice;

use super::{CliError, output};
use crate::config::IoChoice;

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The data directory, or the place where one shall be
    #[arg(long, env = "TIDEMILL_DATA_DIR", default_value = "tidemill-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// How to reach the disk
    #[arg(long, value_enum, default_value = "auto")]
    io: IoChoice,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let choice = match arguments.io {
        IoChoice::Auto => BackendChoice::Auto,
        IoChoice::Uring => BackendChoice::Uring,
        IoChoice::Portable => BackendChoice::Portable,
    };
    let unusable = |error: &dyn std::fmt::Display| {
        CliError::Other(format!("cannot examine {}: {error}", arguments.data_dir.display()))
    };
    std::fs::create_dir_all(&arguments.data_dir).map_err(|error| unusable(&error))?;
    let diagnosis =
        tidemill_journal::doctor::examine(&arguments.data_dir, choice).map_err(|error| unusable(&error))?;
    let text = if arguments.json { diagnosis.to_json() } else { diagnosis.to_text() };
    output::line(text.trim_end());
    Ok(())
}
