//! BPMN errors: who catches them, and what to say when nobody does.

use tidemill_model::{Element, ElementIndex, EventType};

use crate::context::Context;
use crate::definition::Definition;
use crate::state::ElementState;

/// The instance whose boundary event catches the error, from the inside out.
pub fn find_catcher<'d>(
    context: &Context<'_, '_, '_>,
    definition: &'d Definition,
    element_instance_key: i64,
    code: &str,
    available: &mut Vec<&'d str>,
) -> Option<(i64, ElementIndex)> {
    let mut at = Some(element_instance_key);
    while let Some(key) = at {
        let row = context.state.element(key)?;
        let element = definition.element(ElementIndex(row.element_index as u32));
        if row.element_state() == ElementState::Activated {
            let mut errors = error_catchers(definition, element);
            if let Some(catcher) = errors.find(|catcher| catches(catcher, code)) {
                return Some((key, catcher.index));
            }
            available.extend(error_catchers(definition, element).filter_map(static_code));
        }
        at = context.state.parent_scope(key);
    }
    None
}

fn error_catchers<'d>(definition: &'d Definition, element: &'d Element) -> impl Iterator<Item = &'d Element> {
    let catchers = element.catchers.iter().map(|index| definition.element(*index));
    catchers.filter(|catcher| catcher.event_type == EventType::Error)
}

fn static_code(catcher: &Element) -> Option<&str> {
    catcher.error.as_ref()?.code.as_ref().map(|code| &**code.source())
}

/// A catcher without a code catches every error.
fn catches(catcher: &Element, code: &str) -> bool {
    static_code(catcher).is_none_or(|caught| caught.is_empty() || caught == code)
}

/// The text of the incident of an error that nobody catches.
pub fn uncaught_message(code: &str, message: &str, available: &[&str]) -> String {
    let with_message = if message.is_empty() { String::new() } else { format!(" with message '{message}'") };
    let events = if available.is_empty() {
        "No error events are available in the scope.".to_owned()
    } else {
        format!("Available error events are [{}]", available.join(", "))
    };
    format!(
        "Expected to throw an error event with the code '{code}'{with_message}, but it was not caught. \
         {events}"
    )
}
