//! PROCESS_MESSAGE_SUBSCRIPTION: the instance's side of a subscription.

use tidemill_record::value::ProcessMessageSubscriptionValue;
use tidemill_record::{ProcessMessageSubscriptionIntent as Intent, partition_of_key};

use super::Applying;
use super::pending_subscription::{Pending, answered, sent};
use crate::state::{ProcessMessageSubscriptionRow, SubscriptionState};
use crate::table::text_hash_wide;

/// The applier of an intent.
pub fn applier(intent: Intent) -> Option<fn(&mut Applying<'_, '_>)> {
    match intent {
        Intent::Creating => Some(creating),
        Intent::Created => Some(created),
        Intent::Correlated => Some(correlated),
        Intent::Deleting => Some(deleting),
        Intent::Deleted => Some(deleted),
        _ => None,
    }
}

fn row_key(value: &ProcessMessageSubscriptionValue<'_>) -> (i64, u128) {
    (value.element_instance_key, text_hash_wide(value.message_name))
}

fn put(applying: &mut Applying<'_, '_>, value: &ProcessMessageSubscriptionValue<'_>, to: SubscriptionState) {
    let row =
        ProcessMessageSubscriptionRow { key: applying.key(), state: to as i32, value: applying.record.body };
    let state = &mut *applying.state;
    state.process_subscriptions.put(&mut state.undo, row_key(value), &row);
}

/// Whether the message's side is on another partition, which has to answer.
fn is_remote(applying: &Applying<'_, '_>, value: &ProcessMessageSubscriptionValue<'_>) -> bool {
    i64::from(value.subscription_partition_id) != partition_of_key(applying.key())
}

fn creating(applying: &mut Applying<'_, '_>) {
    let value: ProcessMessageSubscriptionValue<'_> = applying.value();
    put(applying, &value, SubscriptionState::Creating);
    if is_remote(applying, &value) {
        let at_ms = applying.record.header.timestamp;
        sent(applying.state, Pending::Opening, row_key(&value), at_ms);
    }
}

fn created(applying: &mut Applying<'_, '_>) {
    let value: ProcessMessageSubscriptionValue<'_> = applying.value();
    put(applying, &value, SubscriptionState::Created);
    answered(applying.state, Pending::Opening, row_key(&value));
}

fn correlated(applying: &mut Applying<'_, '_>) {
    let value: ProcessMessageSubscriptionValue<'_> = applying.value();
    answered(applying.state, Pending::Opening, row_key(&value));
    if value.interrupting {
        remove(applying, &value);
    } else {
        put(applying, &value, SubscriptionState::Created);
    }
}

fn deleting(applying: &mut Applying<'_, '_>) {
    let value: ProcessMessageSubscriptionValue<'_> = applying.value();
    put(applying, &value, SubscriptionState::Deleting);
    answered(applying.state, Pending::Opening, row_key(&value));
    if is_remote(applying, &value) {
        let at_ms = applying.record.header.timestamp;
        sent(applying.state, Pending::Closing, row_key(&value), at_ms);
    }
}

fn deleted(applying: &mut Applying<'_, '_>) {
    let value: ProcessMessageSubscriptionValue<'_> = applying.value();
    remove(applying, &value);
}

fn remove(applying: &mut Applying<'_, '_>, value: &ProcessMessageSubscriptionValue<'_>) {
    answered(applying.state, Pending::Opening, row_key(value));
    answered(applying.state, Pending::Closing, row_key(value));
    let state = &mut *applying.state;
    state.process_subscriptions.remove(&mut state.undo, &row_key(value));
}
