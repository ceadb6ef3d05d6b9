//! JOB COMPLETE: the job is done; what it brought waits at its task, which completes.

use tidemill_record::value::JobValue;
use tidemill_record::{JobIntent, RejectionType, ValueType};

use super::{decode, job};
use crate::behavior::{events, transitions};
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::state::JobState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: JobValue<'_> = decode(context, body)?;
    let key = context.head.key;
    let job_state = job::state_or_reject(context, "complete", body)?;
    if matches!(job_state, JobState::Failed | JobState::ErrorThrown) {
        let state = job_state.name();
        let reason = format!("Expected to complete job with key '{key}', but it is in state '{state}'");
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let row = context.state.job(key).expect("the guard has seen the job");
    let element_instance_key = row.job.element_instance_key;
    let completed = JobValue { variables: value.variables, ..row.job };
    let written = context.log.event(key, ValueType::Job, JobIntent::Completed, &completed);
    context.apply(written);
    context.respond(written);
    let Some(row) = context.state.element(element_instance_key) else { return Ok(()) };
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    let instance = bpmn::instance(&definition, element_instance_key, &row);
    events::triggering(context, &(&instance).into(), instance.key, instance.element.index, value.variables.0);
    transitions::ask_to_complete(context, &instance);
    Ok(())
}
