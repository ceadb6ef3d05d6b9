//! INCIDENT.

use super::record_value;
use crate::{DEFAULT_TENANT, ErrorType, List};

record_value! {
    /// Something that a person has to look at before an instance goes on.
    IncidentValue {
        /// What kind.
        shown error_type: ErrorType = ErrorType::Unknown, "errorType";
        /// What happened.
        shown error_message: &'a str = "", "errorMessage";
        /// The process.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Its key.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The element.
        shown element_id: &'a str = "", "elementId";
        /// The element instance.
        shown element_instance_key: i64 = -1, "elementInstanceKey";
        /// The job; -1 for none.
        shown job_key: i64 = -1, "jobKey";
        /// Where variables would have to be set.
        shown variable_scope_key: i64 = -1, "variableScopeKey";
        /// Element instances from the root down, one list per called instance.
        shown element_instance_path: List<'a, List<'a, i64>> = List::EMPTY, "elementInstancePath";
        /// Processes from the root down.
        shown process_definition_path: List<'a, i64> = List::EMPTY, "processDefinitionPath";
        /// Indexes of the calling elements.
        shown calling_element_path: List<'a, i32> = List::EMPTY, "callingElementPath";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
