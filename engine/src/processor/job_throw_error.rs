//! JOB THROW_ERROR: a BPMN error. The nearest boundary event that catches it interrupts what it is attached
//! to; nobody catching is an incident.

use tidemill_model::{Element, ElementIndex, EventType};
use tidemill_record::value::JobValue;
use tidemill_record::{ErrorType, JobIntent, RejectionType, ValueType};

use super::{decode, job};
use crate::applier::NO_CATCH_EVENT_FOUND;
use crate::behavior::{Failure, events, incidents};
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::definition::Definition;
use crate::state::{ElementState, JobState};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: JobValue<'_> = decode(context, body)?;
    let key = context.head.key;
    let job_state = job::state_or_reject(context, "throw an error for", body)?;
    if matches!(job_state, JobState::Failed | JobState::ErrorThrown) {
        let state = job_state.name();
        let reason =
            format!("Expected to throw an error for job with key '{key}', but it is in state '{state}'");
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let row = context.state.job(key).expect("the guard has seen the job");
    let element_instance_key = row.job.element_instance_key;
    let definition_key = row.job.process_definition_key;
    let definition = context.definition(definition_key).expect("jobs are of deployed processes");
    let mut available = Vec::new();
    let caught = find_catcher(context, &definition, element_instance_key, value.error_code, &mut available);
    let row = context.state.job(key).expect("the guard has seen the job");
    let thrown = JobValue {
        error_code: value.error_code,
        error_message: incidents::truncated(value.error_message),
        variables: value.variables,
        element_id: if caught.is_some() { row.job.element_id } else { NO_CATCH_EVENT_FOUND },
        ..row.job
    };
    let written = context.log.event(key, ValueType::Job, JobIntent::ErrorThrown, &thrown);
    context.apply(written);
    context.respond(written);
    match caught {
        Some((scope_key, catcher)) => {
            let row = context.state.element(scope_key).expect("the catcher's scope is at work");
            let scope = bpmn::instance(&definition, scope_key, &row);
            events::trigger(context, &scope, catcher, value.variables.0);
        }
        None => raise(context, &definition, element_instance_key, &value, &available),
    }
    Ok(())
}

/// The instance whose boundary event catches the error, from the inside out.
fn find_catcher<'d>(
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

fn raise(
    context: &mut Context<'_, '_, '_>,
    definition: &Definition,
    element_instance_key: i64,
    value: &JobValue<'_>,
    available: &[&str],
) {
    let Some(row) = context.state.element(element_instance_key) else { return };
    let instance = bpmn::instance(definition, element_instance_key, &row);
    let with_message = match value.error_message {
        "" => String::new(),
        message => format!(" with message '{message}'"),
    };
    let events = if available.is_empty() {
        "No error events are available in the scope.".to_owned()
    } else {
        format!("Available error events are [{}]", available.join(", "))
    };
    let message = format!(
        "Expected to throw an error event with the code '{}'{with_message}, but it was not caught. {events}",
        value.error_code
    );
    let failure = Failure::new(ErrorType::UnhandledErrorEvent, message);
    incidents::create(context, &instance, &failure, context.head.key, NO_CATCH_EVENT_FOUND);
}
