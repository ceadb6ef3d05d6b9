//! `tidemill incidents`: what waits for a person.

use clap::Args;

use super::connection::Connection;
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let answer = arguments.connection.get_json("/query/incidents")?;
    if arguments.connection.json {
        output::line(&answer.to_string());
        return Ok(());
    }
    let names = [
        "incidentKey",
        "errorType",
        "bpmnProcessId",
        "processInstanceKey",
        "elementId",
        "jobKey",
        "errorMessage",
    ];
    let incidents = answer["incidents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> =
        incidents.iter().map(|item| names.map(|name| output::cell(&item[name])).to_vec()).collect();
    output::table(&["KEY", "TYPE", "PROCESS", "INSTANCE", "ELEMENT", "JOB", "MESSAGE"], &rows);
    Ok(())
}
