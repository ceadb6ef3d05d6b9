//! JOB and JOB_BATCH.

use super::{nested_value, record_value};
use crate::{DEFAULT_TENANT, Document, JobKind, JobListenerEventType, List};

record_value! {
    /// A unit of work for a worker.
    JobValue {
        /// When the activation ends, epoch ms; -1 while not activated.
        shown deadline: i64 = -1, "deadline";
        /// How long an activation lasts, ms (of UPDATE_TIMEOUT).
        shown timeout: i64 = -1, "timeout";
        /// Who works on it.
        shown worker: &'a str = "", "worker";
        /// Attempts left.
        shown retries: i32 = -1, "retries";
        /// How long a failed job rests, ms.
        shown retry_backoff: i64 = 0, "retryBackoff";
        /// When the rest ends, epoch ms.
        shown recurring_time: i64 = -1, "recurringTime";
        /// What workers ask for.
        shown job_type: &'a str = "", "type";
        /// The task's headers.
        shown custom_headers: Document<'a> = Document::EMPTY, "customHeaders";
        /// Variables of the worker, or for it.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Why it failed.
        shown error_message: &'a str = "", "errorMessage";
        /// The BPMN error that was thrown.
        shown error_code: &'a str = "", "errorCode";
        /// The process that it belongs to.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Version of that process.
        shown process_definition_version: i32 = -1, "processDefinitionVersion";
        /// Key of that process.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The instance that it belongs to.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The element that it belongs to.
        shown element_id: &'a str = "", "elementId";
        /// The element instance that it belongs to.
        shown element_instance_key: i64 = -1, "elementInstanceKey";
        /// What it was created for.
        shown job_kind: JobKind = JobKind::BpmnElement, "jobKind";
        /// Which listener event it serves.
        shown job_listener_event_type: JobListenerEventType = JobListenerEventType::Unspecified, "jobListenerEventType";
        /// Attributes that an UPDATE changes.
        shown changed_attributes: List<'a, &'a str> = List::EMPTY, "changedAttributes";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
nested_value!(JobValue);

record_value! {
    /// Jobs asked for and given together.
    JobBatchValue {
        /// Which jobs.
        shown job_type: &'a str = "", "type";
        /// Who asks.
        shown worker: &'a str = "", "worker";
        /// How long the activation lasts, ms.
        shown timeout: i64 = -1, "timeout";
        /// How many at most.
        shown max_jobs_to_activate: i32 = -1, "maxJobsToActivate";
        /// Keys of the given jobs.
        shown job_keys: List<'a, i64> = List::EMPTY, "jobKeys";
        /// The given jobs, in the order of their keys.
        shown jobs: List<'a, JobValue<'a>> = List::EMPTY, "jobs";
        /// Whether jobs were left out because the answer would be too large.
        shown truncated: bool = false, "truncated";
        /// Whose jobs.
        shown tenant_ids: List<'a, &'a str> = List::EMPTY, "tenantIds";
        /// The names of the variables to fetch; empty for all.
        hidden variables: List<'a, &'a str> = List::EMPTY, "variables";
    }
}
