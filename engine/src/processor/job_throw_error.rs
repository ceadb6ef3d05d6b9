//! JOB THROW_ERROR: a BPMN error. The nearest boundary event that catches it interrupts what it is attached
//! to; nobody catching is an incident.

use tidemill_record::value::JobValue;
use tidemill_record::{ErrorType, JobIntent, RejectionType, ValueType};

use super::{decode, job};
use crate::applier::NO_CATCH_EVENT_FOUND;
use crate::behavior::{Failure, errors, events, incidents};
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::definition::Definition;
use crate::state::JobState;

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
    let caught =
        errors::find_catcher(context, &definition, element_instance_key, value.error_code, &mut available);
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

fn raise(
    context: &mut Context<'_, '_, '_>,
    definition: &Definition,
    element_instance_key: i64,
    value: &JobValue<'_>,
    available: &[&str],
) {
    let Some(row) = context.state.element(element_instance_key) else { return };
    let instance = bpmn::instance(definition, element_instance_key, &row);
    let message = errors::uncaught_message(value.error_code, value.error_message, available);
    let failure = Failure::new(ErrorType::UnhandledErrorEvent, message);
    incidents::create(context, &instance, &failure, context.head.key, NO_CATCH_EVENT_FOUND);
}
