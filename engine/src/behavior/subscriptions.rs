//! Message subscriptions of element instances: opened and closed with the partition of the message.

use tidemill_model::ElementIndex;
use tidemill_record::value::{
    MessageSubscriptionValue, MessageValue, ProcessMessageSubscriptionValue, Value,
};
use tidemill_record::{Document, MessageSubscriptionIntent, ProcessMessageSubscriptionIntent, ValueType};

use super::{messages, partitions};
use crate::bpmn::Instance;
use crate::context::Context;
use crate::state::{ProcessMessageSubscriptionRow, SubscriptionState};

/// PROCESS_MESSAGE_SUBSCRIPTION CREATING, and the message's partition is asked.
pub fn open(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    event: ElementIndex,
    message_name: &str,
    correlation_key: &str,
) {
    let element = instance.definition.element(event);
    let partition = partitions::of_correlation_key(correlation_key, context.config.partition_count);
    let value = ProcessMessageSubscriptionValue {
        process_instance_key: instance.process_instance_key,
        element_instance_key: instance.key,
        bpmn_process_id: &instance.definition.process.id,
        message_name,
        interrupting: element.interrupting,
        correlation_key,
        element_id: &element.id,
        subscription_partition_id: partition,
        ..ProcessMessageSubscriptionValue::default()
    };
    let key = context.next_key();
    context.event(
        key,
        ValueType::ProcessMessageSubscription,
        ProcessMessageSubscriptionIntent::Creating,
        &value,
    );
    ask_to_create(context, &value);
}

/// MESSAGE_SUBSCRIPTION CREATE
fn ask_to_create(context: &mut Context<'_, '_, '_>, value: &ProcessMessageSubscriptionValue<'_>) {
    let command = create_command(value);
    let partition = value.subscription_partition_id;
    // On the own partition Zeebe's command shows the message that it will be correlated to.
    let found = context
        .is_own_partition(partition)
        .then(|| {
            messages::next_for(context, value.message_name, value.correlation_key, value.bpmn_process_id)
        })
        .flatten();
    let Some(message_key) = found else {
        return partitions::send(
            context,
            partition,
            ValueType::MessageSubscription,
            MessageSubscriptionIntent::Create,
            &command,
        );
    };
    let message: MessageValue<'_> = context.state.message(message_key).expect("found before");
    let variables = context.buffers.copy(message.variables.0);
    let command = MessageSubscriptionValue { message_key, variables: Document(&variables), ..command };
    partitions::send(
        context,
        partition,
        ValueType::MessageSubscription,
        MessageSubscriptionIntent::Create,
        &command,
    );
    context.buffers.give(variables);
}

/// The command that opens the message's side.
pub fn create_command<'a>(value: &ProcessMessageSubscriptionValue<'a>) -> MessageSubscriptionValue<'a> {
    MessageSubscriptionValue {
        process_instance_key: value.process_instance_key,
        element_instance_key: value.element_instance_key,
        bpmn_process_id: value.bpmn_process_id,
        message_name: value.message_name,
        correlation_key: value.correlation_key,
        interrupting: value.interrupting,
        ..MessageSubscriptionValue::default()
    }
}

/// The command that closes the message's side.
pub fn delete_command<'a>(value: &ProcessMessageSubscriptionValue<'a>) -> MessageSubscriptionValue<'a> {
    MessageSubscriptionValue {
        process_instance_key: value.process_instance_key,
        element_instance_key: value.element_instance_key,
        message_name: value.message_name,
        ..MessageSubscriptionValue::default()
    }
}

/// Closes all subscriptions of an instance, by length of the message's name, then by name.
pub fn close_all(context: &mut Context<'_, '_, '_>, element_instance_key: i64) {
    let rows = context.state.process_subscriptions.range_from((element_instance_key, 0));
    let mut open: Vec<(usize, Vec<u8>)> = Vec::new();
    for (_, bytes) in rows.take_while(|((instance, _), _)| *instance == element_instance_key) {
        let row = ProcessMessageSubscriptionRow::take(bytes).expect("rows hold what appliers put");
        if row.state != SubscriptionState::Deleting as i32 {
            let name = row.decoded().message_name;
            open.push((name.len(), name.as_bytes().to_vec()));
        }
    }
    open.sort_unstable();
    for (_, name) in open {
        let name = std::str::from_utf8(&name).expect("copied from a text");
        close(context, element_instance_key, name);
    }
}

fn close(context: &mut Context<'_, '_, '_>, element_instance_key: i64, name: &str) {
    let row = context.state.process_subscription(element_instance_key, name).expect("listed before");
    let key = row.key;
    let bytes = context.buffers.copy(row.value);
    let value = ProcessMessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
    context.event(
        key,
        ValueType::ProcessMessageSubscription,
        ProcessMessageSubscriptionIntent::Deleting,
        &value,
    );
    let command = delete_command(&value);
    let partition = value.subscription_partition_id;
    partitions::send(
        context,
        partition,
        ValueType::MessageSubscription,
        MessageSubscriptionIntent::Delete,
        &command,
    );
    context.buffers.give(bytes);
}
