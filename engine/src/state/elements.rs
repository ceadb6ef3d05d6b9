//! Reading element instances and the events that reached them.

use super::{ElementRow, ElementState, State, TriggerRow};

/// An event waiting at a scope.
#[derive(Clone, Copy, Debug)]
pub struct Trigger<'a> {
    /// The event's key.
    pub key: i64,
    /// What it is.
    pub row: TriggerRow<'a>,
}

impl ElementRow {
    /// Where it is in its life.
    pub fn element_state(&self) -> ElementState {
        ElementState::of(self.state)
    }
}

impl State {
    /// An element instance.
    pub fn element(&self, key: i64) -> Option<ElementRow> {
        self.elements.row(&key)
    }

    /// Whether a scope has nothing left to do.
    pub fn is_scope_done(&self, key: i64) -> bool {
        let row = self.element(key).expect("the scope of an active element is active");
        row.child_count == 0 && row.active_flows == 0
    }

    /// The first child of a scope from a key on.
    pub fn child_from(&self, scope_key: i64, from: i64) -> Option<i64> {
        self.children
            .first_from((scope_key, from))
            .filter(|(scope, _)| *scope == scope_key)
            .map(|(_, child)| child)
    }

    /// The oldest event waiting at a scope.
    pub fn first_trigger(&self, scope_key: i64) -> Option<Trigger<'_>> {
        let key = self.triggers.keys().first_from(&(scope_key, i64::MIN))?;
        (key.0 == scope_key)
            .then(|| Trigger { key: key.1, row: self.triggers.row(&key).expect("an ordered key has a row") })
    }
}
