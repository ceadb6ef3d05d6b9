//! MESSAGE_SUBSCRIPTION: the message's side of a subscription.

use tidemill_record::value::MessageSubscriptionValue;
use tidemill_record::{MessageSubscriptionIntent as Intent, partition_of_key};

use super::Applying;
use super::pending_subscription::{Pending, answered, sent};
use crate::state::{MessageSubscriptionRow, texts_hash};
use crate::table::text_hash_wide;

/// The applier of an intent.
pub fn applier(intent: Intent) -> Option<fn(&mut Applying<'_, '_>)> {
    match intent {
        Intent::Created => Some(created),
        Intent::Correlating => Some(correlating),
        Intent::Correlated => Some(correlated),
        Intent::Rejected => Some(rejected),
        Intent::Deleted => Some(deleted),
        _ => None,
    }
}

fn row_key(value: &MessageSubscriptionValue<'_>) -> (i64, u128) {
    (value.element_instance_key, text_hash_wide(value.message_name))
}

fn created(applying: &mut Applying<'_, '_>) {
    let value: MessageSubscriptionValue<'_> = applying.value();
    put(applying, &value, false);
    let name = texts_hash(&[value.message_name, value.correlation_key]);
    let state = &mut *applying.state;
    state.subscriptions_by_name.insert(&mut state.undo, (name, value.element_instance_key));
}

fn put(applying: &mut Applying<'_, '_>, value: &MessageSubscriptionValue<'_>, correlating: bool) {
    let row = MessageSubscriptionRow { key: applying.key(), correlating, value: applying.record.body };
    let state = &mut *applying.state;
    state.message_subscriptions.put(&mut state.undo, row_key(value), &row);
}

fn correlating(applying: &mut Applying<'_, '_>) {
    let value: MessageSubscriptionValue<'_> = applying.value();
    put(applying, &value, true);
    let own = partition_of_key(applying.key());
    let at_ms = applying.record.header.timestamp;
    let state = &mut *applying.state;
    state.correlated.insert(&mut state.undo, (value.message_key, text_hash_wide(value.bpmn_process_id)));
    if partition_of_key(value.process_instance_key) != own {
        sent(state, Pending::Correlating, row_key(&value), at_ms);
    }
}

fn correlated(applying: &mut Applying<'_, '_>) {
    let value: MessageSubscriptionValue<'_> = applying.value();
    answered(applying.state, Pending::Correlating, row_key(&value));
    if value.interrupting {
        remove(applying, &value);
    } else {
        put(applying, &value, false);
    }
}

fn rejected(applying: &mut Applying<'_, '_>) {
    let value: MessageSubscriptionValue<'_> = applying.value();
    answered(applying.state, Pending::Correlating, row_key(&value));
    let state = &mut *applying.state;
    state.correlated.remove(&mut state.undo, (value.message_key, text_hash_wide(value.bpmn_process_id)));
    remove(applying, &value);
}

fn deleted(applying: &mut Applying<'_, '_>) {
    let value: MessageSubscriptionValue<'_> = applying.value();
    answered(applying.state, Pending::Correlating, row_key(&value));
    remove(applying, &value);
}

fn remove(applying: &mut Applying<'_, '_>, value: &MessageSubscriptionValue<'_>) {
    let name = texts_hash(&[value.message_name, value.correlation_key]);
    let state = &mut *applying.state;
    state.message_subscriptions.remove(&mut state.undo, &row_key(value));
    state.subscriptions_by_name.remove(&mut state.undo, (name, value.element_instance_key));
}
