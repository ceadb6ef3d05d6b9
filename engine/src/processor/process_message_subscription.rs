//! PROCESS_MESSAGE_SUBSCRIPTION CREATE, CORRELATE, DELETE: commands of the message's partition to the
//! instance's. They may come twice; the second time changes nothing and is acknowledged again.

use tidemill_record::value::{MessageSubscriptionValue, ProcessMessageSubscriptionValue, Value};
use tidemill_record::{
    MessageSubscriptionIntent, ProcessMessageSubscriptionIntent as Intent, RejectionType, ValueType,
};

use super::decode;
use crate::behavior::{events, partitions};
use crate::bpmn;
use crate::context::{Context, Outcome, Rejected};
use crate::state::SubscriptionState;

/// A subscription's key, state and value, copied.
type Found = (i64, SubscriptionState, Vec<u8>);

fn find(
    context: &mut Context<'_, '_, '_>,
    value: &ProcessMessageSubscriptionValue<'_>,
    body: &[u8],
) -> Result<Found, Rejected> {
    if let Some(row) = context.state.process_subscription(value.element_instance_key, value.message_name) {
        return Ok((row.key, SubscriptionState::of(row.state), context.buffers.copy(row.value)));
    }
    let what = match Intent::from_intent(context.head.intent) {
        Some(Intent::Create) => "open",
        Some(Intent::Delete) => "delete",
        _ => "correlate",
    };
    let reason = format!(
        "Expected to {what} process message subscription with element key '{}' and message name '{}', \
         but no such subscription was found",
        value.element_instance_key, value.message_name
    );
    Err(context.reject(RejectionType::NotFound, &reason, body).expect_err("a rejection was written"))
}

/// CREATE: the message's side is open.
pub fn create(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: ProcessMessageSubscriptionValue<'_> = decode(context, body)?;
    let (key, state, bytes) = find(context, &value, body)?;
    if state != SubscriptionState::Creating {
        let how = if state == SubscriptionState::Deleting { "closing" } else { "opened" };
        let reason = format!(
            "Expected to open process message subscription with element key '{}' and message name '{}', \
             but it is already {how}",
            value.element_instance_key, value.message_name
        );
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let subscription = ProcessMessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    context.event(key, ValueType::ProcessMessageSubscription, Intent::Created, &subscription);
    context.buffers.give(bytes);
    Ok(())
}

/// CORRELATE: a message for the instance.
pub fn correlate(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: ProcessMessageSubscriptionValue<'_> = decode(context, body)?;
    partitions::check(context, i64::from(value.subscription_partition_id), body)?;
    let (key, state, bytes) = match find(context, &value, body) {
        Ok(found) => found,
        Err(rejected) => {
            acknowledge(context, &value, MessageSubscriptionIntent::Reject);
            return Err(rejected);
        }
    };
    let subscription = ProcessMessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    if subscription.message_key == value.message_key && subscription.message_key >= 0 {
        // The acknowledgement was lost: the instance has this message already.
        acknowledge(context, &value, MessageSubscriptionIntent::Correlate);
        let reason =
            format!("Expected to correlate message '{}', but it was correlated already", value.message_key);
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    if state == SubscriptionState::Deleting || !events::can_trigger(context, value.element_instance_key) {
        acknowledge(context, &value, MessageSubscriptionIntent::Reject);
        let how = if state == SubscriptionState::Deleting {
            "it is already closing"
        } else {
            "its element is not active"
        };
        let reason = format!(
            "Expected to correlate subscription for element with key '{}' and message name '{}', but {how}",
            value.element_instance_key, value.message_name
        );
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let correlated = ProcessMessageSubscriptionValue {
        message_key: value.message_key,
        variables: value.variables,
        correlation_key: value.correlation_key,
        ..subscription
    };
    context.event(key, ValueType::ProcessMessageSubscription, Intent::Correlated, &correlated);
    let row = context.state.element(value.element_instance_key).expect("asked before");
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    let instance = bpmn::instance(&definition, value.element_instance_key, &row);
    let target =
        definition.process.find(subscription.element_id).expect("subscriptions are of their process").index;
    events::trigger(context, &instance, target, value.variables.0);
    acknowledge(context, &correlated, MessageSubscriptionIntent::Correlate);
    context.buffers.give(bytes);
    Ok(())
}

fn acknowledge(
    context: &mut Context<'_, '_, '_>,
    value: &ProcessMessageSubscriptionValue<'_>,
    intent: MessageSubscriptionIntent,
) {
    let command = MessageSubscriptionValue {
        process_instance_key: value.process_instance_key,
        element_instance_key: value.element_instance_key,
        bpmn_process_id: value.bpmn_process_id,
        message_name: value.message_name,
        ..MessageSubscriptionValue::default()
    };
    let command = match intent {
        MessageSubscriptionIntent::Reject => MessageSubscriptionValue {
            message_key: value.message_key,
            correlation_key: value.correlation_key,
            ..command
        },
        _ => command,
    };
    let partition = value.subscription_partition_id;
    partitions::send(context, partition, ValueType::MessageSubscription, intent, &command);
}

/// DELETE: the message's side is closed.
pub fn delete(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: ProcessMessageSubscriptionValue<'_> = decode(context, body)?;
    let (key, _, bytes) = find(context, &value, body)?;
    let subscription = ProcessMessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    context.event(key, ValueType::ProcessMessageSubscription, Intent::Deleted, &subscription);
    context.buffers.give(bytes);
    Ok(())
}
