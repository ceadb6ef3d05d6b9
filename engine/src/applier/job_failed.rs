//! JOB FAILED: with retries left the job can be activated again, at once or after its back-off; without it
//! waits on an incident.

use tidemill_record::value::JobValue;

use super::Applying;
use super::job::put_job;
use crate::state::JobState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, job): (i64, JobValue<'_>) = (applying.key(), applying.value());
    let at_once = job.retries > 0 && job.retry_backoff <= 0;
    put_job(applying.state, key, if at_once { JobState::Activatable } else { JobState::Failed }, &job);
    if job.retries > 0 && !at_once {
        let state = &mut *applying.state;
        state.backoffs.insert(&mut state.undo, (job.recurring_time, key));
    }
}
