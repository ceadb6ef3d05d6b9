//! The steps of an element instance's life as records, and what follows when one ends.

use tidemill_model::{ElementIndex, ElementType};
use tidemill_record::{ProcessInstanceIntent as Intent, ValueType};

use super::{events, incidents};
use crate::bpmn::{self, Instance};
use crate::context::Context;
use crate::state::ElementState;

fn tell(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>, intent: Intent) {
    context.event(instance.key, ValueType::ProcessInstance, intent, &instance.value());
}

/// ELEMENT_ACTIVATING
pub fn activating(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    tell(context, instance, Intent::ElementActivating);
}

/// ELEMENT_ACTIVATED
pub fn activated(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    tell(context, instance, Intent::ElementActivated);
}

/// ELEMENT_COMPLETING
pub fn completing(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    tell(context, instance, Intent::ElementCompleting);
}

/// ELEMENT_COMPLETED
pub fn completed(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    tell(context, instance, Intent::ElementCompleted);
}

/// ELEMENT_TERMINATING
pub fn terminating(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    tell(context, instance, Intent::ElementTerminating);
}

/// Asks for an instance to be completed.
pub fn ask_to_complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    context.command(instance.key, ValueType::ProcessInstance, Intent::CompleteElement, &instance.value());
}

/// Asks for an instance to be cancelled.
pub fn ask_to_terminate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    context.command(instance.key, ValueType::ProcessInstance, Intent::TerminateElement, &instance.value());
}

/// Asks for the none start event of a scope; its key is drawn when it is activated.
pub fn activate_start_event(context: &mut Context<'_, '_, '_>, scope: &Instance<'_>) {
    let start =
        scope.element.start_event.expect("a scope that is activated by a token has a none start event");
    let value = scope.definition.value(start, scope.process_instance_key, scope.key);
    context.command(-1, ValueType::ProcessInstance, Intent::ActivateElement, &value);
}

/// Takes every flow that leaves the element, or ends the path. Flows are taken from the last of the document
/// to the first.
pub fn take_outgoing_flows(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    for flow in instance.element.outgoing.iter().rev() {
        take_flow(context, instance, *flow);
    }
    if instance.element.outgoing.is_empty() {
        path_completed(context, instance.flow_scope_key);
    }
}

/// Takes one flow: the token is on its way to the target, which has its key already.
pub fn take_flow(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>, flow: ElementIndex) {
    let taken = instance.sibling(flow, context.next_key());
    assert_eq!(taken.element.element_type, ElementType::SequenceFlow);
    tell(context, &taken, Intent::SequenceFlowTaken);
    let target = instance.sibling(instance.definition.process.flow(flow).target, context.next_key());
    context.command(target.key, ValueType::ProcessInstance, Intent::ActivateElement, &target.value());
}

/// A path inside a scope has come to its end: a scope with nothing left to do completes.
pub fn path_completed(context: &mut Context<'_, '_, '_>, scope_key: i64) {
    let Some(scope) = context.state.element(scope_key) else { return };
    if scope.element_state() == ElementState::Activated && context.state.is_scope_done(scope_key) {
        bpmn::with_instance(context, scope_key, ask_to_complete);
    }
}

/// Cancels an instance without children: subscriptions and incidents go with it.
pub fn terminate_leaf(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    events::unsubscribe(context, instance);
    incidents::resolve_of(context, instance);
    end_terminated(context, instance);
}

/// ELEMENT_TERMINATED, and what follows: the boundary event that interrupted the instance, or the end of its
/// scope.
pub fn end_terminated(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    let scope_active = context
        .state
        .element(instance.flow_scope_key)
        .is_some_and(|scope| scope.element_state() == ElementState::Activated);
    let trigger = if scope_active { events::take_trigger(context, instance.key) } else { None };
    tell(context, instance, Intent::ElementTerminated);
    match trigger {
        Some(trigger) => events::activate_triggered_event(context, instance, trigger),
        None => path_terminated(context, instance.flow_scope_key),
    }
}

/// A child was cancelled: its scope ends when it is being cancelled itself and this was the last, and
/// completes when it is at work and has nothing left to do.
fn path_terminated(context: &mut Context<'_, '_, '_>, scope_key: i64) {
    let Some(scope) = context.state.element(scope_key) else { return };
    match scope.element_state() {
        ElementState::Terminating if scope.child_count == 0 => {
            bpmn::with_instance(context, scope_key, bpmn::scope_terminated);
        }
        ElementState::Activated => path_completed(context, scope_key),
        _ => {}
    }
}
