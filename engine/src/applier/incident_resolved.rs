//! INCIDENT RESOLVED: nobody has to look any more; a job that waited on it can be activated again.

use tidemill_record::value::IncidentValue;

use super::Applying;
use super::job::put_job;
use crate::state::JobState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, incident): (i64, IncidentValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    assert!(state.incidents.remove(&mut state.undo, &key), "incident {key} is resolved once");
    if incident.job_key < 0 {
        state.element_incidents.remove(&mut state.undo, &incident.element_instance_key);
        return;
    }
    state.job_incidents.remove(&mut state.undo, &incident.job_key);
    let Some(row) = state.job(incident.job_key) else { return };
    if !matches!(row.job_state(), JobState::Failed | JobState::ErrorThrown) {
        return;
    }
    let bytes = state.jobs.get(&incident.job_key).expect("read before").to_vec();
    let row: crate::state::JobRow<'_> = tidemill_record::value::Value::take(&bytes).expect("rows decode");
    let mut job = row.job;
    let instance = state.element(job.element_instance_key);
    let definition = applying.definitions.get(state, job.process_definition_key);
    if let (Some(instance), Some(definition)) = (instance, &definition) {
        // While an error was thrown in vain, the job named no element.
        let index = tidemill_model::ElementIndex(instance.element_index as u32);
        job.element_id = &definition.element(index).id;
    }
    put_job(state, incident.job_key, JobState::Activatable, &job);
}
