//! A gateway with a shard that is not one: a thread at the other end of the rings, with jobs in lists and
//! answers by rule. Tests look at what it got and tell it what to do.
#![allow(dead_code, reason = "each test file uses a part")]

mod shard;

pub use shard::FakeShard;

use std::sync::Arc;

use tidemill_core::limits::FRAME_BYTES_MAX;
use tidemill_core::metrics::Registry;
use tidemill_core::ring::ring;
use tidemill_core::time::Clock;
use tidemill_core::wake::waker;
use tidemill_gateway::http::{HttpAnswer, HttpParts, HttpRequest, HttpRoutes, RecordRequest, RecordSource};
use tidemill_gateway::proto::GatewayClient;
use tidemill_gateway::topology::{Broker, Health, Replica, Role, Topology};
use tidemill_gateway::{Gateway, GatewayConfig, GatewayHandle, GatewayThread, ShardLink, TopologySource};
use tonic::transport::Channel;

/// How a test world is built.
pub struct Setup {
    pub threads: usize,
    /// The partitions of each shard.
    pub shards: Vec<Vec<u32>>,
    pub ring_bytes: usize,
    pub request_timeout_ms: u64,
    pub open_request_count_max: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            threads: 1,
            shards: vec![vec![1]],
            ring_bytes: 64 * 1024,
            request_timeout_ms: 15_000,
            open_request_count_max: 65_536,
        }
    }
}

/// A gateway and its shards.
pub struct World {
    pub gateway: GatewayHandle,
    pub shards: Vec<FakeShard>,
    pub registry: Registry,
}

impl World {
    pub fn start(setup: Setup) -> Self {
        let mut shards: Vec<FakeShard> = setup.shards.iter().map(|_| FakeShard::default()).collect();
        let mut threads = Vec::new();
        for _ in 0..setup.threads {
            let (sleeper, gateway_waker) = waker().unwrap();
            let mut links = Vec::new();
            for (shard, partitions) in shards.iter_mut().zip(&setup.shards) {
                let shard_waker = shard.waker();
                let (producer, shard_end) =
                    ring(setup.ring_bytes, FRAME_BYTES_MAX, shard_waker.clone(), Some(gateway_waker.clone()));
                let (shard_start, consumer) =
                    ring(256 * 1024, FRAME_BYTES_MAX, gateway_waker.clone(), Some(shard_waker));
                shard.add_rings(shard_end, shard_start);
                links.push(ShardLink { producer, consumer, partitions: partitions.clone() });
            }
            threads.push(GatewayThread { sleeper, links });
        }
        shards.iter_mut().for_each(FakeShard::start);
        let partition_count = setup.shards.iter().map(Vec::len).sum::<usize>() as u32;
        let mut config =
            GatewayConfig::new("127.0.0.1:0".parse().unwrap(), partition_count.max(1), Clock::system());
        config.http_address = Some("127.0.0.1:0".parse().unwrap());
        config.advertised_address = "127.0.0.1:26501".to_owned();
        config.request_timeout_ms = setup.request_timeout_ms;
        config.open_request_count_max = setup.open_request_count_max;
        let registry = Registry::new();
        let http = http_parts(registry.clone());
        let topology = Arc::new(OneBroker { partition_count });
        let gateway = Gateway::start(config, threads, topology, Some(http), &registry).unwrap();
        Self { gateway, shards, registry }
    }

    pub async fn client(&self) -> GatewayClient<Channel> {
        GatewayClient::connect(format!("http://{}", self.gateway.address())).await.unwrap()
    }

    /// The value of a metric of the first thread.
    pub fn metric(&self, name: &str) -> i64 {
        let mut text = String::new();
        self.registry.render(&mut text);
        let line = text.lines().find(|line| line.starts_with(&format!("{name}{{")));
        let line = line.unwrap_or_else(|| panic!("no metric {name} in\n{text}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

/// Waits until something holds; ten seconds are for busy machines, not for the product.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

struct OneBroker {
    partition_count: u32,
}

impl TopologySource for OneBroker {
    fn topology(&self) -> Topology {
        let replica = |partition_id| Replica { partition_id, role: Role::Leader, health: Health::Healthy };
        let partitions = (1..=self.partition_count).map(replica).collect();
        let broker = Broker { node_id: 0, host: "127.0.0.1".to_owned(), port: 26501, partitions };
        Topology {
            brokers: vec![broker],
            cluster_size: 1,
            partition_count: self.partition_count,
            replication_factor: 1,
            cluster_id: String::new(),
        }
    }
}

fn http_parts(registry: Registry) -> HttpParts {
    HttpParts {
        metrics: Arc::new(move |text: &mut String| registry.render(text)),
        health: Arc::new(|json: &mut String| {
            json.push_str("{\"status\":\"UP\"}");
            true
        }),
        records: Arc::new(Lines),
        routes: Some(Arc::new(Echo)),
    }
}

struct Lines;

impl RecordSource for Lines {
    fn read(&self, request: &RecordRequest, lines: &mut String) -> Result<(), String> {
        if request.partition_id != 1 {
            return Err(format!("there is no partition {}", request.partition_id));
        }
        for position in request.from..request.from + 2 {
            lines.push_str(&format!("{{\"position\":{position}}}\n"));
        }
        Ok(())
    }
}

struct Echo;

impl HttpRoutes for Echo {
    fn handle(&self, request: &HttpRequest<'_>) -> Option<HttpAnswer> {
        let body = std::str::from_utf8(request.body).unwrap();
        (request.path == "/test/echo").then(|| HttpAnswer::json(format!("{} {body}", request.method)))
    }
}
