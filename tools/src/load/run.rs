//! One run from connecting to the report.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use tidemill_gateway::proto::GatewayClient;
use tidemill_gateway::proto::gateway::{DeployResourceRequest, Resource, deployment::Metadata};
use tonic::transport::{Channel, Endpoint};

use super::latency::Latency;
use super::ledger::Ledger;
use super::options::{LoadOptions, Mode, WorkerMode};
use super::process_time::cpu_seconds;
use super::report::Report;
use super::variables::Variables;
use super::{LoadError, creator, worker};

/// A process with one service task of type `bench`.
const ONE_TASK: &str = include_str!("one_task.bpmn");
/// Half of it is what the HTTP/2 library allows for small frames that wait to be read; with its default a few hundred
/// answers at once end the connection.
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;
/// How long acknowledged instances may take to complete after the load has ended.
const DRAIN: Duration = Duration::from_secs(20);

/// What creators and workers share, on one thread.
pub(super) struct Shared {
    pub process_definition_key: i64,
    pub create_only: bool,
    pub request_timeout: Duration,
    variables: Variables,
    next_number: Cell<u64>,
    measuring: Cell<bool>,
    completed: Cell<u64>,
    latency: RefCell<Latency>,
    job_latency: RefCell<Latency>,
    ledger: RefCell<Ledger>,
}

impl Shared {
    pub fn next_variables(&self) -> String {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        self.variables.of(number)
    }

    /// Notes the outcome of a create; false when it failed.
    pub fn created(&self, outcome: Result<i64, tonic::Status>, due: Instant) -> bool {
        let key = match outcome {
            Ok(key) => key,
            Err(status) => {
                self.failed("create", &status);
                return false;
            }
        };
        let mut ledger = self.ledger.borrow_mut();
        ledger.acknowledged(key);
        if !self.create_only {
            ledger.completed(key);
        }
        if self.measuring.get() {
            self.latency.borrow_mut().record(due.elapsed());
            self.completed.set(self.completed.get() + 1);
        }
        true
    }

    pub fn given(&self, job_key: i64) {
        self.ledger.borrow_mut().given(job_key);
    }

    pub fn job_completed(&self, job_key: i64, instance_key: i64, begin: Instant) {
        let mut ledger = self.ledger.borrow_mut();
        ledger.job_completed(job_key);
        if self.create_only {
            ledger.completed(instance_key);
        }
        if self.measuring.get() {
            self.job_latency.borrow_mut().record(begin.elapsed());
        }
    }

    pub fn failed(&self, what: &str, status: &tonic::Status) {
        self.ledger.borrow_mut().failed(what, status);
    }
}

fn connect(options: &LoadOptions, number: usize) -> Result<GatewayClient<Channel>, LoadError> {
    let addresses: Vec<&str> = options.address.split(',').collect();
    let address = addresses[number % addresses.len()];
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .map_err(|error| LoadError::Option(format!("--address {address}: {error}")))?;
    let endpoint = endpoint.initial_connection_window_size(CONNECTION_WINDOW_BYTES).tcp_nodelay(true);
    Ok(GatewayClient::new(endpoint.connect_lazy()))
}

fn check(options: &LoadOptions) -> Result<(), LoadError> {
    let usable = options.rate > 0.0 && options.duration > 0.0 && options.warmup >= 0.0;
    let counted = options.concurrency > 0 && options.connections > 0 && options.workers < 1_000;
    if usable && counted && options.request_timeout > 0.0 && options.job_timeout > 0.0 {
        return Ok(());
    }
    Err(LoadError::Option(
        "rate, duration, timeouts, concurrency and connections have to be greater than 0".into(),
    ))
}

async fn deploy(options: &LoadOptions) -> Result<i64, LoadError> {
    let content = match &options.bpmn {
        None => ONE_TASK.as_bytes().to_vec(),
        Some(path) => std::fs::read(path)
            .map_err(|error| LoadError::File { path: path.clone(), message: error.to_string() })?,
    };
    let name = options
        .bpmn
        .as_ref()
        .and_then(|path| path.file_name()?.to_str())
        .unwrap_or("one_task.bpmn")
        .to_owned();
    let request = DeployResourceRequest { resources: vec![Resource { name, content }], ..Default::default() };
    let failed =
        |message| LoadError::Gateway { doing: "cannot deploy", address: options.address.clone(), message };
    let answer = connect(options, 0)?.deploy_resource(request).await;
    let answer =
        answer.map_err(|status| failed(format!("{:?}: {}", status.code(), status.message())))?.into_inner();
    let processes = answer.deployments.iter().filter_map(|deployment| match &deployment.metadata {
        Some(Metadata::Process(process)) => Some(process),
        _ => None,
    });
    let mut wanted =
        processes.filter(|it| options.process_id.as_ref().is_none_or(|id| *id == it.bpmn_process_id));
    wanted
        .next()
        .map(|process| process.process_definition_key)
        .ok_or(failed("no such process in the file".into()))
}

/// Makes a run; progress goes to `progress`, a line a second.
///
/// # Errors
/// [`LoadError`] when nothing could be measured; failed requests are part of the report.
pub fn run(options: &LoadOptions, progress: &mut dyn FnMut(&str)) -> Result<Report, LoadError> {
    check(options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| LoadError::Option(format!("cannot start a runtime: {error}")))?;
    tokio::task::LocalSet::new().block_on(&runtime, run_here(options, progress))
}

async fn run_here(options: &LoadOptions, progress: &mut dyn FnMut(&str)) -> Result<Report, LoadError> {
    let process_definition_key = deploy(options).await?;
    let run =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64);
    let shared = Rc::new(Shared {
        process_definition_key,
        create_only: options.create_only,
        request_timeout: Duration::from_secs_f64(options.request_timeout),
        variables: Variables::new(options.variables.as_deref(), run)?,
        next_number: Cell::new(0),
        measuring: Cell::new(false),
        completed: Cell::new(0),
        latency: RefCell::default(),
        job_latency: RefCell::default(),
        ledger: RefCell::default(),
    });
    if options.worker_mode != WorkerMode::None {
        let clients =
            (0..options.workers).map(|number| connect(options, number)).collect::<Result<_, _>>()?;
        worker::start(&shared, clients, options);
    }
    let clients: Vec<_> =
        (0..options.connections).map(|number| connect(options, number)).collect::<Result<_, _>>()?;
    let begin = Instant::now();
    let seconds = options.warmup + options.duration;
    let creating = match options.mode {
        Mode::Closed => {
            let end = begin + Duration::from_secs_f64(seconds);
            tokio::task::spawn_local(creator::closed(shared.clone(), clients, options.concurrency, end))
        }
        Mode::Open => {
            let most = options.concurrency.max(1);
            tokio::task::spawn_local(creator::open(shared.clone(), clients, options.rate, seconds, most))
        }
    };
    tokio::time::sleep(Duration::from_secs_f64(options.warmup)).await;
    shared.measuring.set(true);
    let (measured_from, cpu_from) = (Instant::now(), cpu_seconds());
    while measured_from.elapsed().as_secs_f64() < options.duration {
        let left = options.duration - measured_from.elapsed().as_secs_f64();
        tokio::time::sleep(Duration::from_secs_f64(left.clamp(0.0, 1.0))).await;
        if !options.quiet {
            progress(&progress_line(&shared, measured_from));
        }
    }
    shared.measuring.set(false);
    let (seconds, cpu) = (measured_from.elapsed().as_secs_f64(), cpu_seconds() - cpu_from);
    let _ = tokio::time::timeout(DRAIN, creating).await;
    drain(&shared).await;
    let ledger = shared.ledger.take();
    if let Some(path) = &options.ledger {
        ledger.write(path)?;
    }
    Ok(Report {
        seconds,
        completed: shared.completed.get(),
        latency: shared.latency.take(),
        job_latency: shared.job_latency.take(),
        cpu_seconds: cpu,
        create_only: options.create_only,
        ledger,
    })
}

fn progress_line(shared: &Shared, from: Instant) -> String {
    let (latency, ledger) = (shared.latency.borrow(), shared.ledger.borrow());
    format!(
        "{:5.1} s  {:9.0}/s  p50 {:.2} ms  p99 {:.2} ms  {} errors",
        from.elapsed().as_secs_f64(),
        shared.completed.get() as f64 / from.elapsed().as_secs_f64(),
        latency.quantile_ms(0.5),
        latency.quantile_ms(0.99),
        ledger.error_count()
    )
}

/// Waits until every acknowledged instance was seen completed, or the time is up.
async fn drain(shared: &Shared) {
    let begin = Instant::now();
    while shared.ledger.borrow().incomplete() > 0 && begin.elapsed() < DRAIN {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
