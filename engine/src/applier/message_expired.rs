//! MESSAGE EXPIRED: the message is gone, and with it what it was correlated to.

use super::Applying;
use crate::state::texts_hash;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let key = applying.key();
    let state = &mut *applying.state;
    let message = state.message(key).expect("a message expires once");
    let name = texts_hash(&[message.name, message.correlation_key]);
    let id = texts_hash(&[message.name, message.correlation_key, message.message_id]);
    let (deadline, has_id) = (message.deadline, !message.message_id.is_empty());
    state.messages.remove(&mut state.undo, &key);
    state.messages_by_name.remove(&mut state.undo, (name, key));
    state.message_deadlines.remove(&mut state.undo, (deadline, key));
    if has_id {
        state.message_ids.remove(&mut state.undo, &id);
    }
    while let Some(correlated) = state.correlated.first_from((key, 0)).filter(|(message, _)| *message == key)
    {
        state.correlated.remove(&mut state.undo, correlated);
    }
}
