//! `tidemill instance`: what a process instance is doing. The answer has everything that was acknowledged before.

use clap::Args;
use serde_json::Value;

use super::connection::Connection;
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Key of the process instance
    #[arg(value_name = "KEY")]
    key: i64,
    #[command(flatten)]
    connection: Connection,
}

fn rows(items: &Value, names: &[&str]) -> Vec<Vec<String>> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| names.iter().map(|name| output::cell(&item[*name])).collect()).collect()
}

fn section(title: &str, heads: &[&str], rows: &[Vec<String>]) {
    if !rows.is_empty() {
        output::line(&format!("\n{title}"));
        output::table(heads, rows);
    }
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let instance = arguments.connection.get_json(&format!("/query/instance/{}", arguments.key))?;
    if arguments.connection.json {
        output::line(&instance.to_string());
        return Ok(());
    }
    let process = |name: &str| output::cell(&instance[name]);
    output::line(&format!(
        "instance {} of {} version {}: {}",
        process("processInstanceKey"),
        process("bpmnProcessId"),
        process("version"),
        process("state")
    ));
    let elements =
        rows(&instance["elements"], &["elementInstanceKey", "elementId", "bpmnElementType", "state"]);
    section("elements", &["KEY", "ELEMENT", "TYPE", "STATE"], &elements);
    let variables = rows(&instance["variables"], &["name", "value", "scopeKey"]);
    section("variables", &["NAME", "VALUE", "SCOPE"], &variables);
    let incidents =
        rows(&instance["incidents"], &["incidentKey", "errorType", "elementId", "jobKey", "errorMessage"]);
    section("incidents", &["KEY", "TYPE", "ELEMENT", "JOB", "MESSAGE"], &incidents);
    Ok(())
}
