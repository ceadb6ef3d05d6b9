//! JOB RETRIES_UPDATED: only the number changes; a failed job waits on for its incident.

use tidemill_record::value::JobValue;

use super::Applying;
use crate::state::JobRow;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, retries) = (applying.key(), applying.value::<JobValue<'_>>().retries);
    let state = &mut *applying.state;
    let Some(row) = state.jobs.row::<JobRow<'_>>(&key) else { return };
    state.undo.stage(&JobRow { job: JobValue { retries, ..row.job }, ..row });
    state.jobs.put_staged(&mut state.undo, key);
}
