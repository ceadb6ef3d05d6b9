//! PROCESS_INSTANCE_CREATION CREATE and CREATE_WITH_AWAITING_RESULT.

use std::sync::Arc;

use tidemill_model::{ElementIndex, ElementType};
use tidemill_record::value::ProcessInstanceCreationValue;
use tidemill_record::{
    ListBuffer, ProcessInstanceCreationIntent, ProcessInstanceIntent, RejectionType, ValueType,
};

use super::decode;
use crate::awaiting::Awaiting;
use crate::behavior::variables::Owner;
use crate::behavior::{transitions, variables};
use crate::bpmn::Instance;
use crate::context::{Context, Outcome, Rejected};
use crate::definition::Definition;

/// CREATE: answered at once.
pub fn create(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let written = new_instance(context, body)?.1;
    context.respond(written);
    Ok(())
}

/// CREATE_WITH_AWAITING_RESULT: answered when the instance completes.
pub fn create_with_awaiting_result(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: ProcessInstanceCreationValue<'_> = decode(context, body)?;
    let request_id = context.head.request_id;
    if context.awaiting.is_full() {
        let reason = "Expected to await the result of a process instance, but too many creators wait already";
        return context.reject(RejectionType::InvalidState, reason, body);
    }
    let (process_instance_key, _) = new_instance(context, body)?;
    if request_id >= 0 {
        let mut fetch_variables = ListBuffer::default();
        value.fetch_variables.iter().for_each(|name| fetch_variables.push(&name));
        context
            .awaiting
            .insert(process_instance_key, Awaiting { request_id, fetch_variables, value: Vec::new() });
    }
    Ok(())
}

fn new_instance(
    context: &mut Context<'_, '_, '_>,
    body: &[u8],
) -> Result<(i64, crate::log::Written), Rejected> {
    let value: ProcessInstanceCreationValue<'_> = decode(context, body)?;
    let definition = find_definition(context, &value, body)?;
    check(context, &definition, &value, body)?;
    let process_instance_key = context.next_key();
    let owner = Owner { definition: &definition, process_instance_key };
    variables::merge_local(context, &owner, process_instance_key, value.variables.0);
    let instance = Instance {
        definition: &definition,
        element: definition.process.root(),
        key: process_instance_key,
        process_instance_key,
        flow_scope_key: -1,
    };
    if value.start_instructions.is_empty() {
        let intent = ProcessInstanceIntent::ActivateElement;
        context.command(process_instance_key, ValueType::ProcessInstance, intent, &instance.value());
    } else {
        start_at(context, &instance, &value);
    }
    let created = ProcessInstanceCreationValue {
        bpmn_process_id: &definition.process.id,
        version: definition.version,
        process_definition_key: definition.key,
        process_instance_key,
        ..value
    };
    let key = context.next_key();
    let intent = ProcessInstanceCreationIntent::Created;
    Ok((process_instance_key, context.event(key, ValueType::ProcessInstanceCreation, intent, &created)))
}

/// The definition by key, by id and version, or the latest by id.
fn find_definition(
    context: &mut Context<'_, '_, '_>,
    value: &ProcessInstanceCreationValue<'_>,
    body: &[u8],
) -> Result<Arc<Definition>, Rejected> {
    let id = value.bpmn_process_id;
    let key = if id.is_empty() {
        Some(value.process_definition_key)
    } else if value.version >= 0 {
        context.state.process_version(id, value.version)
    } else {
        context.state.latest_process(id).map(|row| row.process_definition_key)
    };
    if let Some(definition) = key.and_then(|key| context.definition(key)) {
        return Ok(definition);
    }
    let what = if id.is_empty() {
        format!("key '{}'", value.process_definition_key)
    } else if value.version >= 0 {
        format!("process ID '{id}' and version '{}'", value.version)
    } else {
        format!("process ID '{id}'")
    };
    let reason = format!("Expected to find process definition with {what}, but none found");
    Err(context.reject(RejectionType::NotFound, &reason, body).expect_err("a rejection was written"))
}

fn check(
    context: &mut Context<'_, '_, '_>,
    definition: &Definition,
    value: &ProcessInstanceCreationValue<'_>,
    body: &[u8],
) -> Outcome {
    if !value.variables.is_well_formed() {
        let reason = "Expected to create an instance with variables, but they are no document";
        return context.reject(RejectionType::InvalidArgument, reason, body);
    }
    if value.start_instructions.is_empty() && definition.process.root().start_event.is_none() {
        let reason =
            "Expected to create instance of process with none start event, but there is no such event";
        return context.reject(RejectionType::InvalidState, reason, body);
    }
    for instruction in value.start_instructions.iter() {
        let id = instruction.element_id;
        let problem = match definition.process.find(id) {
            None => format!("no element found with id '{id}'."),
            Some(element) => match unfit_start(element.element_type) {
                None => continue,
                Some(name) => format!(
                    "the element with id '{id}' targets unsupported element type '{name}'. \
                    Supported element types are: activities, gateways and intermediate events"
                ),
            },
        };
        let reason = format!("Expected to create instance of process with start instructions but {problem}");
        return context.reject(RejectionType::InvalidArgument, &reason, body);
    }
    Ok(())
}

fn unfit_start(element_type: ElementType) -> Option<&'static str> {
    use ElementType::{BoundaryEvent, Process, SequenceFlow, StartEvent};
    matches!(element_type, Process | StartEvent | SequenceFlow | BoundaryEvent).then(|| element_type.name())
}

/// The process is at work at once, and so are the scopes around the elements where it starts.
fn start_at(
    context: &mut Context<'_, '_, '_>,
    root: &Instance<'_>,
    value: &ProcessInstanceCreationValue<'_>,
) {
    transitions::activating(context, root);
    transitions::activated(context, root);
    let mut scopes: Vec<(ElementIndex, i64)> = vec![(ElementIndex::PROCESS, root.key)];
    for instruction in value.start_instructions.iter() {
        let element = root.definition.process.find(instruction.element_id).expect("checked before");
        let mut around: Vec<ElementIndex> =
            root.definition.process.scopes(element.index).map(|s| s.index).collect();
        around.reverse();
        let mut scope_key = root.key;
        for scope in around.into_iter().skip(1) {
            if let Some((_, key)) = scopes.iter().find(|(index, _)| *index == scope) {
                scope_key = *key;
                continue;
            }
            let key = context.next_key();
            let instance = Instance { flow_scope_key: scope_key, ..root.sibling(scope, key) };
            transitions::activating(context, &instance);
            transitions::activated(context, &instance);
            scopes.push((scope, key));
            scope_key = key;
        }
        let key = context.next_key();
        let start = Instance { flow_scope_key: scope_key, ..root.sibling(element.index, key) };
        context.command(
            key,
            ValueType::ProcessInstance,
            ProcessInstanceIntent::ActivateElement,
            &start.value(),
        );
    }
}
