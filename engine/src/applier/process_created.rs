//! PROCESS CREATED: a version of a process can be instantiated.

use tidemill_record::value::ProcessValue;

use super::Applying;
use crate::state::{LatestRow, NumberRow};
use crate::table::text_hash_wide;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: ProcessValue<'_> = applying.value();
    let key = value.process_definition_key;
    let id = text_hash_wide(value.bpmn_process_id);
    let state = &mut *applying.state;
    state.processes.put(&mut state.undo, key, &value);
    state.versions.put(&mut state.undo, (id, i64::from(value.version)), &NumberRow { number: key });
    let newer =
        state.latest_process(value.bpmn_process_id).is_none_or(|latest| latest.version < value.version);
    if newer {
        let row = LatestRow {
            bpmn_process_id: value.bpmn_process_id,
            version: value.version,
            process_definition_key: key,
        };
        state.latest.put(&mut state.undo, id, &row);
    }
}
