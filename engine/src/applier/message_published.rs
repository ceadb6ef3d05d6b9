//! MESSAGE PUBLISHED: the message waits for subscriptions until its deadline.

use tidemill_record::value::MessageValue;

use super::Applying;
use crate::state::{NumberRow, texts_hash};

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, message): (i64, MessageValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.messages.put(&mut state.undo, key, &message);
    let name = texts_hash(&[message.name, message.correlation_key]);
    state.messages_by_name.insert(&mut state.undo, (name, key));
    state.message_deadlines.insert(&mut state.undo, (message.deadline, key));
    if !message.message_id.is_empty() {
        let id = texts_hash(&[message.name, message.correlation_key, message.message_id]);
        state.message_ids.put(&mut state.undo, id, &NumberRow { number: key });
    }
}
