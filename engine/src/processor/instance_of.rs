//! Which process instance a command is about: that one is set aside when processing fails.

use tidemill_record::value::{
    IncidentValue, JobValue, MessageSubscriptionValue, ProcessInstanceBatchValue, ProcessInstanceValue,
    ProcessMessageSubscriptionValue, TimerValue, Value, VariableDocumentValue,
};
use tidemill_record::{RecordView, ValueType};

use crate::context::Head;
use crate::state::State;

/// The process instance of a command, where it has one that is there.
pub fn instance_of(state: &State, record: &RecordView<'_>) -> Option<i64> {
    let header = &record.header;
    let head = Head { value_type: header.value_type, intent: header.intent, key: header.key, request_id: -1 };
    instance_of_parts(state, &head, record.body)
}

/// The same from a command's parts.
pub fn instance_of_parts(state: &State, head: &Head, body: &[u8]) -> Option<i64> {
    let by_element = |key: i64| state.element(key).map(|row| row.process_instance_key);
    let found = match head.value_type {
        ValueType::ProcessInstance => {
            by_element(head.key).or_else(|| Some(ProcessInstanceValue::take(body).ok()?.process_instance_key))
        }
        ValueType::ProcessInstanceBatch => {
            Some(ProcessInstanceBatchValue::take(body).ok()?.process_instance_key)
        }
        ValueType::Job => {
            let stored = state.job(head.key).map(|row| row.job.process_instance_key);
            stored.or_else(|| Some(JobValue::take(body).ok()?.process_instance_key))
        }
        ValueType::Timer => Some(TimerValue::take(body).ok()?.process_instance_key),
        ValueType::Incident => {
            let incident: IncidentValue<'_> = state.incidents.row(&head.key)?;
            Some(incident.process_instance_key)
        }
        ValueType::VariableDocument => by_element(VariableDocumentValue::take(body).ok()?.scope_key),
        ValueType::ProcessMessageSubscription => {
            by_element(ProcessMessageSubscriptionValue::take(body).ok()?.element_instance_key)
        }
        ValueType::MessageSubscription => {
            Some(MessageSubscriptionValue::take(body).ok()?.process_instance_key)
        }
        _ => None,
    };
    found.filter(|key| *key >= 0)
}
