//! JOB TIME_OUT: the worker took too long; the job can be activated again.

use tidemill_record::{JobIntent, RejectionType, ValueType};

use super::job;
use crate::behavior::push;
use crate::context::{Context, Outcome};
use crate::state::JobState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let job_state = job::state_or_reject(context, "time out", body)?;
    let row = context.state.job(key).expect("the guard has seen the job");
    if job_state != JobState::Activated || row.job.deadline > context.log.timestamp {
        let reason = format!(
            "Expected to time out activated job with key '{key}', but it must be activated and overdue"
        );
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let written = context.log.event(key, ValueType::Job, JobIntent::TimedOut, &row.job);
    context.apply(written);
    push::publish(context, key);
    Ok(())
}
