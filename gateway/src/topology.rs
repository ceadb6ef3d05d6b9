//! What the broker knows of the cluster, as the gateway asks for it.

/// Tells what the cluster looks like now. Asked on gateway threads, so it has to answer at once.
pub trait TopologySource: Send + Sync {
    /// The cluster.
    fn topology(&self) -> Topology;
    /// Whether this broker does its work; what the health checks answer.
    fn is_healthy(&self) -> bool {
        true
    }
}

/// The cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topology {
    /// Its brokers.
    pub brokers: Vec<Broker>,
    /// How many brokers there should be.
    pub cluster_size: u32,
    /// How many partitions there are.
    pub partition_count: u32,
    /// How many copies of a partition there are.
    pub replication_factor: u32,
    /// Names the cluster; empty leaves it out, as brokers of 8.6 do.
    pub cluster_id: String,
}

/// A broker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broker {
    /// Its number, from 0.
    pub node_id: u32,
    /// The host that clients reach it at.
    pub host: String,
    /// The port of its gateway or command API.
    pub port: u16,
    /// The partitions that it has copies of.
    pub partitions: Vec<Replica>,
}

/// A copy of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replica {
    /// Which partition, from 1.
    pub partition_id: u32,
    /// What this copy does.
    pub role: Role,
    /// Whether it does it.
    pub health: Health,
}

/// What a copy of a partition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of the protocol")]
pub enum Role {
    Leader,
    Follower,
    Inactive,
}

/// How a copy of a partition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of the protocol")]
pub enum Health {
    Healthy,
    Unhealthy,
    Dead,
}
