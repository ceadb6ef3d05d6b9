//! MESSAGE_SUBSCRIPTION CREATE, CORRELATE, REJECT, DELETE: commands of the instance's partition to the
//! message's. They may come twice; the second time changes nothing and is acknowledged again.

use tidemill_record::value::{MessageSubscriptionValue, ProcessMessageSubscriptionValue, Value};
use tidemill_record::{
    Document, MessageSubscriptionIntent as Intent, ProcessMessageSubscriptionIntent, RejectionType,
    ValueType, partition_of_key,
};

use super::decode;
use crate::behavior::{messages, partitions};
use crate::context::{Context, Outcome};
use crate::state::texts_hash;

/// CREATE
pub fn create(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: MessageSubscriptionValue<'_> = decode(context, body)?;
    partitions::check(context, partition_of_key(value.process_instance_key), body)?;
    if context.state.message_subscription(value.element_instance_key, value.message_name).is_some() {
        acknowledge_create(context, &value);
        let reason = format!(
            "Expected to open a new message subscription for element with key '{}' and message name '{}', \
             but there is already a message subscription for that element key and message name opened",
            value.element_instance_key, value.message_name
        );
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    // The message that the command may show is looked up again here.
    let created = MessageSubscriptionValue { message_key: -1, variables: Document::EMPTY, ..value };
    let key = context.next_key();
    context.event(key, ValueType::MessageSubscription, Intent::Created, &created);
    if !messages::correlate_next(context, &created, key) {
        acknowledge_create(context, &created);
    }
    Ok(())
}

fn acknowledge_create(context: &mut Context<'_, '_, '_>, value: &MessageSubscriptionValue<'_>) {
    let acknowledge = ProcessMessageSubscriptionValue {
        process_instance_key: value.process_instance_key,
        element_instance_key: value.element_instance_key,
        message_name: value.message_name,
        interrupting: value.interrupting,
        subscription_partition_id: context.config.partition_id as i32,
        ..ProcessMessageSubscriptionValue::default()
    };
    answer(context, ProcessMessageSubscriptionIntent::Create, &acknowledge);
}

fn answer(
    context: &mut Context<'_, '_, '_>,
    intent: ProcessMessageSubscriptionIntent,
    value: &ProcessMessageSubscriptionValue<'_>,
) {
    let partition = partition_of_key(value.process_instance_key) as i32;
    partitions::send(context, partition, ValueType::ProcessMessageSubscription, intent, value);
}

/// A subscription's key and value, copied; the command is rejected when there is none.
fn find(
    context: &mut Context<'_, '_, '_>,
    value: &MessageSubscriptionValue<'_>,
    to: &str,
    body: &[u8],
) -> Result<(i64, Vec<u8>), crate::context::Rejected> {
    if let Some(row) = context.state.message_subscription(value.element_instance_key, value.message_name) {
        return Ok((row.key, context.buffers.copy(row.value)));
    }
    let reason = format!(
        "Expected to {to} subscription for element with key '{}' and message name '{}', \
         but no such message subscription exists",
        value.element_instance_key, value.message_name
    );
    Err(context.reject(RejectionType::NotFound, &reason, body).expect_err("a rejection was written"))
}

/// CORRELATE: the instance has taken the message.
pub fn correlate(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: MessageSubscriptionValue<'_> = decode(context, body)?;
    let (key, bytes) = find(context, &value, "correlate", body)?;
    let subscription = MessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    context.event(key, ValueType::MessageSubscription, Intent::Correlated, &subscription);
    if !subscription.interrupting {
        messages::correlate_next(context, &subscription, key);
    }
    context.buffers.give(bytes);
    Ok(())
}

/// REJECT: the instance could not take the message; another one of the process may.
pub fn reject(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: MessageSubscriptionValue<'_> = decode(context, body)?;
    let (key, bytes) = find(context, &value, "reject", body)?;
    let subscription = MessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    context.event(key, ValueType::MessageSubscription, Intent::Rejected, &subscription);
    let message_key = subscription.message_key;
    if context.state.message(message_key).is_some_and(|message| message.deadline > context.log.timestamp) {
        correlate_another(context, &subscription, message_key);
    }
    context.buffers.give(bytes);
    Ok(())
}

fn correlate_another(
    context: &mut Context<'_, '_, '_>,
    rejected: &MessageSubscriptionValue<'_>,
    message_key: i64,
) {
    let hash = texts_hash(&[rejected.message_name, rejected.correlation_key]);
    let name = rejected.message_name;
    let found = context
        .state
        .subscriptions_by_name
        .range_from((hash, i64::MIN))
        .take_while(|(other, _)| *other == hash)
        .filter_map(|(_, instance)| context.state.message_subscription(instance, name))
        .find(|row| !row.correlating && row.decoded().bpmn_process_id == rejected.bpmn_process_id);
    let Some(row) = found else { return };
    let (key, bytes) = (row.key, context.buffers.copy(row.value));
    let subscription = MessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    messages::correlating(context, &subscription, key, message_key);
    let row = context.state.message_subscription(subscription.element_instance_key, name);
    let correlating = context.buffers.copy(row.expect("correlating now").value);
    messages::send_correlate(
        context,
        &MessageSubscriptionValue::take(&correlating).expect("rows hold what records held"),
    );
    context.buffers.give(correlating);
    context.buffers.give(bytes);
}

/// DELETE
pub fn delete(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: MessageSubscriptionValue<'_> = decode(context, body)?;
    partitions::check(context, partition_of_key(value.process_instance_key), body)?;
    let acknowledge = ProcessMessageSubscriptionValue {
        process_instance_key: value.process_instance_key,
        element_instance_key: value.element_instance_key,
        message_name: value.message_name,
        subscription_partition_id: context.config.partition_id as i32,
        ..ProcessMessageSubscriptionValue::default()
    };
    match find(context, &value, "close message", body) {
        Ok((key, bytes)) => {
            let subscription = MessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
            context.event(key, ValueType::MessageSubscription, Intent::Deleted, &subscription);
            answer(context, ProcessMessageSubscriptionIntent::Delete, &acknowledge);
            context.buffers.give(bytes);
            Ok(())
        }
        Err(rejected) => {
            answer(context, ProcessMessageSubscriptionIntent::Delete, &acknowledge);
            Err(rejected)
        }
    }
}
