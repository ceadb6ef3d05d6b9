//! JOB COMPLETED: the job is gone.

use super::Applying;
use super::job::remove_job;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let key = applying.key();
    remove_job(applying.state, key);
}
