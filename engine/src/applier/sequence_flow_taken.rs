//! PROCESS_INSTANCE SEQUENCE_FLOW_TAKEN: a token is on its way to the flow's target.

use tidemill_model::ElementType;
use tidemill_record::value::ProcessInstanceValue;

use super::Applying;
use crate::state::NumberRow;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: ProcessInstanceValue<'_> = applying.value();
    let definition = applying.definitions.get(applying.state, value.process_definition_key);
    let definition = definition.expect("flows are of deployed processes");
    let index = definition.find(&value).expect("flows are of their process");
    let state = &mut *applying.state;
    let mut scope = state.element(value.flow_scope_key).expect("flows are taken in an active scope");
    scope.active_flows += 1;
    state.elements.put(&mut state.undo, value.flow_scope_key, &scope);
    let target = definition.element(definition.process.flow(index).target);
    if target.element_type == ElementType::ParallelGateway {
        let key = (value.flow_scope_key, target.index.0, index.0);
        let before = state.taken_flows.row(&key).map_or(0, |row: NumberRow| row.number);
        state.taken_flows.put(&mut state.undo, key, &NumberRow { number: before + 1 });
    }
}
