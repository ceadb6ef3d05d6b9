//! `tidemill bench`: a layer of the broker against the raw machine, in one run, as ratios.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use tidemill_bench::journal::{Settings, run as run_journal};
use tidemill_core::io::DurableMethod;

use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    verb: BenchVerb,
}

#[derive(Subcommand, Debug)]
enum BenchVerb {
    /// The journal against the bare ring: latency, records a second, processor time
    Journal(Journal),
}

#[derive(Args, Debug)]
struct Journal {
    /// A folder on the disk to measure
    #[arg(long, default_value = ".", value_name = "DIR")]
    directory: PathBuf,
    /// Bytes of a record
    #[arg(long, value_delimiter = ',', default_value = "256,4096")]
    sizes: Vec<usize>,
    /// Records in flight
    #[arg(long, value_delimiter = ',', default_value = "1,64,1024")]
    in_flight: Vec<usize>,
    /// Rounds of each subject, in turn
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Length of a round
    #[arg(long, default_value_t = 250, value_name = "MS")]
    round_ms: u64,
    /// The durable step [default: as calibrated now]
    #[arg(long, value_name = "NAME")]
    method: Option<String>,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let BenchVerb::Journal(journal) = &arguments.verb;
    let method = journal.method.as_ref().map(|name| {
        DurableMethod::from_name(name)
            .ok_or_else(|| CliError::Other(format!("--method {name}: no such durable step")))
    });
    let mut settings = Settings::new(&journal.directory);
    settings.record_bytes = journal.sizes.clone();
    settings.in_flight = journal.in_flight.clone();
    settings.rounds = journal.rounds;
    settings.round_time = Duration::from_millis(journal.round_ms);
    settings.method = method.transpose()?;
    let report = run_journal(&settings).map_err(CliError::Other)?;
    output::line(&if journal.json { report.to_json() } else { report.to_text() });
    Ok(())
}
