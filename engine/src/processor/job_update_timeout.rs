//! JOB UPDATE_TIMEOUT: an activated job has until another time, counted from now.

use tidemill_record::value::JobValue;
use tidemill_record::{JobIntent, RejectionType, ValueType};

use super::{decode, job};
use crate::context::{Context, Outcome};
use crate::state::JobState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: JobValue<'_> = decode(context, body)?;
    let key = context.head.key;
    if job::state_or_reject(context, "update", body)? != JobState::Activated {
        let reason = format!("Expected to update the timeout of job with key '{key}', but it is not active");
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let deadline = context.now_ms().saturating_add(value.timeout);
    let row = context.state.job(key).expect("the guard has seen the job");
    let written =
        context.log.event(key, ValueType::Job, JobIntent::TimeoutUpdated, &JobValue { deadline, ..row.job });
    context.apply(written);
    context.respond(written);
    Ok(())
}
