//! The doors of a broker: gRPC and HTTP, on gateway threads.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::metrics::Registry;
use tidemill_core::time::Clock;
use tidemill_gateway::http::HttpParts;
use tidemill_gateway::topology::TopologySource;
use tidemill_gateway::{Gateway, GatewayConfig, GatewayHandle, GatewayThread, ShardLink};

use super::machine::Machine;
use super::records::Records;
use super::topology::Single;
use super::wiring::GatewaySide;
use crate::config::Config;

/// Makes sure that nobody else listens at the addresses, before anything is replayed. The gateway's own sockets share
/// their port between threads and would not notice.
///
/// # Errors
/// One line that says which flag to change.
pub fn check_addresses(config: &Config) -> Result<(), Fatal> {
    let check = |address: SocketAddr, flag: &str| {
        TcpListener::bind(address).map(drop).map_err(|error| {
            let reason =
                format!("cannot listen at {address}: {error}; free it or choose another with {flag}");
            Fatal::new(ExitCode::Port, reason)
        })
    };
    check(config.grpc_addr, "--grpc-addr")?;
    check(config.http_addr, "--http-addr")
}

/// Opens the doors. `partitions` are those of each shard.
///
/// # Errors
/// An address was taken in the meantime, or the system gives no thread.
pub fn open(
    config: &Config,
    machine: &Machine,
    gateways: Vec<GatewaySide>,
    partitions: &[Vec<u32>],
    topology: &Single,
    (clock, registry): (&Clock, &Registry),
    records: Records,
) -> Result<GatewayHandle, Fatal> {
    let partition_count = partitions.iter().map(Vec::len).sum::<usize>() as u32;
    let mut setup = GatewayConfig::new(config.grpc_addr, partition_count, clock.clone());
    setup.http_address = Some(config.http_addr);
    let threads = gateways.into_iter().map(|side| thread(side, partitions)).collect();
    let metrics = registry.clone();
    let parts = HttpParts {
        metrics: Arc::new(move |out| metrics.render(out)),
        health: health(config, machine, topology.clone()),
        records: Arc::new(records),
        routes: None,
    };
    let opened = Gateway::start(setup, threads, Arc::new(topology.clone()), Some(parts), registry);
    opened.map_err(|error| Fatal::new(ExitCode::Port, format!("cannot open the doors: {error}")))
}

fn thread(side: GatewaySide, partitions: &[Vec<u32>]) -> GatewayThread {
    let ends = side.producers.into_iter().zip(side.consumers).zip(partitions);
    let links = ends.map(|((producer, consumer), partitions)| ShardLink {
        producer,
        consumer,
        partitions: partitions.clone(),
    });
    GatewayThread { sleeper: side.sleeper, links: links.collect() }
}

/// What `/health` says: whether the broker serves, how it reaches the disk, what may be lost.
fn health(config: &Config, machine: &Machine, topology: Single) -> tidemill_gateway::http::TextSource<bool> {
    let io = machine.backend_name();
    let diagnosis = machine.probe.diagnosis.clone();
    let method = format!("{:?}", machine.method());
    let may_lose_ms = config.flush_may_lose_ms;
    Arc::new(move |out| {
        let healthy = topology.is_healthy();
        let json = serde_json::json!({
            "status": if healthy { "UP" } else { "DOWN" }, "version": env!("CARGO_PKG_VERSION"), "io": io,
            "io_diagnosis": diagnosis, "durable_step": method, "flush_may_lose_ms": may_lose_ms,
        });
        out.push_str(&json.to_string());
        healthy
    })
}
