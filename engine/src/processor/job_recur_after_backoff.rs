//! JOB RECUR_AFTER_BACKOFF: a failed job has rested long enough.

use tidemill_record::{JobIntent, RejectionType, ValueType};

use super::job;
use crate::behavior::push;
use crate::context::{Context, Outcome};
use crate::state::JobState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let job_state = job::state_or_reject(context, "back off", body)?;
    let row = context.state.job(key).expect("the guard has seen the job");
    let due = row.job.recurring_time <= context.log.timestamp;
    if job_state != JobState::Failed
        || !due
        || !context.state.backoffs.contains(&(row.job.recurring_time, key))
    {
        let reason =
            format!("Expected to back off failed job with key '{key}', but it must have failed and rested");
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let written = context.log.event(key, ValueType::Job, JobIntent::RecurredAfterBackoff, &row.job);
    context.apply(written);
    push::publish(context, key);
    Ok(())
}
