//! `tidemill journal inspect`: what lies in the journal of a stopped broker, read without changing anything.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    verb: JournalVerb,
}

#[derive(Subcommand, Debug)]
enum JournalVerb {
    /// Check every segment and tell what is in it
    Inspect(Inspect),
}

#[derive(Args, Debug)]
struct Inspect {
    /// Data directory of the broker, which must not be running
    #[arg(long, env = "TIDEMILL_DATA_DIR", default_value = "tidemill-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Which partition
    #[arg(long, default_value_t = 1)]
    partition: u32,
    /// Print the records as JSON lines
    #[arg(long)]
    records: bool,
    /// JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.verb {
        JournalVerb::Inspect(inspect) => run_inspect(inspect),
    }
}

fn run_inspect(inspect: &Inspect) -> Result<(), CliError> {
    let inspected = crate::start::inspect_journal(&inspect.data_dir, inspect.partition, |line| {
        if inspect.records {
            output::line(line);
        }
    });
    let found = inspected.map_err(CliError::Other)?;
    let report = &found.report;
    if inspect.records {
        return Ok(());
    }
    if inspect.json {
        let damaged: Vec<String> = report.damaged.iter().map(ToString::to_string).collect();
        let found = json!({
            "firstIndex": report.first_index, "lastIndex": report.last_index, "watermark": report.watermark,
            "segments": report.segment_count, "tornBytes": report.torn_bytes, "entries": found.entry_count,
            "records": found.record_count, "recordBytes": found.record_bytes, "damaged": damaged,
        });
        output::line(&found.to_string());
        return Ok(());
    }
    let rows = [
        ("entries", format!("{}..={}", report.first_index, report.last_index)),
        ("known durable (watermark)", report.watermark.to_string()),
        ("records", found.record_count.to_string()),
        ("bytes of records", found.record_bytes.to_string()),
        ("segments", report.segment_count.to_string()),
        ("torn bytes at the end", report.torn_bytes.to_string()),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    output::table(&["WHAT", "FOUND"], &rows);
    for damage in &report.damaged {
        output::line(&format!("damage: {damage}"));
    }
    Ok(())
}
