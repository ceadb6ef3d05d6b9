//! `tidemill publish`: a message for waiting instances.

use clap::Args;
use serde_json::json;
use tidemill_gateway::proto::gateway::PublishMessageRequest;

use super::connection::{Connection, block_on};
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Name of the message
    #[arg(value_name = "NAME")]
    name: String,
    /// Which instance it is for
    #[arg(long, default_value = "", value_name = "KEY")]
    correlation_key: String,
    /// Seconds that it waits for an instance to subscribe
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    time_to_live: i64,
    /// A second message with this id is refused while the first one lives
    #[arg(long, default_value = "", value_name = "ID")]
    message_id: String,
    /// Variables, a JSON object
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let answer = block_on(async {
        let mut client = arguments.connection.client().await?;
        let request = PublishMessageRequest {
            name: arguments.name.clone(),
            correlation_key: arguments.correlation_key.clone(),
            time_to_live: arguments.time_to_live * 1_000,
            message_id: arguments.message_id.clone(),
            variables: arguments.variables.clone(),
            ..Default::default()
        };
        let refused = CliError::refused(format!("cannot publish {}", arguments.name));
        client.publish_message(request).await.map_err(refused)
    })?;
    let key = answer.into_inner().key;
    let text =
        if arguments.connection.json { json!({"key": key}).to_string() } else { format!("message {key}") };
    output::line(&text);
    Ok(())
}
