//! JOB ERROR_THROWN: an error was thrown; caught, the job is done; not caught, it waits on an incident.

use tidemill_record::value::JobValue;

use super::Applying;
use super::job::{put_job, remove_job};
use crate::state::JobState;

/// What stands for the element on a job whose error nobody caught.
pub const NO_CATCH_EVENT_FOUND: &str = "NO_CATCH_EVENT_FOUND";

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, job): (i64, JobValue<'_>) = (applying.key(), applying.value());
    if job.element_id == NO_CATCH_EVENT_FOUND {
        put_job(applying.state, key, JobState::ErrorThrown, &job);
    } else {
        remove_job(applying.state, key);
    }
}
