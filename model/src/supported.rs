//! Which elements the engine executes. One allow list, apart from validity: a model can be valid BPMN and
//! still hold what is not executed yet; the engine rejects it at deployment, each element by name and id.

use crate::graph::{Binding, Element, ElementType, EventType, Process};
use crate::violation::Violation;

/// Executed combinations of element type and event type.
const EXECUTED: &[(ElementType, EventType)] = &[
    (ElementType::Process, EventType::Unspecified),
    (ElementType::SubProcess, EventType::Unspecified),
    (ElementType::StartEvent, EventType::None),
    (ElementType::EndEvent, EventType::None),
    (ElementType::EndEvent, EventType::Error),
    (ElementType::EndEvent, EventType::Terminate),
    (ElementType::IntermediateThrowEvent, EventType::None),
    (ElementType::Task, EventType::Unspecified),
    (ElementType::ManualTask, EventType::Unspecified),
    (ElementType::ReceiveTask, EventType::Unspecified),
    (ElementType::ReceiveTask, EventType::Message),
    (ElementType::EventBasedGateway, EventType::Unspecified),
    (ElementType::ServiceTask, EventType::Unspecified),
    (ElementType::BusinessRuleTask, EventType::Unspecified),
    (ElementType::ExclusiveGateway, EventType::Unspecified),
    (ElementType::ParallelGateway, EventType::Unspecified),
    (ElementType::SequenceFlow, EventType::Unspecified),
    (ElementType::IntermediateCatchEvent, EventType::Timer),
    (ElementType::IntermediateCatchEvent, EventType::Message),
    (ElementType::BoundaryEvent, EventType::Timer),
    (ElementType::BoundaryEvent, EventType::Message),
    (ElementType::BoundaryEvent, EventType::Error),
];

/// Extensions that are valid but not executed: what to call them, and whether an element has one.
type Extension = (&'static str, fn(&Element) -> bool);
const NOT_EXECUTED: &[Extension] = &[
    ("execution listener", |e| !e.start_listeners.is_empty() || !e.end_listeners.is_empty()),
    ("linked resource", |e| !e.linked_resources.is_empty()),
    ("binding of its decision by deployment or version tag", |e| {
        e.called_decision.as_ref().is_some_and(|called| called.binding != Binding::Latest)
    }),
    ("compensation handler", |e| e.is_for_compensation),
];

/// All elements of a process that the engine does not execute, in document order. Empty: it can be deployed.
pub fn unsupported_elements(process: &Process) -> Vec<Violation> {
    let mut found = Vec::new();
    for element in &process.elements {
        let what = describe(element);
        if !EXECUTED.contains(&(element.element_type, element.event_type)) {
            found.push(violation(element, &what));
            continue;
        }
        for (name, _) in NOT_EXECUTED.iter().filter(|(_, has)| has(element)) {
            found.push(violation(element, &format!("{what} with {name}")));
        }
    }
    found
}

fn violation(element: &Element, what: &str) -> Violation {
    let message = format!("Element '{}' ({what}) is not supported yet", element.id);
    Violation::new(&*element.id, element.element_type.name(), message)
}

/// `timer boundary event`, `user task`.
fn describe(element: &Element) -> String {
    let element_type = element.element_type.name().to_ascii_lowercase().replace('_', " ");
    match element.event_type {
        EventType::Unspecified => element_type,
        event_type => format!("{} {element_type}", event_type.name().to_ascii_lowercase()),
    }
}
