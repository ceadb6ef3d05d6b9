//! JOB ERROR_THROWN: an error was thrown; the job is done, or waits on an incident.

use tidemill_record::value::JobValue;

use super::Applying;
use super::job::put_job;
use crate::state::JobState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, job): (i64, JobValue<'_>) = (applying.key(), applying.value());
    put_job(applying.state, key, JobState::ErrorThrown, &job);
}
