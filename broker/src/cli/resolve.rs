//! `tidemill resolve`: lets an instance go on after an incident, with more retries or other variables first.

use clap::Args;
use tidemill_gateway::proto::gateway::{
    ResolveIncidentRequest, SetVariablesRequest, UpdateJobRetriesRequest,
};

use super::connection::{Connection, block_on};
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Key of the incident
    #[arg(value_name = "KEY")]
    key: i64,
    /// Give the incident's job this many retries first; needs --job
    #[arg(long, requires = "job", value_name = "N")]
    retries: Option<i32>,
    /// The incident's job
    #[arg(long, value_name = "KEY")]
    job: Option<i64>,
    /// Set these variables first, a JSON object; needs --scope
    #[arg(long, requires = "scope", value_name = "JSON")]
    variables: Option<String>,
    /// The element or process instance whose variables are set
    #[arg(long, value_name = "KEY")]
    scope: Option<i64>,
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    block_on(async {
        let mut client = arguments.connection.client().await?;
        if let (Some(retries), Some(job_key)) = (arguments.retries, arguments.job) {
            let request = UpdateJobRetriesRequest { job_key, retries, ..Default::default() };
            let refused = CliError::refused(format!("cannot give job {job_key} more retries"));
            client.update_job_retries(request).await.map_err(refused)?;
        }
        if let (Some(variables), Some(scope)) = (arguments.variables.clone(), arguments.scope) {
            let request =
                SetVariablesRequest { element_instance_key: scope, variables, ..Default::default() };
            let refused = CliError::refused(format!("cannot set variables of {scope}"));
            client.set_variables(request).await.map_err(refused)?;
        }
        let request = ResolveIncidentRequest { incident_key: arguments.key, ..Default::default() };
        let refused = CliError::refused(format!("cannot resolve incident {}", arguments.key));
        client.resolve_incident(request).await.map_err(refused)
    })?;
    let text =
        if arguments.connection.json { "{}".to_owned() } else { format!("resolved {}", arguments.key) };
    output::line(&text);
    Ok(())
}
