//! Starting and stopping a broker: from settings to threads, and back in order.
//!
//! ```text
//! data directory ─ lock, identity ─▶ machine: io backend, durable step ─▶ rings ─▶ shards replay ─▶ doors open
//! SIGTERM ─▶ doors refuse new work and answer what they hold ─▶ shards flush ─▶ exit 0
//! ```

mod data_directory;
mod doors;
mod inspect;
mod logging;
mod machine;
mod records;
mod running;
mod topology;
mod wiring;

pub use data_directory::stored_partitions;
pub use inspect::inspect_journal;

use std::process::ExitCode as ProcessCode;

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::signal::StopSignals;

use crate::config::{Config, Settings, core_count};
use data_directory::DataDirectory;

/// Runs a broker until a signal asks it to stop.
pub fn run(settings: Settings) -> ProcessCode {
    let config = match settings.resolve() {
        Ok(config) => config,
        Err(error) => return complain(&Fatal::new(ExitCode::Configuration, error)),
    };
    if let Err(error) = logging::install(&config) {
        return complain(&Fatal::new(ExitCode::Configuration, error));
    }
    match start_and_wait(&config) {
        Ok(()) => ProcessCode::SUCCESS,
        Err(fatal) => complain(&fatal),
    }
}

/// One line that says what to do, and the exit code of its kind.
fn complain(fatal: &Fatal) -> ProcessCode {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "tidemill: {}", fatal.reason);
    ProcessCode::from(fatal.code.code())
}

fn start_and_wait(config: &Config) -> Result<(), Fatal> {
    let signals = StopSignals::install().map_err(|error| Fatal::new(ExitCode::Machine, error))?;
    // Before anything is written: a port in use must not fix the partition count of a new directory.
    doors::check_addresses(config)?;
    let fallback = core_count().min(tidemill_core::limits::PARTITION_COUNT_MAX) as u32;
    let directory = DataDirectory::open(&config.data_dir, config.partitions, fallback, new_cluster_id())
        .map_err(|error| Fatal::new(ExitCode::DataDirectory, error))?;
    if !config.grpc_addr.ip().is_loopback() {
        tracing::warn!(addr = %config.grpc_addr, "gRPC is open to the network without TLS or authentication");
    }
    let machine = machine::examine(config, directory.path())?;
    let running = running::Running::start(config, &directory, &machine)?;
    tracing::info!(
        grpc = %config.grpc_addr,
        http = %config.http_addr,
        partitions = directory.identity().partitions,
        io = machine.backend_name(),
        "ready"
    );
    let signal = signals.wait();
    tracing::info!(?signal, "stopping: no new work, answering what is held");
    running.stop()?;
    tracing::info!("stopped");
    Ok(())
}

/// A number that names a new cluster: from the clock and the process, which is enough to tell two directories apart.
fn new_cluster_id() -> u64 {
    let time = tidemill_core::time::Clock::system().wall().ms() as u64;
    (time << 20) ^ u64::from(std::process::id())
}
