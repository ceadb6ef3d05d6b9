//! INCIDENT CREATED: the element instance, or its job, waits for a person.

use tidemill_record::ErrorType;
use tidemill_record::value::{IncidentValue, Value};

use super::Applying;
use super::job::put_job;
use crate::state::{JobRow, JobState, NumberRow, State};

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, incident): (i64, IncidentValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.incidents.put(&mut state.undo, key, &incident);
    if incident.job_key >= 0 {
        state.job_incidents.put(&mut state.undo, incident.job_key, &NumberRow { number: key });
        if incident.error_type == ErrorType::MessageSizeExceeded {
            disable(state, incident.job_key);
        }
    } else {
        state.element_incidents.put(
            &mut state.undo,
            incident.element_instance_key,
            &NumberRow { number: key },
        );
    }
}

/// A job that no worker can get is not given out until its incident is resolved.
fn disable(state: &mut State, job_key: i64) {
    let Some(bytes) = state.jobs.get(&job_key).map(<[u8]>::to_vec) else { return };
    let row = JobRow::take(&bytes).expect("rows hold what appliers put");
    put_job(state, job_key, JobState::Failed, &row.job);
}
