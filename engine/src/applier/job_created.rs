//! JOB CREATED: workers can activate the job.

use tidemill_record::value::JobValue;

use super::Applying;
use super::job::{put_job, set_job_of_element};
use crate::state::JobState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, job): (i64, JobValue<'_>) = (applying.key(), applying.value());
    put_job(applying.state, key, JobState::Activatable, &job);
    set_job_of_element(applying.state, job.element_instance_key, key);
}
