//! The rings between threads, made before any thread runs: gateway to shard, shard to gateway, shard to shard.

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::limits::{FRAME_BYTES_MAX, RING_BYTES};
use tidemill_core::ring::{Consumer, Producer, ring};
use tidemill_core::wake::{Sleeper, Waker, waker, waker_for_io};

/// What one gateway thread gets, indexed by shard.
pub struct GatewaySide {
    /// Where it sleeps.
    pub sleeper: Sleeper,
    /// To each shard.
    pub producers: Vec<Producer>,
    /// From each shard.
    pub consumers: Vec<Consumer>,
}

/// What one shard gets.
pub struct ShardSide {
    /// Where it sleeps.
    pub sleeper: Sleeper,
    /// From each gateway thread, then from each shard.
    pub consumers: Vec<Consumer>,
    /// To each gateway thread.
    pub to_gateways: Vec<Producer>,
    /// To each shard, itself included.
    pub to_shards: Vec<Producer>,
}

fn new_ring(reader: &Waker, writer: &Waker) -> (Producer, Consumer) {
    ring(RING_BYTES, FRAME_BYTES_MAX, reader.clone(), Some(writer.clone()))
}

/// Makes all rings.
///
/// # Errors
/// No file descriptors left.
pub fn wire(gateway_count: usize, shard_count: usize) -> Result<(Vec<GatewaySide>, Vec<ShardSide>), Fatal> {
    let mut gateways = Vec::new();
    for _ in 0..gateway_count {
        let (sleeper, _) = waker().map_err(|error| Fatal::new(ExitCode::Machine, error))?;
        gateways.push(GatewaySide { sleeper, producers: Vec::new(), consumers: Vec::new() });
    }
    let mut shards: Vec<ShardSide> = (0..shard_count)
        .map(|_| waker_for_io().0)
        .map(|sleeper| ShardSide { sleeper, consumers: vec![], to_gateways: vec![], to_shards: vec![] })
        .collect();
    for gateway in &mut gateways {
        for shard in &mut shards {
            let (here, there) = (gateway.sleeper.waker(), shard.sleeper.waker());
            let (to_shard, from_gateway) = new_ring(&there, &here);
            let (to_gateway, from_shard) = new_ring(&here, &there);
            gateway.producers.push(to_shard);
            gateway.consumers.push(from_shard);
            shard.consumers.push(from_gateway);
            shard.to_gateways.push(to_gateway);
        }
    }
    for from in 0..shard_count {
        for to in 0..shard_count {
            let (producer, consumer) = new_ring(&shards[to].sleeper.waker(), &shards[from].sleeper.waker());
            shards[from].to_shards.push(producer);
            shards[to].consumers.push(consumer);
        }
    }
    assert!(
        shards.iter().all(|shard| shard.consumers.len() == gateway_count + shard_count),
        "every ring has ends"
    );
    Ok((gateways, shards))
}
