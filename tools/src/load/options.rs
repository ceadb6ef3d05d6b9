//! What a load run can be told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How instances are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// At a fixed rate, whatever the answers do; latency counts from the intended time.
    Open,
    /// A fixed number in flight; the next one starts when one is answered.
    Closed,
}

/// How jobs are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WorkerMode {
    /// StreamActivatedJobs, and a poll now and then for jobs from before the stream.
    Stream,
    /// ActivateJobs with long polling.
    Poll,
    /// No worker: the process has no jobs, or somebody else works them.
    None,
}

/// Options of `tidemill load`.
#[derive(Args, Clone, Debug)]
pub struct LoadOptions {
    /// Gateway to load; several, separated by commas, are used in turn
    #[arg(long, default_value = "127.0.0.1:26500")]
    pub address: String,
    /// BPMN file to deploy first [default: a built-in process with one service task]
    #[arg(long, value_name = "FILE")]
    pub bpmn: Option<PathBuf>,
    /// Process to start [default: the first process of the file]
    #[arg(long, value_name = "ID")]
    pub process_id: Option<String>,
    /// JSON object with the variables of each instance; a unique `bench_id` is put in front
    #[arg(long, value_name = "FILE")]
    pub variables: Option<PathBuf>,
    /// How instances are started
    #[arg(long, value_enum, default_value = "closed")]
    pub mode: Mode,
    /// Instances per second in open mode
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// Instances in flight in closed mode, and the most in open mode
    #[arg(long, default_value_t = 64)]
    pub concurrency: usize,
    /// Seconds of measurement
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS")]
    pub duration: f64,
    /// Seconds of the same load before measuring
    #[arg(long, default_value_t = 2.0, value_name = "SECONDS")]
    pub warmup: f64,
    /// Do not wait for results: latency is then that of the create command
    #[arg(long)]
    pub create_only: bool,
    /// Type of the jobs to complete
    #[arg(long, default_value = "bench")]
    pub job_type: String,
    /// How jobs are fetched
    #[arg(long, value_enum, default_value = "stream")]
    pub worker_mode: WorkerMode,
    /// Workers
    #[arg(long, default_value_t = 1)]
    pub workers: usize,
    /// Jobs that one worker takes at a time when polling
    #[arg(long, default_value_t = 128)]
    pub jobs_at_once: i32,
    /// Seconds until a job that was not completed is given out again
    #[arg(long, default_value_t = 30.0, value_name = "SECONDS")]
    pub job_timeout: f64,
    /// Seconds until a request counts as failed
    #[arg(long, default_value_t = 15.0, value_name = "SECONDS")]
    pub request_timeout: f64,
    /// Connections for creating instances; each worker has one of its own
    #[arg(long, default_value_t = 1)]
    pub connections: usize,
    /// Write the keys of acknowledged instances and completed jobs here, one `instance KEY` or `job KEY` a line
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// One JSON object on stdout instead of tables; progress goes to stderr
    #[arg(long)]
    pub json: bool,
    /// No progress lines
    #[arg(long)]
    pub quiet: bool,
}
