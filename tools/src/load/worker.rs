//! Completes jobs as they come.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tidemill_gateway::proto::GatewayClient;
use tidemill_gateway::proto::gateway::{
    ActivateJobsRequest, ActivatedJob, CompleteJobRequest, StreamActivatedJobsRequest,
};
use tonic::transport::Channel;

use super::options::{LoadOptions, WorkerMode};
use super::run::Shared;

/// Time between polls for jobs that no stream brought.
const LEFTOVER_POLL: Duration = Duration::from_millis(500);
/// How long a worker rests when the gateway is not there.
const REST_AFTER_ERROR: Duration = Duration::from_millis(50);

/// Starts the workers; they run until the end of the runtime.
pub fn start(shared: &Rc<Shared>, clients: Vec<GatewayClient<Channel>>, options: &LoadOptions) {
    for (number, client) in clients.into_iter().enumerate() {
        let job_type = options.job_type.clone();
        let name = format!("load-{number}");
        let timeout_ms = (options.job_timeout * 1_000.0) as i64;
        let poll = ActivateJobsRequest {
            r#type: job_type.clone(),
            worker: name.clone(),
            timeout: timeout_ms,
            max_jobs_to_activate: options.jobs_at_once,
            fetch_variable: vec!["bench_id".into()],
            request_timeout: if options.worker_mode == WorkerMode::Poll { 5_000 } else { -1 },
            ..Default::default()
        };
        if options.worker_mode == WorkerMode::Stream {
            let stream = StreamActivatedJobsRequest {
                r#type: job_type,
                worker: name,
                timeout: timeout_ms,
                fetch_variable: vec!["bench_id".into()],
                ..Default::default()
            };
            tokio::task::spawn_local(work_stream(shared.clone(), client.clone(), stream));
        }
        tokio::task::spawn_local(work_polls(shared.clone(), client, poll));
    }
}

async fn work_stream(
    shared: Rc<Shared>,
    mut client: GatewayClient<Channel>,
    request: StreamActivatedJobsRequest,
) {
    loop {
        match client.stream_activated_jobs(request.clone()).await {
            Ok(answer) => {
                let mut jobs = answer.into_inner();
                while let Ok(Some(job)) = jobs.message().await {
                    complete(&shared, &client, job);
                }
            }
            Err(status) => shared.failed("stream", &status),
        }
        tokio::time::sleep(REST_AFTER_ERROR).await;
    }
}

async fn work_polls(shared: Rc<Shared>, mut client: GatewayClient<Channel>, request: ActivateJobsRequest) {
    let leftovers = request.request_timeout < 0;
    loop {
        if leftovers {
            tokio::time::sleep(LEFTOVER_POLL).await;
        }
        match client.activate_jobs(request.clone()).await {
            Ok(answer) => {
                let mut batches = answer.into_inner();
                while let Ok(Some(batch)) = batches.message().await {
                    for job in batch.jobs {
                        complete(&shared, &client, job);
                    }
                }
            }
            Err(status) => {
                shared.failed("activate", &status);
                tokio::time::sleep(REST_AFTER_ERROR).await;
            }
        }
    }
}

/// Completes a job beside everything else.
fn complete(shared: &Rc<Shared>, client: &GatewayClient<Channel>, job: ActivatedJob) {
    shared.given(job.key);
    let shared = shared.clone();
    let mut client = client.clone();
    tokio::task::spawn_local(async move {
        let begin = Instant::now();
        let request = CompleteJobRequest { job_key: job.key, ..Default::default() };
        match client.complete_job(request).await {
            Ok(_) => shared.job_completed(job.key, job.process_instance_key, begin),
            Err(status) => shared.failed("complete", &status),
        }
    });
}
