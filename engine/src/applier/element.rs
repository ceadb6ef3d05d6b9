//! What appliers of element instances share.

use super::Applying;
use crate::state::{ElementState, State};

impl Applying<'_, '_> {
    /// Moves the instance on in its life.
    pub fn set_element_state(&mut self, element_state: ElementState) {
        let key = self.key();
        let mut row = self.state.element(key).expect("an event speaks of an instance that is there");
        assert!(row.state < element_state as i32, "element instance {key} goes back in its life");
        row.state = element_state as i32;
        self.state.elements.put(&mut self.state.undo, key, &row);
    }

    /// Removes the instance with its variables and its place in the scope around it.
    pub fn remove_element(&mut self) {
        let key = self.key();
        let state = &mut *self.state;
        let scope_key = state.element(key).expect("an element instance ends once").flow_scope_key;
        state.elements.remove(&mut state.undo, &key);
        remove_variables(state, key);
        remove_taken_flows(state, key);
        remove_triggers(state, key);
        if let Some(mut scope) = state.element(scope_key) {
            scope.child_count -= 1;
            assert!(scope.child_count >= 0, "a scope counts its children");
            state.elements.put(&mut state.undo, scope_key, &scope);
            assert!(state.children.remove(&mut state.undo, (scope_key, key)), "a child is indexed");
        }
    }
}

fn remove_variables(state: &mut State, scope_key: i64) {
    while let Some(key) = state.variables.keys().first_from(&(scope_key, 0)).filter(|key| key.0 == scope_key)
    {
        state.variables.remove(&mut state.undo, &key);
    }
}

fn remove_taken_flows(state: &mut State, scope_key: i64) {
    while let Some(key) =
        state.taken_flows.keys().first_from(&(scope_key, 0, 0)).filter(|key| key.0 == scope_key)
    {
        state.taken_flows.remove(&mut state.undo, &key);
    }
}

/// An event that this instance's end lets loose was read before.
fn remove_triggers(state: &mut State, scope_key: i64) {
    let first = |state: &State| state.triggers.keys().first_from(&(scope_key, i64::MIN));
    while let Some(key) = first(state).filter(|key| key.0 == scope_key) {
        state.triggers.remove(&mut state.undo, &key);
    }
}
