//! JOB RECURRED_AFTER_BACKOFF: the job's rest is over.

use tidemill_record::value::JobValue;

use super::Applying;
use super::job::put_job;
use crate::state::JobState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, job): (i64, JobValue<'_>) = (applying.key(), applying.value());
    put_job(applying.state, key, JobState::Activatable, &job);
}
