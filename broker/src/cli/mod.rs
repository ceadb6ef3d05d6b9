//! The verbs of `tidemill`, one file each. Data goes to stdout (a table, or JSON with `--json`), everything else to
//! stderr.

mod bench;
mod cancel;
mod connection;
mod create;
mod deploy;
mod dmn;
mod doctor;
mod feel;
mod incidents;
mod instance;
mod journal;
mod load;
mod output;
mod publish;
mod records;
mod resolve;
mod start;
mod status;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use output::CliError;

/// A workflow broker for BPMN processes: durable, fast, one binary, one data directory.
///
/// Start a broker with `tidemill start`; clients of Zeebe / Camunda 8 connect to it on port 26500.
#[derive(Parser, Debug)]
#[command(name = "tidemill", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Run a broker until SIGTERM or Ctrl-C
    Start(start::Arguments),
    /// Show brokers, partitions, their health
    Status(status::Arguments),
    /// Deploy BPMN files
    Deploy(deploy::Arguments),
    /// Create a process instance
    Create(create::Arguments),
    /// Work jobs of a type: complete them, fail them, or show them
    Worker(worker::Arguments),
    /// Publish a message
    Publish(publish::Arguments),
    /// Cancel a process instance
    Cancel(cancel::Arguments),
    /// Resolve an incident
    Resolve(resolve::Arguments),
    /// Show a process instance: elements, variables, incidents
    Instance(instance::Arguments),
    /// List open incidents
    Incidents(incidents::Arguments),
    /// Print the committed records of a partition as JSON lines
    Records(records::Arguments),
    /// Load a gateway, measure it, check exactly-once
    Load(load::Arguments),
    /// Look into the journal of a stopped broker
    Journal(journal::Arguments),
    /// Examine this machine and data directory: kernel, disk, io_uring, what to change
    Doctor(doctor::Arguments),
    /// Measure a layer against the raw machine
    Bench(bench::Arguments),
    /// Evaluate decisions
    Dmn(dmn::Arguments),
    /// Evaluate FEEL expressions
    Feel(feel::Arguments),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Start(arguments) => return start::run(arguments),
        Verb::Status(arguments) => status::run(&arguments),
        Verb::Deploy(arguments) => deploy::run(&arguments),
        Verb::Create(arguments) => create::run(&arguments),
        Verb::Worker(arguments) => worker::run(&arguments),
        Verb::Publish(arguments) => publish::run(&arguments),
        Verb::Cancel(arguments) => cancel::run(&arguments),
        Verb::Resolve(arguments) => resolve::run(&arguments),
        Verb::Instance(arguments) => instance::run(&arguments),
        Verb::Incidents(arguments) => incidents::run(&arguments),
        Verb::Records(arguments) => records::run(&arguments),
        Verb::Load(arguments) => load::run(&arguments),
        Verb::Journal(arguments) => journal::run(&arguments),
        Verb::Doctor(arguments) => doctor::run(&arguments),
        Verb::Bench(arguments) => bench::run(&arguments),
        Verb::Dmn(arguments) => dmn::run(&arguments),
        Verb::Feel(arguments) => feel::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::complain(&error),
    }
}
