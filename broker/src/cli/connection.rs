//! How verbs reach a broker: the public gRPC door for commands, the HTTP door for what it has no call for.

use std::io::BufRead;

use clap::Args;
use serde_json::Value;
use tidemill_gateway::proto::GatewayClient;
use tonic::transport::{Channel, Endpoint};

use super::CliError;

/// Where the broker is and how to print.
#[derive(Args, Clone, Debug)]
pub struct Connection {
    /// gRPC address of the broker
    #[arg(long, env = "TIDEMILL_ADDRESS", default_value = "127.0.0.1:26500")]
    pub address: String,
    /// HTTP address of the broker
    #[arg(long, env = "TIDEMILL_HTTP_ADDRESS", default_value = "127.0.0.1:9600")]
    pub http_address: String,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Runs one asynchronous piece of work to its end.
pub fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CliError::Other(format!("cannot start a runtime: {error}")))?.block_on(work)
}

impl Connection {
    /// A client of the gRPC door.
    ///
    /// # Errors
    /// The address is no address, or nobody listens there.
    pub async fn client(&self) -> Result<GatewayClient<Channel>, CliError> {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address))
            .map_err(|error| CliError::Other(format!("--address {}: {error}", self.address)))?;
        let channel = endpoint.tcp_nodelay(true).connect().await.map_err(|_| {
            CliError::Other(format!("no broker answers at {}; start one with `tidemill start`", self.address))
        })?;
        Ok(GatewayClient::new(channel).max_decoding_message_size(64 << 20))
    }

    fn get(&self, path: &str) -> Result<ureq::http::Response<ureq::Body>, CliError> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let answer = agent.get(format!("http://{}{path}", self.http_address)).call();
        let answer = answer.map_err(|error| {
            CliError::Other(format!(
                "no broker answers HTTP at {}: {error}; see --http-address",
                self.http_address
            ))
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.into_body().read_to_string().unwrap_or_default();
        Err(CliError::Other(format!("{}: {}", status.as_u16(), text.trim())))
    }

    /// Gets a JSON document.
    ///
    /// # Errors
    /// Nobody answers, the broker refuses, or the answer is no JSON.
    pub fn get_json(&self, path: &str) -> Result<Value, CliError> {
        let text = self.get(path)?.into_body().with_config().limit(1 << 30).read_to_string();
        let text = text.map_err(|error| CliError::Other(format!("the answer broke off: {error}")))?;
        serde_json::from_str(&text)
            .map_err(|error| CliError::Other(format!("the answer is no JSON: {error}")))
    }

    /// Gets lines and hands each to `each`.
    ///
    /// # Errors
    /// Nobody answers, the broker refuses, or the answer breaks off.
    pub fn get_lines(&self, path: &str, mut each: impl FnMut(&str)) -> Result<(), CliError> {
        let body = self.get(path)?.into_body().into_reader();
        for line in std::io::BufReader::new(body).lines() {
            each(&line.map_err(|error| CliError::Other(format!("the answer broke off: {error}")))?);
        }
        Ok(())
    }
}
