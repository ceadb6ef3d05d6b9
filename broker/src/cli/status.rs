//! `tidemill status`: brokers, partitions, their health.

use clap::Args;
use serde_json::json;
use tidemill_gateway::proto::gateway::TopologyRequest;
use tidemill_gateway::proto::gateway::partition::{PartitionBrokerHealth, PartitionBrokerRole};

use super::connection::{Connection, block_on};
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let topology = block_on(async {
        let mut client = arguments.connection.client().await?;
        client.topology(TopologyRequest {}).await.map_err(CliError::refused("cannot get the topology"))
    })?;
    let topology = topology.into_inner();
    let mut rows = Vec::new();
    for broker in &topology.brokers {
        for partition in &broker.partitions {
            let role =
                PartitionBrokerRole::try_from(partition.role).map_or("UNKNOWN", |role| role.as_str_name());
            let health = PartitionBrokerHealth::try_from(partition.health);
            let health = health.map_or("UNKNOWN", |health| health.as_str_name());
            rows.push((
                broker.node_id,
                format!("{}:{}", broker.host, broker.port),
                partition.partition_id,
                role,
                health,
            ));
        }
    }
    if arguments.connection.json {
        let partitions: Vec<_> = rows
            .iter()
            .map(|(node, address, id, role, health)| {
                json!({"node": node, "address": address, "partition": id, "role": role, "health": health})
            })
            .collect();
        let summary = json!({
            "clusterSize": topology.cluster_size, "partitionsCount": topology.partitions_count,
            "replicationFactor": topology.replication_factor, "gatewayVersion": topology.gateway_version,
            "partitions": partitions,
        });
        output::line(&summary.to_string());
        return Ok(());
    }
    let cells = |(node, address, id, role, health): &(i32, String, i32, &str, &str)| {
        vec![node.to_string(), address.clone(), id.to_string(), (*role).to_owned(), (*health).to_owned()]
    };
    output::table(
        &["NODE", "ADDRESS", "PARTITION", "ROLE", "HEALTH"],
        &rows.iter().map(cells).collect::<Vec<_>>(),
    );
    Ok(())
}
