//! Starting and ending a gateway.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tidemill_core::limits::{GATEWAY_COUNT_MAX, OPEN_REQUEST_COUNT_MAX, PARKED_POLL_MS_DEFAULT};
use tidemill_core::metrics::Registry;
use tidemill_core::ring::{Consumer, Producer};
use tidemill_core::time::Clock;
use tidemill_core::wake::Sleeper;
use tokio::sync::watch;

use crate::desk::DeskConfig;
use crate::http::{HttpDoor, HttpParts};
use crate::metrics::GatewayMetrics;
use crate::server::{ThreadPlan, listeners, run};
use crate::topology::TopologySource;

/// How long a client waits for an answer when it does not say, ms: as Zeebe's gateway.
pub const REQUEST_TIMEOUT_MS_DEFAULT: u64 = 15_000;

/// How a gateway is set up.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Where gRPC clients connect; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where HTTP clients connect; served by the first thread. `None`: nowhere.
    pub http_address: Option<SocketAddr>,
    /// How clients reach this broker, for messages about time-outs: `host:port`.
    pub advertised_address: String,
    /// Partitions of the cluster, also those that are not here: messages are spread over all of them.
    pub partition_count: u32,
    /// Open requests of one thread; more are refused.
    pub open_request_count_max: usize,
    /// How long a client waits for an answer when it does not say, ms.
    pub request_timeout_ms: u64,
    /// How long a poll waits for jobs when the client does not say, ms.
    pub long_poll_ms: u64,
    /// The broker's clock; commands carry its reading, for the time that they take to the shard.
    pub clock: Clock,
}

impl GatewayConfig {
    /// The defaults, for an address and a number of partitions.
    pub fn new(address: SocketAddr, partition_count: u32, clock: Clock) -> Self {
        Self {
            address,
            http_address: None,
            advertised_address: address.to_string(),
            partition_count,
            open_request_count_max: OPEN_REQUEST_COUNT_MAX,
            request_timeout_ms: REQUEST_TIMEOUT_MS_DEFAULT,
            long_poll_ms: PARKED_POLL_MS_DEFAULT,
            clock,
        }
    }
}

/// The rings between a gateway thread and a shard.
pub struct ShardLink {
    /// To the shard.
    pub producer: Producer,
    /// Back from it.
    pub consumer: Consumer,
    /// The partitions that live there.
    pub partitions: Vec<u32>,
}

/// What one gateway thread is built from.
pub struct GatewayThread {
    /// What shards wake it with; its waker stands in the rings of `links`. Made by `core::wake::waker`.
    pub sleeper: Sleeper,
    /// One per shard, in the same order on every thread.
    pub links: Vec<ShardLink>,
}

/// Starts gateways.
#[derive(Debug)]
pub struct Gateway;

/// A running gateway; dropped, it goes down without waiting for its threads.
#[derive(Debug)]
pub struct GatewayHandle {
    address: SocketAddr,
    http_address: Option<SocketAddr>,
    shutdown: watch::Sender<bool>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl Gateway {
    /// Binds the addresses and starts one thread for each of `threads`.
    ///
    /// # Errors
    /// An address cannot be had, or the system refuses a thread.
    pub fn start(
        config: GatewayConfig,
        threads: Vec<GatewayThread>,
        topology: Arc<dyn TopologySource>,
        http: Option<HttpParts>,
        registry: &Registry,
    ) -> io::Result<GatewayHandle> {
        assert!((1..=GATEWAY_COUNT_MAX).contains(&threads.len()), "{} gateway threads", threads.len());
        assert!(config.partition_count > 0, "a cluster without partitions");
        let sockets = listeners(config.address, threads.len())?;
        let address = sockets[0].local_addr()?;
        let mut http = match (config.http_address, http) {
            (Some(address), Some(parts)) => Some((listeners(address, 1)?.remove(0), HttpDoor::new(parts))),
            _ => None,
        };
        let http_address = http.as_ref().map(|(socket, _)| socket.local_addr()).transpose()?;
        let (shutdown, told) = watch::channel(false);
        let mut handle = GatewayHandle { address, http_address, shutdown, threads: Vec::new() };
        for (index, (thread, listener)) in threads.into_iter().zip(sockets).enumerate() {
            let (links, rings) = thread.links.into_iter().map(split).unzip();
            let plan = ThreadPlan {
                config: desk_config(&config, index),
                listener,
                http: http.take(),
                sleeper: thread.sleeper,
                links,
                rings,
                topology: topology.clone(),
                metrics: GatewayMetrics::register(registry, index),
                clock: config.clock.clone(),
                shutdown: told.clone(),
            };
            let builder = std::thread::Builder::new().name(format!("gateway-{index}"));
            handle.threads.push(builder.spawn(move || run(plan))?);
        }
        Ok(handle)
    }
}

fn split(link: ShardLink) -> ((Producer, Vec<u32>), Consumer) {
    ((link.producer, link.partitions), link.consumer)
}

fn desk_config(config: &GatewayConfig, thread: usize) -> DeskConfig {
    DeskConfig {
        thread,
        partition_count: config.partition_count,
        open_request_count_max: config.open_request_count_max.min(OPEN_REQUEST_COUNT_MAX),
        request_timeout_ms: config.request_timeout_ms,
        long_poll_ms: config.long_poll_ms,
        address: config.advertised_address.clone(),
    }
}

impl GatewayHandle {
    /// Where gRPC clients connect, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where HTTP clients connect.
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http_address
    }

    /// Begins to go down: nothing new is taken, what is held is answered. Does not wait.
    pub fn begin_shutdown(&self) {
        self.shutdown.send_replace(true);
    }

    /// Goes down and waits for the threads, at most about five seconds. Shards have to run meanwhile.
    ///
    /// # Errors
    /// What ended a thread earlier.
    pub fn shutdown(self) -> io::Result<()> {
        self.begin_shutdown();
        let mut all = Ok(());
        for thread in self.threads {
            // Each one is waited for, also behind one that failed.
            all = all.and(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    }
}
