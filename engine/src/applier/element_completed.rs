//! PROCESS_INSTANCE ELEMENT_COMPLETED: the instance and all that it held is gone. A terminate end event
//! interrupts its scope: tokens on their way there go nowhere any more.

use tidemill_model::{ElementIndex, EventType};

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let row = applying.state.element(applying.key()).expect("an element instance ends once");
    let definition = applying.definitions.get(applying.state, row.process_definition_key);
    let definition = definition.expect("instances are of deployed processes");
    let element = definition.element(ElementIndex(row.element_index as u32));
    applying.remove_element();
    if element.event_type != EventType::Terminate {
        return;
    }
    let state = &mut *applying.state;
    if let Some(mut scope) = state.element(row.flow_scope_key) {
        (scope.interrupted_by, scope.active_flows) = (row.element_index, 0);
        state.elements.put(&mut state.undo, row.flow_scope_key, &scope);
    }
}
