//! Topology.

use tidemill_record::COMPATIBLE_VERSION;

use crate::proto::gateway::partition::{PartitionBrokerHealth, PartitionBrokerRole};
use crate::proto::gateway::{BrokerInfo, Partition, TopologyResponse};
use crate::topology::{Broker, Health, Replica, Role, Topology};

/// The response that describes this cluster. Versions are those of the Zeebe release that the broker is
/// compatible with, because clients branch on them.
pub fn topology_response(topology: &Topology) -> TopologyResponse {
    TopologyResponse {
        brokers: topology.brokers.iter().map(broker_info).collect(),
        cluster_size: topology.cluster_size as i32,
        partitions_count: topology.partition_count as i32,
        replication_factor: topology.replication_factor as i32,
        gateway_version: COMPATIBLE_VERSION.to_owned(),
        cluster_id: topology.cluster_id.clone(),
    }
}

fn broker_info(broker: &Broker) -> BrokerInfo {
    BrokerInfo {
        node_id: broker.node_id as i32,
        host: broker.host.clone(),
        port: i32::from(broker.port),
        partitions: broker.partitions.iter().map(partition).collect(),
        version: COMPATIBLE_VERSION.to_owned(),
    }
}

fn partition(replica: &Replica) -> Partition {
    let role = match replica.role {
        Role::Leader => PartitionBrokerRole::Leader,
        Role::Follower => PartitionBrokerRole::Follower,
        Role::Inactive => PartitionBrokerRole::Inactive,
    };
    let health = match replica.health {
        Health::Healthy => PartitionBrokerHealth::Healthy,
        Health::Unhealthy => PartitionBrokerHealth::Unhealthy,
        Health::Dead => PartitionBrokerHealth::Dead,
    };
    Partition { partition_id: replica.partition_id as i32, role: role.into(), health: health.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[test]
    fn leaders_that_are_well_take_no_bytes() {
        let replica = Replica { partition_id: 1, role: Role::Leader, health: Health::Healthy };
        assert_eq!(partition(&replica).encode_to_vec(), [8, 1]);
        let broker = Broker { node_id: 0, host: "h".to_owned(), port: 26501, partitions: vec![replica] };
        let topology = Topology { brokers: vec![broker], cluster_size: 1, ..Default::default() };
        let response = topology_response(&topology);
        assert_eq!(response.gateway_version, "8.6.0");
        assert_eq!((response.brokers[0].port, response.brokers[0].version.as_str()), (26501, "8.6.0"));
    }
}
