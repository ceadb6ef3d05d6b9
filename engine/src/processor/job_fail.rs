//! JOB FAIL: a worker could not do it. With retries left it comes back, at once or after a rest; without it
//! waits on an incident.

use tidemill_record::value::JobValue;
use tidemill_record::{ErrorType, JobIntent, RejectionType, ValueType};

use super::{decode, job};
use crate::behavior::{Failure, incidents, push, variables};
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::state::JobState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: JobValue<'_> = decode(context, body)?;
    let key = context.head.key;
    let job_state = job::state_or_reject(context, "fail", body)?;
    if matches!(job_state, JobState::Failed | JobState::ErrorThrown) {
        let reason =
            format!("Expected to fail job with key '{key}', but it is in state '{}'", job_state.name());
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let row = context.state.job(key).expect("the guard has seen the job");
    let retries = value.retries;
    let rests = value.retry_backoff > 0 && retries > 0;
    let until = context.log.timestamp.saturating_add(value.retry_backoff);
    let recurring_time = if rests { until } else { row.job.recurring_time };
    let failed = JobValue {
        retries,
        retry_backoff: value.retry_backoff,
        recurring_time,
        error_message: incidents::truncated(value.error_message),
        variables: value.variables,
        ..row.job
    };
    let element_instance_key = row.job.element_instance_key;
    let written = context.log.event(key, ValueType::Job, JobIntent::Failed, &failed);
    context.apply(written);
    context.respond(written);
    let Some(row) = context.state.element(element_instance_key) else { return Ok(()) };
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    let instance = bpmn::instance(&definition, element_instance_key, &row);
    variables::merge_local(context, &(&instance).into(), element_instance_key, value.variables.0);
    if retries > 0 {
        if !rests {
            push::publish(context, key);
        }
        return Ok(());
    }
    let message = if value.error_message.is_empty() { "No more retries left." } else { value.error_message };
    let failure = Failure::new(ErrorType::JobNoRetries, message);
    incidents::create(context, &instance, &failure, key, &instance.element.id);
    Ok(())
}
