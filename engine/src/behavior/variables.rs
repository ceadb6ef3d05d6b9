//! Variables written into scopes: whole documents, mappings, what events bring.

use tidemill_model::{ElementType, EventType};
use tidemill_record::value::VariableValue;
use tidemill_record::{List, PackedValue, ValueType, VariableIntent};

use super::document_order::Entry;
use super::events;
use crate::bpmn::{Instance, Step};
use crate::context::Context;
use crate::definition::Definition;
use crate::expression;

/// Whose variables are written: what stands on VARIABLE records beside name and value.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'d> {
    /// The definition.
    pub definition: &'d Definition,
    /// The process instance.
    pub process_instance_key: i64,
}

impl<'d> From<&Instance<'d>> for Owner<'d> {
    fn from(instance: &Instance<'d>) -> Self {
        Self { definition: instance.definition, process_instance_key: instance.process_instance_key }
    }
}

/// Sets one variable of exactly this scope: created, updated, or left alone when it has the value.
fn set(context: &mut Context<'_, '_, '_>, owner: &Owner<'_>, scope_key: i64, name: &str, value: &[u8]) {
    let found = context.state.local_variable(scope_key, name).map(|row| (row.key, row.value.0 == value));
    let (key, intent) = match found {
        Some((_, true)) => return,
        Some((key, false)) => (key, VariableIntent::Updated),
        None => (context.next_key(), VariableIntent::Created),
    };
    let record = VariableValue {
        name,
        value: PackedValue(value),
        scope_key,
        process_instance_key: owner.process_instance_key,
        process_definition_key: owner.definition.key,
        bpmn_process_id: &owner.definition.process.id,
        ..VariableValue::default()
    };
    context.event(key, ValueType::Variable, intent, &record);
}

/// Sets all variables of a document in exactly this scope.
pub fn merge_local(context: &mut Context<'_, '_, '_>, owner: &Owner<'_>, scope_key: i64, document: &[u8]) {
    if document == tidemill_record::message_pack::EMPTY_DOCUMENT {
        return;
    }
    let mut order = std::mem::take(context.document_order);
    assert!(order.index(document), "documents are checked where they come in");
    order.retain(|entry: &Entry| {
        set(context, owner, scope_key, entry.name(document), entry.value(document));
        true
    });
    *context.document_order = order;
}

/// Sets the variables of a document where they are found from this scope upwards; what is found nowhere is
/// set in the outermost scope.
pub fn merge(context: &mut Context<'_, '_, '_>, owner: &Owner<'_>, scope_key: i64, document: &[u8]) {
    if document == tidemill_record::message_pack::EMPTY_DOCUMENT {
        return;
    }
    let mut order = std::mem::take(context.document_order);
    assert!(order.index(document), "documents are checked where they come in");
    let mut scope_key = scope_key;
    while let Some(parent) = context.state.parent_scope(scope_key).filter(|_| order.len() > 0) {
        order.retain(|entry: &Entry| {
            let (name, value) = (entry.name(document), entry.value(document));
            // What has the value already here goes on to the outer scopes, as in Zeebe.
            let changes =
                context.state.local_variable(scope_key, name).is_some_and(|row| row.value.0 != value);
            if changes {
                set(context, owner, scope_key, name, value);
            }
            !changes
        });
        scope_key = parent;
    }
    order.retain(|entry: &Entry| {
        set(context, owner, scope_key, entry.name(document), entry.value(document));
        true
    });
    *context.document_order = order;
}

/// Input mappings: their results become variables of the instance.
pub fn apply_inputs(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    let Some(mapping) = &instance.definition.program(instance.element.index).inputs else { return Ok(()) };
    let result = expression::mapping(context, mapping, instance.key)?;
    merge_local(context, &instance.into(), instance.key, &result);
    context.buffers.give(result);
    Ok(())
}

/// What an instance leaves behind: its event's variables, through the output mappings where it has some.
pub fn apply_outputs(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    let owner: Owner<'_> = instance.into();
    let event = events::take_trigger(context, instance.key);
    if let Some(trigger) = &event {
        events::triggered(context, &owner, instance.key, trigger);
    }
    let variables = event.map(|trigger| trigger.variables).unwrap_or_default();
    let has_variables = !variables.is_empty() && variables != tidemill_record::message_pack::EMPTY_DOCUMENT;
    let step = match &instance.definition.program(instance.element.index).outputs {
        Some(mapping) => {
            if has_variables {
                merge_local(context, &owner, instance.key, &variables);
            }
            expression::mapping(context, mapping, instance.key).map(|result| {
                merge(context, &owner, instance.flow_scope_key, &result);
                context.buffers.give(result);
            })
        }
        None => {
            if has_variables {
                merge(context, &owner, instance.key, &variables);
            } else if holds_event_variables(instance) {
                merge_locals_up(context, &owner, instance);
            }
            Ok(())
        }
    };
    context.buffers.give(variables);
    step
}

/// A boundary event, and an event behind a gateway, hold the variables of what they caught as their own until
/// they complete; those of an error stay there.
fn holds_event_variables(instance: &Instance<'_>) -> bool {
    let element = instance.element;
    element.behind_event_based_gateway
        || (element.element_type == ElementType::BoundaryEvent && element.event_type != EventType::Error)
}

fn merge_locals_up(context: &mut Context<'_, '_, '_>, owner: &Owner<'_>, instance: &Instance<'_>) {
    let mut document = context.buffers.take();
    let scratch = &mut context.buffers.collection;
    context.state.collect_variables(instance.key, List::EMPTY, true, scratch, &mut document);
    merge(context, owner, instance.flow_scope_key, &document);
    context.buffers.give(document);
}
