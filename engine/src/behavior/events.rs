//! Events that reach instances: subscribed to, taken back, triggered.

use tidemill_model::{ElementIndex, ElementType, EventType};
use tidemill_record::value::ProcessEventValue;
use tidemill_record::{Document, Input, Malformed, Out, ProcessEventIntent, ValueType};

use super::variables::{self, Owner};
use super::{subscriptions, timers, transitions};
use crate::bpmn::{Instance, Step};
use crate::context::Context;
use crate::expression;
use crate::state::ElementState;

/// An event that waited at a scope, copied out of the table.
#[derive(Debug)]
pub struct TakenTrigger {
    /// The event's key.
    pub key: i64,
    /// The element that it triggers.
    pub element: ElementIndex,
    /// What it brought.
    pub variables: Vec<u8>,
}

/// The oldest event that waits at an instance, copied; it is there until [`triggered`] tells.
pub fn take_trigger(context: &mut Context<'_, '_, '_>, scope_key: i64) -> Option<TakenTrigger> {
    let trigger = context.state.first_trigger(scope_key)?;
    Some(TakenTrigger {
        key: trigger.key,
        element: ElementIndex(trigger.row.element_index as u32),
        variables: context.buffers.copy(trigger.row.variables.0),
    })
}

fn event_value<'a>(
    owner: &Owner<'a>,
    scope_key: i64,
    element: ElementIndex,
    variables: &'a [u8],
) -> ProcessEventValue<'a> {
    ProcessEventValue {
        scope_key,
        target_element_id: &owner.definition.element(element).id,
        variables: Document(variables),
        process_definition_key: owner.definition.key,
        process_instance_key: owner.process_instance_key,
        ..ProcessEventValue::default()
    }
}

/// PROCESS_EVENT TRIGGERING: an event waits at an instance.
pub fn triggering(
    context: &mut Context<'_, '_, '_>,
    owner: &Owner<'_>,
    scope_key: i64,
    element: ElementIndex,
    variables: &[u8],
) {
    let value = event_value(owner, scope_key, element, variables);
    let key = context.next_key();
    context.event(key, ValueType::ProcessEvent, ProcessEventIntent::Triggering, &value);
}

/// PROCESS_EVENT TRIGGERED: it was taken from there.
pub fn triggered(
    context: &mut Context<'_, '_, '_>,
    owner: &Owner<'_>,
    scope_key: i64,
    trigger: &TakenTrigger,
) {
    let value = event_value(owner, scope_key, trigger.element, tidemill_record::message_pack::EMPTY_DOCUMENT);
    context.event(trigger.key, ValueType::ProcessEvent, ProcessEventIntent::Triggered, &value);
}

/// Activates a boundary event of an instance, or an event behind a gateway, with the event that was taken for
/// it.
pub fn activate_triggered_event(
    context: &mut Context<'_, '_, '_>,
    attached_to: &Instance<'_>,
    trigger: TakenTrigger,
) {
    let owner: Owner<'_> = attached_to.into();
    triggered(context, &owner, attached_to.key, &trigger);
    let boundary = attached_to.sibling(trigger.element, context.next_key());
    transitions::activating(context, &boundary);
    transitions::activated(context, &boundary);
    variables::merge_local(context, &owner, boundary.key, &trigger.variables);
    transitions::ask_to_complete(context, &boundary);
    context.buffers.give(trigger.variables);
}

/// Tells an instance of an event: it completes, is interrupted, or goes on beside its boundary event.
pub fn trigger(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    target: ElementIndex,
    variables: &[u8],
) {
    triggering(context, &instance.into(), instance.key, target, variables);
    let element = instance.definition.element(target);
    if target == instance.element.index || instance.element.element_type == ElementType::EventBasedGateway {
        transitions::ask_to_complete(context, instance);
    } else if element.interrupting {
        transitions::ask_to_terminate(context, instance);
    } else {
        let taken = take_trigger(context, instance.key);
        if let Some(taken) = taken {
            activate_triggered_event(context, instance, taken);
        }
    }
}

/// Subscribes to what the instance waits for: messages, then timers, each from the last of the document to
/// the first. Everything is evaluated before anything is written.
pub fn subscribe(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    let element = instance.element;
    if element.subscriptions.is_empty() {
        return Ok(());
    }
    let of_type = |wanted: EventType| {
        let is_wanted = move |event: &&ElementIndex| {
            let event = instance.definition.element(**event);
            // A receive task is no event, and waits for a message all the same.
            event.event_type == wanted
                || (wanted == EventType::Message && event.element_type == ElementType::ReceiveTask)
        };
        element.subscriptions.iter().rev().filter(is_wanted).copied()
    };
    let mut messages = context.buffers.take();
    let mut correlation_key = context.buffers.take();
    for event in of_type(EventType::Message) {
        let program =
            instance.definition.program(event).message.as_ref().expect("a message event has a message");
        let name = expression::text(context, &program.0, instance.key)?;
        let key = program.1.as_ref().expect("a message that is waited for has a correlation key");
        // The variables of a boundary event's activity are not there for its correlation key: it is the
        // scope's.
        let scope_key = if event == element.index { instance.key } else { instance.flow_scope_key };
        correlation_key.clear();
        expression::correlation_key(context, key, scope_key, &mut correlation_key)?;
        messages.put_unsigned(u64::from(event.0));
        messages.put_bytes(name.as_bytes());
        messages.put_bytes(&correlation_key);
    }
    let mut timers = context.buffers.take();
    for event in of_type(EventType::Timer) {
        let timer = timers::evaluate(context, instance, event)?;
        let due_date = timer.next_due(context.now_ms()).ok_or_else(timers::never_due)?;
        timers.put_unsigned(u64::from(event.0));
        timers.put_signed(due_date);
        timers.put_signed(i64::from(timers::repetitions(&timer)));
    }
    write_subscriptions(context, instance, &messages, &timers).expect("encoded just before");
    context.buffers.give(messages);
    context.buffers.give(correlation_key);
    context.buffers.give(timers);
    Ok(())
}

/// Opens what was evaluated: messages as event, name and correlation key; timers as event, due date and
/// repetitions.
fn write_subscriptions(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    messages: &[u8],
    timers: &[u8],
) -> Result<(), Malformed> {
    let text = |bytes| std::str::from_utf8(bytes).expect("encoded from a text");
    let mut input = Input::new(messages);
    while !input.is_empty() {
        let event = ElementIndex(input.take_unsigned()? as u32);
        let (name, correlation_key) = (text(input.take_bytes()?), text(input.take_bytes()?));
        subscriptions::open(context, instance, event, name, correlation_key);
    }
    let mut input = Input::new(timers);
    while !input.is_empty() {
        let event = ElementIndex(input.take_unsigned()? as u32);
        let (due_date, repetitions) = (input.take_signed()?, input.take_signed()? as i32);
        timers::create(context, instance, event, due_date, repetitions);
    }
    Ok(())
}

/// Takes subscriptions back: timers, then messages.
pub fn unsubscribe(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    if instance.element.subscriptions.is_empty() {
        return;
    }
    timers::cancel_all(context, instance.key);
    subscriptions::close_all(context, instance.key);
}

/// Whether an event can reach an instance now: it is at work and nothing has ended it yet.
pub fn can_trigger(context: &Context<'_, '_, '_>, element_instance_key: i64) -> bool {
    let row = context.state.element(element_instance_key);
    row.is_some_and(|row| row.element_state() == ElementState::Activated)
        && context.state.first_trigger(element_instance_key).is_none()
}
