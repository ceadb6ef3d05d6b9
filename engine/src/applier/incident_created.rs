//! INCIDENT CREATED: the element instance, or its job, waits for a person.

use tidemill_record::value::IncidentValue;

use super::Applying;
use crate::state::NumberRow;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, incident): (i64, IncidentValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.incidents.put(&mut state.undo, key, &incident);
    if incident.job_key >= 0 {
        state.job_incidents.put(&mut state.undo, incident.job_key, &NumberRow { number: key });
    } else {
        state.element_incidents.put(&mut state.undo, incident.element_instance_key, &NumberRow { number: key });
    }
}
