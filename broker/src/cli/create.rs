//! `tidemill create`: a new process instance.

use clap::Args;
use serde_json::{Value, json};
use tidemill_gateway::proto::gateway::{
    CreateProcessInstanceRequest, CreateProcessInstanceWithResultRequest,
};

use super::connection::{Connection, block_on};
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Process id, or the key of a process definition
    #[arg(value_name = "PROCESS")]
    process: String,
    /// Version of the process, -1 for the latest
    #[arg(long, default_value_t = -1, allow_negative_numbers = true)]
    version: i32,
    /// Variables, a JSON object
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    /// Wait for the end and print its variables
    #[arg(long)]
    result: bool,
    /// Seconds to wait for the result
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    timeout: u64,
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let key = arguments.process.parse::<i64>().unwrap_or(0);
    let request = CreateProcessInstanceRequest {
        process_definition_key: key,
        bpmn_process_id: if key > 0 { String::new() } else { arguments.process.clone() },
        version: arguments.version,
        variables: arguments.variables.clone(),
        ..Default::default()
    };
    let (created, variables) = block_on(create(arguments, request))?;
    if arguments.connection.json {
        output::line(&created.to_string());
        return Ok(());
    }
    let heads = ["INSTANCE", "PROCESS", "VERSION", "DEFINITION"];
    let names = ["processInstanceKey", "bpmnProcessId", "version", "processDefinitionKey"];
    output::table(&heads, &[names.map(|name| output::cell(&created[name])).to_vec()]);
    if let Some(variables) = variables {
        output::line(&variables);
    }
    Ok(())
}

async fn create(
    arguments: &Arguments,
    request: CreateProcessInstanceRequest,
) -> Result<(Value, Option<String>), CliError> {
    let mut client = arguments.connection.client().await?;
    let refused = || CliError::refused(format!("cannot create an instance of {}", arguments.process));
    if !arguments.result {
        let it = client.create_process_instance(request).await.map_err(refused())?.into_inner();
        let created = json!({
            "processInstanceKey": it.process_instance_key, "bpmnProcessId": it.bpmn_process_id,
            "version": it.version, "processDefinitionKey": it.process_definition_key,
        });
        return Ok((created, None));
    }
    let request = CreateProcessInstanceWithResultRequest {
        request: Some(request),
        request_timeout: (arguments.timeout * 1_000) as i64,
        ..Default::default()
    };
    let it = client.create_process_instance_with_result(request).await.map_err(refused())?.into_inner();
    let variables: Value = serde_json::from_str(&it.variables).unwrap_or(Value::Null);
    let created = json!({
        "processInstanceKey": it.process_instance_key, "bpmnProcessId": it.bpmn_process_id,
        "version": it.version, "processDefinitionKey": it.process_definition_key, "variables": variables,
    });
    Ok((created, Some(it.variables)))
}
