//! TIMER.

use super::record_value;
use crate::DEFAULT_TENANT;

record_value! {
    /// A point in time that something waits for.
    TimerValue {
        /// The waiting element instance; -1 for a start event.
        shown element_instance_key: i64 = -1, "elementInstanceKey";
        /// The waiting instance; -1 for a start event.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// When, epoch ms.
        shown due_date: i64 = -1, "dueDate";
        /// The element to trigger.
        shown target_element_id: &'a str = "", "targetElementId";
        /// How often from now on; -1 without end.
        shown repetitions: i32 = 0, "repetitions";
        /// The process.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
