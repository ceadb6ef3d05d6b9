//! Bringing messages and subscriptions together, on the message's partition.

use tidemill_record::value::{MessageSubscriptionValue, ProcessMessageSubscriptionValue, Value};
use tidemill_record::{
    Document, MessageSubscriptionIntent, ProcessMessageSubscriptionIntent, ValueType, partition_of_key,
};

use super::partitions;
use crate::context::Context;
use crate::state::texts_hash;
use crate::table::text_hash_wide;

/// The oldest message for a subscription of this process that it was not correlated to before.
pub fn next_for(
    context: &Context<'_, '_, '_>,
    name: &str,
    correlation_key: &str,
    process_id: &str,
) -> Option<i64> {
    let hash = texts_hash(&[name, correlation_key]);
    let process = text_hash_wide(process_id);
    let state = &context.state;
    let mut keys =
        state.messages_by_name.range_from((hash, i64::MIN)).take_while(|(other, _)| *other == hash);
    let found = keys.find(|(_, key)| {
        let message = state.message(*key).expect("an indexed message is there");
        message.deadline > context.log.timestamp && !state.correlated.contains(&(*key, process))
    });
    found.map(|(_, key)| key)
}

/// Correlates a subscription to the next message that waits; false when there is none.
pub fn correlate_next(
    context: &mut Context<'_, '_, '_>,
    subscription: &MessageSubscriptionValue<'_>,
    key: i64,
) -> bool {
    let value = subscription;
    let found = next_for(context, value.message_name, value.correlation_key, value.bpmn_process_id);
    let Some(message_key) = found else { return false };
    correlating(context, subscription, key, message_key);
    let row = context.state.message_subscription(value.element_instance_key, value.message_name);
    let Some(row) = row else { return true };
    let bytes = context.buffers.copy(row.value);
    send_correlate(context, &MessageSubscriptionValue::take(&bytes).expect("rows hold what records held"));
    context.buffers.give(bytes);
    true
}

/// MESSAGE_SUBSCRIPTION CORRELATING with a message.
pub fn correlating(
    context: &mut Context<'_, '_, '_>,
    subscription: &MessageSubscriptionValue<'_>,
    key: i64,
    message_key: i64,
) {
    let message = context.state.message(message_key).expect("the caller has seen the message");
    let value = MessageSubscriptionValue { message_key, variables: message.variables, ..*subscription };
    let intent = MessageSubscriptionIntent::Correlating;
    let written = context.log.event(key, ValueType::MessageSubscription, intent, &value);
    context.apply(written);
}

/// PROCESS_MESSAGE_SUBSCRIPTION CORRELATE, to the partition of the instance.
pub fn send_correlate(context: &mut Context<'_, '_, '_>, subscription: &MessageSubscriptionValue<'_>) {
    let partition = partition_of_key(subscription.process_instance_key) as i32;
    let mut element_id = context.buffers.take();
    if context.is_own_partition(partition) {
        // On the own partition Zeebe's command shows the element.
        let instance = subscription.element_instance_key;
        if let Some(row) = context.state.process_subscription(instance, subscription.message_name) {
            element_id.extend_from_slice(row.decoded().element_id.as_bytes());
        }
    }
    let value = ProcessMessageSubscriptionValue {
        element_id: std::str::from_utf8(&element_id).expect("copied from a text"),
        ..correlate_command(subscription, context.config.partition_id as i32)
    };
    let intent = ProcessMessageSubscriptionIntent::Correlate;
    partitions::send(context, partition, ValueType::ProcessMessageSubscription, intent, &value);
    context.buffers.give(element_id);
}

/// The command that tells an instance of a message.
pub fn correlate_command<'a>(
    subscription: &MessageSubscriptionValue<'a>,
    own_partition_id: i32,
) -> ProcessMessageSubscriptionValue<'a> {
    ProcessMessageSubscriptionValue {
        process_instance_key: subscription.process_instance_key,
        element_instance_key: subscription.element_instance_key,
        bpmn_process_id: subscription.bpmn_process_id,
        message_key: subscription.message_key,
        message_name: subscription.message_name,
        variables: Document(subscription.variables.0),
        interrupting: subscription.interrupting,
        correlation_key: subscription.correlation_key,
        subscription_partition_id: own_partition_id,
        ..ProcessMessageSubscriptionValue::default()
    }
}
