//! MESSAGE PUBLISH: the message is correlated to the subscriptions that wait for it, one a process, and waits
//! for more until its time to live is over.

use tidemill_record::value::{MessageSubscriptionValue, MessageValue, Value};
use tidemill_record::{ListBuffer, MessageIntent, RejectionType, ValueType};

use super::decode;
use crate::behavior::messages;
use crate::context::{Context, Outcome};
use crate::state::texts_hash;
use crate::table::text_hash_wide;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: MessageValue<'_> = decode(context, body)?;
    let id = texts_hash(&[value.name, value.correlation_key, value.message_id]);
    if !value.message_id.is_empty() && context.state.message_ids.contains(&id) {
        let id = value.message_id;
        let reason = format!(
            "Expected to publish a new message with id '{id}', \
             but a message with that id was already published"
        );
        return context.reject(RejectionType::AlreadyExists, &reason, body);
    }
    if !value.variables.is_well_formed() {
        let reason = "Expected to publish a message with variables, but they are no document";
        return context.reject(RejectionType::InvalidArgument, reason, body);
    }
    let message_key = context.next_key();
    let deadline = context.now_ms().saturating_add(value.time_to_live);
    let published = MessageValue { deadline, ..value };
    let written = context.event(message_key, ValueType::Message, MessageIntent::Published, &published);
    context.respond(written);
    let correlated = correlate(context, &published, message_key);
    for element_instance_key in correlated.as_list::<i64>().iter() {
        let row = context.state.message_subscription(element_instance_key, value.name);
        let bytes = row.expect("correlated before").value;
        let bytes = context.buffers.copy(bytes);
        let subscription = MessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
        messages::send_correlate(context, &subscription);
        context.buffers.give(bytes);
    }
    context.buffers.give_list(correlated);
    if value.time_to_live <= 0 {
        context.event(message_key, ValueType::Message, MessageIntent::Expired, &published);
    }
    Ok(())
}

/// MESSAGE_SUBSCRIPTION CORRELATING for one waiting subscription of each process; gives their element
/// instances.
fn correlate(context: &mut Context<'_, '_, '_>, message: &MessageValue<'_>, message_key: i64) -> ListBuffer {
    let hash = texts_hash(&[message.name, message.correlation_key]);
    // Hashes of process ids, one behind the other.
    let mut processes = context.buffers.take();
    let mut correlated = context.buffers.take_list();
    let mut next = Some(i64::MIN);
    while let Some((_, instance)) = next
        .and_then(|from| context.state.subscriptions_by_name.first_from((hash, from)))
        .filter(|(other, _)| *other == hash)
    {
        next = instance.checked_add(1);
        let row = context
            .state
            .message_subscription(instance, message.name)
            .expect("an indexed subscription is there");
        let (key, correlating) = (row.key, row.correlating);
        let process = text_hash_wide(row.decoded().bpmn_process_id).to_le_bytes();
        if correlating || processes.chunks_exact(process.len()).any(|other| other == process) {
            continue;
        }
        processes.extend_from_slice(&process);
        let bytes = context.buffers.copy(row.value);
        let subscription = MessageSubscriptionValue::take(&bytes).expect("rows hold what records held");
        messages::correlating(context, &subscription, key, message_key);
        context.buffers.give(bytes);
        correlated.push(&instance);
    }
    context.buffers.give(processes);
    correlated
}
