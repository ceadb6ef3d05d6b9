//! PROCESS_INSTANCE ELEMENT_COMPLETED: the instance and all that it held is gone. A terminate end event
//! interrupts its scope: tokens on their way there go nowhere any more.

use tidemill_record::BpmnEventType;
use tidemill_record::value::ProcessInstanceValue;

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: ProcessInstanceValue<'_> = applying.value();
    let index = applying.state.element(applying.key()).map(|row| row.element_index);
    applying.remove_element();
    if value.bpmn_event_type != BpmnEventType::Terminate {
        return;
    }
    let state = &mut *applying.state;
    if let (Some(mut scope), Some(index)) = (state.element(value.flow_scope_key), index) {
        (scope.interrupted_by, scope.active_flows) = (index, 0);
        state.elements.put(&mut state.undo, value.flow_scope_key, &scope);
    }
}
