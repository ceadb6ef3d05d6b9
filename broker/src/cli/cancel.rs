//! `tidemill cancel`: ends a process instance.

use clap::Args;
use tidemill_gateway::proto::gateway::CancelProcessInstanceRequest;

use super::connection::{Connection, block_on};
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

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    block_on(async {
        let mut client = arguments.connection.client().await?;
        let request =
            CancelProcessInstanceRequest { process_instance_key: arguments.key, ..Default::default() };
        let refused = CliError::refused(format!("cannot cancel {}", arguments.key));
        client.cancel_process_instance(request).await.map_err(refused)
    })?;
    let text =
        if arguments.connection.json { "{}".to_owned() } else { format!("cancelled {}", arguments.key) };
    output::line(&text);
    Ok(())
}
