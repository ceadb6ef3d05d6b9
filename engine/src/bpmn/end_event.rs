//! End events: none; error, which is thrown as soon as it is there; terminate, which ends all else in its
//! scope.

use tidemill_model::EventType;
use tidemill_record::ErrorType;

use super::{Instance, Step};
use crate::behavior::{Failure, errors, events, scopes, transitions, variables};
use crate::bpmn;
use crate::context::Context;
use crate::expression;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    if instance.element.event_type == EventType::Error {
        return throw_error(context, instance);
    }
    transitions::activated(context, instance);
    transitions::ask_to_complete(context, instance);
    Ok(())
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_outputs(context, instance)?;
    transitions::completed(context, instance);
    if instance.element.event_type == EventType::Terminate {
        terminate_scope(context, instance.flow_scope_key);
    } else {
        transitions::take_outgoing_flows(context, instance);
    }
    Ok(())
}

fn terminate_scope(context: &mut Context<'_, '_, '_>, scope_key: i64) {
    let row = context.state.element(scope_key).expect("the scope of an element that completes is at work");
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    if !scopes::terminate_children(context, &bpmn::instance(&definition, scope_key, &row)) {
        transitions::path_completed(context, scope_key);
    }
}

/// The error goes to the nearest boundary event that catches it; without one the event waits on an incident.
fn throw_error(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    let code = match &instance.definition.program(instance.element.index).error {
        Some(code) => expression::text(context, code, instance.key)?,
        None => "".into(),
    };
    let mut available = Vec::new();
    let found = errors::find_catcher(context, instance.definition, instance.key, &code, &mut available);
    let Some((scope_key, catcher)) = found else {
        let message = errors::uncaught_message(&code, "", &available);
        return Err(Failure::new(ErrorType::UnhandledErrorEvent, message));
    };
    transitions::activated(context, instance);
    let row = context.state.element(scope_key).expect("the catcher's scope is at work");
    let scope = bpmn::instance(instance.definition, scope_key, &row);
    events::trigger(context, &scope, catcher, tidemill_record::message_pack::EMPTY_DOCUMENT);
    Ok(())
}
