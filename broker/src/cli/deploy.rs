//! `tidemill deploy`: brings BPMN files to the broker.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tidemill_gateway::proto::gateway::{DeployResourceRequest, Resource, deployment::Metadata};

use super::connection::{Connection, block_on};
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Files, deployed together: all or none
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

fn resource(path: &PathBuf) -> Result<Resource, CliError> {
    let content = std::fs::read(path)
        .map_err(|error| CliError::Other(format!("cannot read {}: {error}", path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Resource { name, content })
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let resources = arguments.files.iter().map(resource).collect::<Result<Vec<_>, _>>()?;
    let answer = block_on(async {
        let mut client = arguments.connection.client().await?;
        let request = DeployResourceRequest { resources, ..Default::default() };
        client.deploy_resource(request).await.map_err(CliError::refused("cannot deploy"))
    })?;
    let answer = answer.into_inner();
    let processes = answer.deployments.iter().filter_map(|deployment| match &deployment.metadata {
        Some(Metadata::Process(process)) => Some(process),
        _ => None,
    });
    if arguments.connection.json {
        let processes: Vec<_> = processes
            .map(|it| {
                json!({
                    "bpmnProcessId": it.bpmn_process_id, "version": it.version,
                    "processDefinitionKey": it.process_definition_key, "resourceName": it.resource_name,
                })
            })
            .collect();
        output::line(&json!({"key": answer.key, "processes": processes}).to_string());
        return Ok(());
    }
    let rows: Vec<_> = processes
        .map(|it| {
            let key = it.process_definition_key.to_string();
            vec![it.bpmn_process_id.clone(), it.version.to_string(), key, it.resource_name.clone()]
        })
        .collect();
    output::table(&["PROCESS", "VERSION", "KEY", "FILE"], &rows);
    Ok(())
}
