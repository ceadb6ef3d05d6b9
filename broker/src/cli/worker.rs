//! `tidemill worker`: works jobs at a terminal or in a script.

use clap::{Args, ValueEnum};
use serde_json::json;
use tidemill_gateway::proto::GatewayClient;
use tidemill_gateway::proto::gateway::{
    ActivateJobsRequest, ActivatedJob, CompleteJobRequest, FailJobRequest, ThrowErrorRequest,
};
use tonic::transport::Channel;

use super::connection::{Connection, block_on};
use super::{CliError, output};

/// What to do with each job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Complete it with --variables
    Complete,
    /// Complete it with the variables that it came with
    Echo,
    /// Fail it with --message, one retry less
    Fail,
    /// Throw the BPMN error --error-code
    Throw,
}

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Type of the jobs
    #[arg(value_name = "TYPE")]
    job_type: String,
    /// What to do with each job
    #[arg(long, value_enum, default_value = "complete")]
    action: Action,
    /// Variables to complete with, a JSON object
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    /// Why jobs fail
    #[arg(long, default_value = "failed by tidemill worker")]
    message: String,
    /// Milliseconds that a failed job rests before it is given out again
    #[arg(long, default_value_t = 0, value_name = "MS")]
    back_off: i64,
    /// The BPMN error to throw
    #[arg(long, default_value = "error")]
    error_code: String,
    /// End after this many jobs [default: never]
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// Name of this worker
    #[arg(long, default_value = "tidemill-worker")]
    name: String,
    /// Seconds until a job that was not finished is given out again
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    timeout: i64,
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    block_on(work(arguments))
}

async fn work(arguments: &Arguments) -> Result<(), CliError> {
    let mut client = arguments.connection.client().await?;
    let mut left = arguments.jobs.unwrap_or(u64::MAX);
    while left > 0 {
        let request = ActivateJobsRequest {
            r#type: arguments.job_type.clone(),
            worker: arguments.name.clone(),
            timeout: arguments.timeout * 1_000,
            max_jobs_to_activate: left.min(32) as i32,
            ..Default::default()
        };
        let batches =
            client.activate_jobs(request).await.map_err(CliError::refused("cannot activate jobs"))?;
        let mut batches = batches.into_inner();
        while let Some(batch) = batches.message().await.map_err(CliError::refused("cannot receive jobs"))? {
            for job in batch.jobs {
                left = left.saturating_sub(1);
                finish(arguments, &mut client, job).await?;
            }
        }
    }
    Ok(())
}

async fn finish(
    arguments: &Arguments,
    client: &mut GatewayClient<Channel>,
    job: ActivatedJob,
) -> Result<(), CliError> {
    let variables = match arguments.action {
        Action::Echo => job.variables.clone(),
        _ => arguments.variables.clone(),
    };
    let done = match arguments.action {
        Action::Complete | Action::Echo => {
            let request = CompleteJobRequest { job_key: job.key, variables, ..Default::default() };
            client.complete_job(request).await.map(|_| "completed")
        }
        Action::Fail => {
            let request = FailJobRequest {
                job_key: job.key,
                retries: (job.retries - 1).max(0),
                error_message: arguments.message.clone(),
                retry_back_off: arguments.back_off,
                ..Default::default()
            };
            client.fail_job(request).await.map(|_| "failed")
        }
        Action::Throw => {
            let request = ThrowErrorRequest {
                job_key: job.key,
                error_code: arguments.error_code.clone(),
                error_message: arguments.message.clone(),
                variables,
            };
            client.throw_error(request).await.map(|_| "threw")
        }
    };
    let done = match done {
        Ok(done) => done.to_owned(),
        Err(status) => format!("refused: {}", status.message()),
    };
    if arguments.connection.json {
        let line = json!({
            "jobKey": job.key, "processInstanceKey": job.process_instance_key, "elementId": job.element_id,
            "retries": job.retries, "variables": job.variables, "outcome": done,
        });
        output::line(&line.to_string());
    } else {
        let place = format!("{} of instance {}", job.element_id, job.process_instance_key);
        output::line(&format!("{done}  job {}  {place}  {}", job.key, job.variables));
    }
    Ok(())
}
