//! Subscription commands that went to another partition and are not answered yet, by when they were sent.

use crate::state::{NumberRow, State};

/// What was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Pending {
    /// MESSAGE_SUBSCRIPTION CREATE
    Opening = 1,
    /// MESSAGE_SUBSCRIPTION DELETE
    Closing = 2,
    /// PROCESS_MESSAGE_SUBSCRIPTION CORRELATE
    Correlating = 3,
}

/// Remembers that it was sent at a time.
pub fn sent(state: &mut State, pending: Pending, key: (i64, u128), at_ms: i64) {
    answered(state, pending, key);
    let kind = pending as u8;
    state.sent_at.put(&mut state.undo, (key.0, key.1, kind), &NumberRow { number: at_ms });
    state.pending_subscriptions.insert(&mut state.undo, (at_ms, key.0, key.1, kind));
}

/// Forgets it: the other partition has answered, or it does not matter any more.
pub fn answered(state: &mut State, pending: Pending, key: (i64, u128)) {
    let kind = pending as u8;
    let Some(NumberRow { number }) = state.sent_at.row(&(key.0, key.1, kind)) else { return };
    state.sent_at.remove(&mut state.undo, &(key.0, key.1, kind));
    state.pending_subscriptions.remove(&mut state.undo, (number, key.0, key.1, kind));
}
