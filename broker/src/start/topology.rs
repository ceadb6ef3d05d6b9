//! What clients are told about the cluster: this broker, its partitions, whether they serve.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tidemill_gateway::topology::{Broker, Health, Replica, Role, Topology, TopologySource};

/// The cluster of one.
#[derive(Clone, Debug)]
pub struct Single {
    addr: SocketAddr,
    partition_count: u32,
    ready: Arc<AtomicBool>,
}

impl Single {
    /// A broker at `addr` that is not ready yet.
    pub fn new(addr: SocketAddr, partition_count: u32) -> Self {
        Self { addr, partition_count, ready: Arc::default() }
    }

    /// All partitions serve from now on, or no longer.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }
}

impl TopologySource for Single {
    fn topology(&self) -> Topology {
        let health = if self.is_healthy() { Health::Healthy } else { Health::Unhealthy };
        let replica = |partition_id| Replica { partition_id, role: Role::Leader, health };
        let broker = Broker {
            node_id: 0,
            host: self.addr.ip().to_string(),
            port: self.addr.port(),
            partitions: (1..=self.partition_count).map(replica).collect(),
        };
        Topology {
            brokers: vec![broker],
            cluster_size: 1,
            partition_count: self.partition_count,
            replication_factor: 1,
            cluster_id: String::new(),
        }
    }

    fn is_healthy(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }
}
