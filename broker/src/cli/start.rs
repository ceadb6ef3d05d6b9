//! `tidemill start`: runs a broker.

use std::process::ExitCode;

use clap::Args;

use crate::config::Settings;

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    settings: Settings,
}

/// Runs the verb.
pub fn run(arguments: Arguments) -> ExitCode {
    crate::start::run(arguments.settings)
}
