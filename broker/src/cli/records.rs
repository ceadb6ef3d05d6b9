//! `tidemill records`: the committed stream of a partition as Zeebe's exporter JSON, one record a line.

use clap::Args;
use serde_json::Value;

use super::connection::Connection;
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Which partition
    #[arg(long, default_value_t = 1)]
    partition: u32,
    /// Position to start at
    #[arg(long, default_value_t = 1, value_name = "POSITION")]
    from: i64,
    /// Go on with new records as they are committed
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    connection: Connection,
}

/// How long one request waits for new records.
const WAIT_MS: u32 = 5_000;

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let mut next = arguments.from;
    let mut broken = None;
    loop {
        let wait = if arguments.follow { WAIT_MS } else { 0 };
        let path = format!("/records?partition={}&from={next}&wait_ms={wait}", arguments.partition);
        let before = next;
        arguments.connection.get_lines(&path, |line| {
            let position =
                serde_json::from_str::<Value>(line).ok().and_then(|record| record["position"].as_i64());
            match position {
                Some(position) => {
                    output::line(line);
                    next = position + 1;
                }
                None => broken = Some(format!("a line of the answer is no record: {line:.100}")),
            }
        })?;
        if let Some(broken) = broken {
            return Err(CliError::Other(broken));
        }
        if next == before && !arguments.follow {
            return Ok(());
        }
    }
}
