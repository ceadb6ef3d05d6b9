//! The `tidemill` binary: broker, client and tools in one.

mod cli;
mod config;
mod disk_space;
mod partition;
mod shard_app;
mod start;
mod stream_credits;

fn main() -> std::process::ExitCode {
    cli::run()
}
