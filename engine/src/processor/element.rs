//! PROCESS_INSTANCE ACTIVATE_ELEMENT, COMPLETE_ELEMENT, TERMINATE_ELEMENT: the guard before each step of an
//! element instance, then the element's own behaviour.

use tidemill_model::ElementType;
use tidemill_record::RejectionType;
use tidemill_record::value::ProcessInstanceValue;

use super::decode;
use crate::bpmn::{self, Instance};
use crate::context::{Context, Outcome};
use crate::definition::Definition;
use crate::state::ElementState;

/// ACTIVATE_ELEMENT
pub fn activate(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: ProcessInstanceValue<'_> = decode(context, body)?;
    let definition = context.definition(value.process_definition_key);
    let found = definition.as_ref().and_then(|definition| Some((definition, definition.find(&value)?)));
    let Some((definition, index)) = found else {
        let reason =
            format!("Expected to activate element '{}', but no such element was found", value.element_id);
        return context.reject(RejectionType::NotFound, &reason, body);
    };
    let element = definition.element(index);
    if let Err(reason) = may_activate(context, &value, definition, index) {
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let key = if context.head.key >= 0 { context.head.key } else { context.next_key() };
    bpmn::activate(
        context,
        &Instance {
            definition,
            element,
            key,
            process_instance_key: value.process_instance_key,
            flow_scope_key: value.flow_scope_key,
        },
    );
    Ok(())
}

/// An element is activated only in a scope at work, a join only once every flow into it was taken.
fn may_activate(
    context: &Context<'_, '_, '_>,
    value: &ProcessInstanceValue<'_>,
    definition: &Definition,
    index: tidemill_model::ElementIndex,
) -> Result<(), String> {
    let element = definition.element(index);
    if element.element_type == ElementType::Process {
        return Ok(());
    }
    let scope_key = value.flow_scope_key;
    let Some(scope) = context.state.element(scope_key) else {
        return Err(format!(
            "Expected flow scope instance with key '{scope_key}' to be present in state but not found."
        ));
    };
    if scope.element_state() != ElementState::Activated {
        let state = scope.element_state().name();
        return Err(format!(
            "Expected flow scope instance to be in state 'ELEMENT_ACTIVATED' but was '{state}'."
        ));
    }
    if scope.interrupted_by >= 0 {
        let by = definition.element(tidemill_model::ElementIndex(scope.interrupted_by as u32));
        return Err(format!(
            "Expected flow scope instance not to be interrupted but was by element '{}'.",
            by.id
        ));
    }
    if element.element_type == ElementType::ParallelGateway {
        let taken = |flow: &tidemill_model::ElementIndex| {
            context.state.taken_flows.contains(&(scope_key, index.0, flow.0))
        };
        // An instance that starts at the gateway needs no token.
        let started_here = element.incoming.iter().all(|flow| !taken(flow)) && scope.active_flows == 0;
        if !started_here && !element.incoming.iter().all(taken) {
            return Err(format!(
                "Expected to be able to activate parallel gateway '{}', \
                 but not all sequence flows have been taken.",
                element.id
            ));
        }
    }
    Ok(())
}

/// COMPLETE_ELEMENT
pub fn complete(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let Some(row) = context.state.element(key) else { return not_there(context, body) };
    if row.element_state() != ElementState::Activated {
        return wrong_state(context, body, "'ELEMENT_ACTIVATED'", row.element_state());
    }
    let scope = context.state.element(row.flow_scope_key).map(|scope| scope.element_state());
    if let Some(state) = scope.filter(|state| *state != ElementState::Activated) {
        let state = state.name();
        let reason =
            format!("Expected flow scope instance to be in state 'ELEMENT_ACTIVATED' but was '{state}'.");
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    bpmn::with_instance(context, key, bpmn::complete);
    Ok(())
}

/// TERMINATE_ELEMENT
pub fn terminate(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let Some(row) = context.state.element(key) else { return not_there(context, body) };
    if row.element_state() == ElementState::Terminating {
        let expected = "one of '[ELEMENT_ACTIVATING, ELEMENT_ACTIVATED, ELEMENT_COMPLETING]'";
        return wrong_state(context, body, expected, row.element_state());
    }
    bpmn::with_instance(context, key, bpmn::terminate);
    Ok(())
}

fn not_there(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let reason = format!("Expected element instance with key '{key}' to be present in state but not found.");
    context.reject(RejectionType::InvalidState, &reason, body)
}

fn wrong_state(
    context: &mut Context<'_, '_, '_>,
    body: &[u8],
    expected: &str,
    found: ElementState,
) -> Outcome {
    let reason = format!("Expected element instance to be in state {expected} but was '{}'.", found.name());
    context.reject(RejectionType::InvalidState, &reason, body)
}
