//! JOB_BATCH ACTIVATED: a worker has the jobs until their deadlines.

use tidemill_record::value::JobBatchValue;

use super::Applying;
use super::job::put_job;
use crate::state::JobState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let batch: JobBatchValue<'_> = applying.value();
    assert_eq!(batch.job_keys.len(), batch.jobs.len(), "each activated job has its key");
    for (key, job) in batch.job_keys.iter().zip(batch.jobs.iter()) {
        put_job(applying.state, key, JobState::Activated, &job);
    }
}
