//! What a unary call costs the gateway thread: CPU microseconds a call, beside the floor of the gRPC library.
//!
//! Three servers in turn, the same client in a runtime of its own: the library's own server with an empty
//! handler (the floor), the gateway with a call that needs no partition (Topology), the gateway with
//! CompleteJob over the rings and a shard thread that answers at once. CPU time is the server thread's own,
//! from `/proc/self/task`.
//!
//! `cargo run --release -p tidemill-gateway --example call_cost -- [calls] [concurrency]`
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tidemill_core::limits::{FRAME_BYTES_MAX, RING_BYTES};
use tidemill_core::metrics::Registry;
use tidemill_core::ring::{Consumer, Producer, ring};
use tidemill_core::time::Clock;
use tidemill_core::wake::{Sleeper, waker};
use tidemill_gateway::proto::gateway::{CompleteJobRequest, TopologyRequest};
use tidemill_gateway::proto::health::health_check_response::ServingStatus;
use tidemill_gateway::proto::health::{HealthCheckRequest, HealthCheckResponse};
use tidemill_gateway::proto::{GatewayClient, HealthClient, HealthServer, HealthService};
use tidemill_gateway::{Gateway, GatewayConfig, GatewayThread, ShardLink, Topology, TopologySource};
use tidemill_record::compose_key;
use tidemill_record::frame::{AnswerFrame, CommandFrame, FrameKind, encoded};
use tidemill_record::value::Value;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let calls: usize = arguments.next().unwrap_or(200_000);
    let concurrency: usize = arguments.next().unwrap_or(64);
    println!("{:<34} {:>10} {:>14}", "server", "calls/s", "CPU us a call");
    let client = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..2 {
        client.block_on(floor(calls, concurrency));
        client.block_on(gateway(calls, concurrency));
    }
}

struct Empty;

#[tonic::async_trait]
impl HealthService for Empty {
    type WatchStream = tokio_stream::Empty<Result<HealthCheckResponse, Status>>;

    async fn check(&self, _: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
    }

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(tokio_stream::empty()))
    }
}

async fn floor(calls: usize, concurrency: usize) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::Builder::new().name("floor".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let incoming = tokio::net::TcpListener::from_std(listener).unwrap();
            let incoming = tonic::transport::server::TcpIncoming::from(incoming).with_nodelay(Some(true));
            let server = tonic::transport::Server::builder().add_service(HealthServer::new(Empty));
            let stopped = async { drop(stopped.await) };
            server.serve_with_incoming_shutdown(incoming, stopped).await.unwrap();
        });
    });
    let channel = connect(address).await;
    measure("the library, empty handler", "floor", calls, concurrency, || {
        let mut client = HealthClient::new(channel.clone());
        async move { client.check(HealthCheckRequest::default()).await.map(drop) }
    })
    .await;
    drop((channel, stop));
    tokio::task::spawn_blocking(move || server.unwrap().join().unwrap()).await.unwrap();
}

struct Nothing;

impl TopologySource for Nothing {
    fn topology(&self) -> Topology {
        Topology::default()
    }
}

async fn gateway(calls: usize, concurrency: usize) {
    let (sleeper, gateway_waker) = waker().unwrap();
    let (shard_sleeper, shard_waker) = waker().unwrap();
    let (producer, from_gateway) =
        ring(RING_BYTES, FRAME_BYTES_MAX, shard_waker.clone(), Some(gateway_waker.clone()));
    let (to_gateway, consumer) = ring(RING_BYTES, FRAME_BYTES_MAX, gateway_waker, Some(shard_waker.clone()));
    let stop = Arc::new(AtomicBool::new(false));
    let shard = std::thread::spawn({
        let stop = stop.clone();
        move || answer_all(shard_sleeper, from_gateway, to_gateway, &stop)
    });
    let config = GatewayConfig::new("127.0.0.1:0".parse().unwrap(), 1, Clock::system());
    let links = vec![ShardLink { producer, consumer, partitions: vec![1] }];
    let threads = vec![GatewayThread { sleeper, links }];
    let handle = Gateway::start(config, threads, Arc::new(Nothing), None, &Registry::new()).unwrap();
    let channel = connect(handle.address()).await;
    measure("the gateway, Topology", "gateway-0", calls, concurrency, || {
        let mut client = GatewayClient::new(channel.clone());
        async move { client.topology(TopologyRequest {}).await.map(drop) }
    })
    .await;
    measure("the gateway, CompleteJob", "gateway-0", calls, concurrency, || {
        let mut client = GatewayClient::new(channel.clone());
        let request = CompleteJobRequest {
            job_key: compose_key(1, 5),
            variables: r#"{"orderId":"4711","total":12.5}"#.to_owned(),
            result: None,
        };
        async move { client.complete_job(request).await.map(drop) }
    })
    .await;
    drop(channel);
    tokio::task::spawn_blocking(move || handle.shutdown().unwrap()).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    shard_waker.wake();
    shard.join().unwrap();
}

fn answer_all(mut sleeper: Sleeper, mut commands: Consumer, mut answers: Producer, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        while let Some(frame) = commands.read() {
            let command = CommandFrame::take(&frame).unwrap();
            let answer =
                AnswerFrame { request_id: command.request_id, value: command.value, ..Default::default() };
            answers.send(FrameKind::Answer as u32, &encoded(&answer)).unwrap();
        }
        if sleeper.prepare_sleep() {
            if commands.is_empty() { sleeper.wait(None) } else { sleeper.awoke() }
        }
    }
}

async fn connect(address: std::net::SocketAddr) -> Channel {
    Endpoint::new(format!("http://{address}")).unwrap().tcp_nodelay(true).connect().await.unwrap()
}

async fn measure<F>(name: &str, thread: &str, calls: usize, concurrency: usize, call: impl Fn() -> F)
where
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    run(calls / 10, concurrency, &call).await;
    let (cpu, start) = (cpu_ns(thread), Instant::now());
    run(calls, concurrency, &call).await;
    let (cpu, seconds) = (cpu_ns(thread) - cpu, start.elapsed().as_secs_f64());
    let micros = cpu as f64 / 1000.0 / calls as f64;
    println!("{name:<34} {:>10.0} {micros:>14.2}", calls as f64 / seconds);
}

async fn run<F>(calls: usize, concurrency: usize, call: &impl Fn() -> F)
where
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let mut under_way = tokio::task::JoinSet::<Result<(), Status>>::new();
    for _ in 0..calls {
        if under_way.len() >= concurrency {
            under_way.join_next().await.expect("one is under way").unwrap().unwrap();
        }
        under_way.spawn(call());
    }
    while let Some(done) = under_way.join_next().await {
        done.unwrap().unwrap();
    }
}

/// CPU time of the threads with this name.
fn cpu_ns(name: &str) -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of_name = tasks.filter_map(|task| {
        let path = task.ok()?.path();
        let is_it = std::fs::read_to_string(path.join("comm")).ok()?.trim() == name;
        let times = std::fs::read_to_string(path.join("schedstat")).ok()?;
        is_it.then(|| times.split(' ').next()?.parse::<u64>().ok()).flatten()
    });
    of_name.sum()
}
