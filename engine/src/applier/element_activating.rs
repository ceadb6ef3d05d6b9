//! PROCESS_INSTANCE ELEMENT_ACTIVATING: the instance is there, and the token that led to it is spent.

use tidemill_model::ElementType;
use tidemill_record::value::ProcessInstanceValue;

use super::Applying;
use crate::state::{ElementRow, ElementState, NumberRow, State};

pub fn apply(applying: &mut Applying<'_, '_>) {
    let key = applying.key();
    let value: ProcessInstanceValue<'_> = applying.value();
    let definition = applying.definitions.get(applying.state, value.process_definition_key);
    let definition = definition.expect("instances are of deployed processes");
    let index = definition.find(&value).expect("instances are of elements of their process");
    let element = definition.element(index);
    let state = &mut *applying.state;
    let row = ElementRow {
        state: ElementState::Activating as i32,
        process_definition_key: value.process_definition_key,
        process_instance_key: value.process_instance_key,
        element_index: index.0 as i32,
        flow_scope_key: value.flow_scope_key,
        ..ElementRow::default()
    };
    assert!(!state.elements.contains(&key), "element instance {key} is activated once");
    state.elements.put(&mut state.undo, key, &row);
    let Some(mut scope) = state.element(value.flow_scope_key) else { return };
    scope.child_count += 1;
    match element.element_type {
        ElementType::ParallelGateway => {
            let taken =
                spend_taken_flows(state, value.flow_scope_key, index.0, element.incoming.iter().map(|f| f.0));
            scope.active_flows -= taken.min(scope.active_flows);
        }
        ElementType::StartEvent | ElementType::BoundaryEvent => {}
        _ if element.behind_event_based_gateway => {}
        _ if scope.active_flows > 0 => scope.active_flows -= 1,
        _ => {}
    }
    state.elements.put(&mut state.undo, value.flow_scope_key, &scope);
    state.children.insert(&mut state.undo, (value.flow_scope_key, key));
}

/// One token of each flow into a join is spent; gives how many there were.
fn spend_taken_flows(
    state: &mut State,
    scope_key: i64,
    gateway: u32,
    flows: impl Iterator<Item = u32>,
) -> i32 {
    let mut spent = 0;
    for flow in flows {
        let key = (scope_key, gateway, flow);
        let Some(NumberRow { number }) = state.taken_flows.row(&key) else { continue };
        spent += 1;
        if number == 1 {
            state.taken_flows.remove(&mut state.undo, &key);
        } else {
            state.taken_flows.put(&mut state.undo, key, &NumberRow { number: number - 1 });
        }
    }
    spent
}
