//! JOB YIELD: a pushed job did not reach its client; it can be activated by anyone again, and is not pushed
//! at once.

use tidemill_record::frame::{FrameKind, JobInterestFrame};
use tidemill_record::{JobIntent, RejectionType, ValueType};

use super::job;
use crate::context::{Context, Outcome};
use crate::state::JobState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let job_state = job::state_or_reject(context, "yield", body)?;
    if job_state != JobState::Activated {
        let reason =
            format!("Expected to yield job with key '{key}', but it is in state '{}'", job_state.name());
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    let row = context.state.job(key).expect("the guard has seen the job");
    let written = context.log.event(key, ValueType::Job, JobIntent::Yielded, &row.job);
    context.effects.frame(FrameKind::JobsAvailable, &JobInterestFrame { job_type: row.job.job_type });
    context.apply(written);
    Ok(())
}
