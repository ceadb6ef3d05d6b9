//! `tidemill load`: the load generator.

use clap::Args;
use tidemill_tools::load::{LoadOptions, run as run_load};

use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    options: LoadOptions,
}

/// Runs the verb; an acknowledged instance that did not complete exactly once makes it fail.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let report = run_load(&arguments.options, &mut |line| output::note(line));
    let report = report.map_err(|error| CliError::Other(error.to_string()))?;
    if arguments.options.json {
        output::line(&report.to_json().to_string());
    } else {
        output::line(report.to_text().trim_end());
    }
    let violations = report.violations();
    if violations.is_empty() {
        return Ok(());
    }
    Err(CliError::Other(format!("exactly-once was violated: {}", violations.join(", "))))
}
