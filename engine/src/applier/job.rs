//! What appliers of jobs share: rows keep their indexes.

use tidemill_record::Document;
use tidemill_record::value::JobValue;

use crate::state::{JobRow, JobState, State};
use crate::table::text_hash_wide;

/// Puts a job as it stands now; indexes follow. Variables of commands and activations are not kept.
pub fn put_job(state: &mut State, key: i64, job_state: JobState, job: &JobValue<'_>) {
    unindex(state, key);
    let row = JobRow { state: job_state as i32, job: JobValue { variables: Document::EMPTY, ..*job } };
    state.jobs.put(&mut state.undo, key, &row);
    match job_state {
        JobState::Activatable => {
            state.activatable.insert(&mut state.undo, (text_hash_wide(job.job_type), key));
        }
        JobState::Activated => {
            state.deadlines.insert(&mut state.undo, (job.deadline, key));
        }
        JobState::Failed | JobState::ErrorThrown => {}
    }
}

/// Removes a job; its element instance knows it no more.
pub fn remove_job(state: &mut State, key: i64) {
    let element_instance_key = state.job(key).map(|row| row.job.element_instance_key);
    unindex(state, key);
    assert!(state.jobs.remove(&mut state.undo, &key), "job {key} ends once");
    set_job_of_element(state, element_instance_key.unwrap_or(-1), -1);
}

/// Tells an element instance its job.
pub fn set_job_of_element(state: &mut State, element_instance_key: i64, job_key: i64) {
    if let Some(mut row) = state.element(element_instance_key) {
        row.job_key = job_key;
        state.elements.put(&mut state.undo, element_instance_key, &row);
    }
}

fn unindex(state: &mut State, key: i64) {
    let Some(row) = state.job(key) else { return };
    let entry = match row.job_state() {
        JobState::Activatable => (JobState::Activatable, text_hash_wide(row.job.job_type), 0),
        JobState::Activated => (JobState::Activated, 0, row.job.deadline),
        other => (other, 0, row.job.recurring_time),
    };
    match entry {
        (JobState::Activatable, job_type, _) => state.activatable.remove(&mut state.undo, (job_type, key)),
        (JobState::Activated, _, deadline) => state.deadlines.remove(&mut state.undo, (deadline, key)),
        (_, _, recurring) => state.backoffs.remove(&mut state.undo, (recurring, key)),
    };
}
