//! Reading deployed processes.

use tidemill_record::value::ProcessValue;

use super::{LatestRow, NumberRow, State};
use crate::table::text_hash_wide;

impl State {
    /// A process by key.
    pub fn process(&self, key: i64) -> Option<ProcessValue<'_>> {
        self.processes.row(&key)
    }

    /// The latest version of a process id.
    pub fn latest_process(&self, bpmn_process_id: &str) -> Option<LatestRow<'_>> {
        let row: LatestRow<'_> = self.latest.row(&text_hash_wide(bpmn_process_id))?;
        assert_eq!(row.bpmn_process_id, bpmn_process_id, "two process ids share a hash");
        Some(row)
    }

    /// The key of one version of a process id.
    pub fn process_version(&self, bpmn_process_id: &str, version: i32) -> Option<i64> {
        let row: NumberRow = self.versions.row(&(text_hash_wide(bpmn_process_id), i64::from(version)))?;
        Some(row.number)
    }
}
