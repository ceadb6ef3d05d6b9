//! INCIDENT RESOLVE: a job can be activated again; an element instance takes the step again that had failed.

use tidemill_record::value::IncidentValue;
use tidemill_record::{ErrorType, RejectionType};

use crate::behavior::{incidents, push};
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::state::ElementState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let Some(incident): Option<IncidentValue<'_>> = context.state.incidents.row(&key) else {
        let reason = format!("Expected to resolve incident with key '{key}', but no such incident was found");
        return context.reject(RejectionType::NotFound, &reason, body);
    };
    let (job_key, element_instance_key) = (incident.job_key, incident.element_instance_key);
    let needs_retries = incident.error_type == ErrorType::JobNoRetries;
    if job_key >= 0 && needs_retries && context.state.job(job_key).is_some_and(|row| row.job.retries < 1) {
        let reason = format!(
            "Expected to resolve incident with key '{key}', \
             but job with key '{job_key}' has no retries left. \
             Please update the job retries and retry resolving the incident"
        );
        return context.reject_as(RejectionType::InvalidState, RejectionType::NotFound, &reason, body);
    }
    let written = incidents::resolved(context, key);
    context.respond(written);
    if job_key >= 0 {
        if context.state.job(job_key).is_some() {
            push::publish(context, job_key);
        }
        return Ok(());
    }
    let Some(row) = context.state.element(element_instance_key) else { return Ok(()) };
    match row.element_state() {
        ElementState::Activating => bpmn::with_instance(context, element_instance_key, bpmn::activate),
        ElementState::Completing => bpmn::with_instance(context, element_instance_key, bpmn::complete),
        ElementState::Activated | ElementState::Terminating => {}
    }
    Ok(())
}
