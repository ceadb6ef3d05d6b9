//! PROCESS_EVENT: an event waits at a scope, then it has been taken from there.

use tidemill_record::value::ProcessEventValue;

use super::Applying;
use crate::state::TriggerRow;

/// TRIGGERING
pub fn apply_triggering(applying: &mut Applying<'_, '_>) {
    let value: ProcessEventValue<'_> = applying.value();
    let definition = applying.definitions.get(applying.state, value.process_definition_key);
    let definition = definition.expect("events reach instances of deployed processes");
    let element =
        definition.process.find(value.target_element_id).expect("events trigger elements of the process");
    let row = TriggerRow {
        element_index: element.index.0 as i32,
        variables: value.variables,
        process_instance_key: value.process_instance_key,
    };
    let key = (value.scope_key, applying.key());
    let state = &mut *applying.state;
    state.triggers.put(&mut state.undo, key, &row);
}

/// TRIGGERED
pub fn apply_triggered(applying: &mut Applying<'_, '_>) {
    let value: ProcessEventValue<'_> = applying.value();
    let key = (value.scope_key, applying.key());
    let state = &mut *applying.state;
    // The end of the scope that it triggered has taken it already.
    state.triggers.remove(&mut state.undo, &key);
}
