//! Commands that all partitions have to know: sent until each has acknowledged, answered when all have.

use tidemill_record::value::{CommandDistributionValue, DeploymentValue, Value};
use tidemill_record::{CommandDistributionIntent, DeploymentIntent, Intent, ValueType, partition_of_key};

use super::partitions;
use crate::context::Context;
use crate::log::Written;

/// Gives a deployment to the other partitions; with one partition it is answered at once.
pub fn deployment(
    context: &mut Context<'_, '_, '_>,
    key: i64,
    decided: &DeploymentValue<'_>,
    created: Written,
) {
    if context.config.partition_count == 1 {
        return context.respond(created);
    }
    let mut encoded = context.buffers.take();
    decided.put(&mut encoded);
    let value = CommandDistributionValue {
        partition_id: context.config.partition_id as i32,
        value_type: ValueType::Deployment,
        intent: i32::from(Intent::from(DeploymentIntent::Create).0),
        command_value: &encoded,
        ..CommandDistributionValue::default()
    };
    let value_type = ValueType::CommandDistribution;
    context.event(key, value_type, CommandDistributionIntent::Started, &value);
    for partition_id in 1..=context.config.partition_count as i32 {
        if context.is_own_partition(partition_id) {
            continue;
        }
        let to = CommandDistributionValue { partition_id, command_value: &[], ..value };
        context.event(key, value_type, CommandDistributionIntent::Distributing, &to);
        let intent = DeploymentIntent::Create.into();
        partitions::send_keyed(context, partition_id, key, ValueType::Deployment, intent, decided);
    }
    context.buffers.give(encoded);
    context.await_distribution(key, created);
}

/// Tells the partition that a command came from that it was taken.
pub fn acknowledge(context: &mut Context<'_, '_, '_>, key: i64) {
    let value = CommandDistributionValue {
        partition_id: context.config.partition_id as i32,
        value_type: context.head.value_type,
        intent: i32::from(context.head.intent.0),
        ..CommandDistributionValue::default()
    };
    let origin = partition_of_key(key) as i32;
    let intent = CommandDistributionIntent::Acknowledge.into();
    partitions::send_keyed(context, origin, key, ValueType::CommandDistribution, intent, &value);
}
