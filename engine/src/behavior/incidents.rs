//! Incidents: raised where a step fails, resolved with what they hang on.

use tidemill_record::value::IncidentValue;
use tidemill_record::{IncidentIntent, List, ListBuffer, ValueType};

use super::Failure;
use crate::bpmn::{Instance, Step};
use crate::context::Context;
use crate::limits::SCOPE_DEPTH_MAX;
use crate::state::NumberRow;

/// Makes an incident of a step that failed.
pub fn raise(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>, step: Step) {
    if let Err(failure) = step {
        create(context, instance, &failure, -1, &instance.element.id);
    }
}

/// INCIDENT CREATED
pub fn create(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    failure: &Failure,
    job_key: i64,
    element_id: &str,
) {
    let mut instances = ListBuffer::default();
    let keys = path(context, instance.key);
    keys.iter().for_each(|key| instances.push(key));
    let mut paths = ListBuffer::default();
    paths.push::<List<'_, i64>>(&instances.as_list());
    let mut processes = ListBuffer::default();
    processes.push(&instance.definition.key);
    let value = IncidentValue {
        error_type: failure.error_type,
        error_message: truncated(&failure.message),
        bpmn_process_id: &instance.definition.process.id,
        process_definition_key: instance.definition.key,
        process_instance_key: instance.process_instance_key,
        element_id,
        element_instance_key: instance.key,
        job_key,
        variable_scope_key: failure.variable_scope_key.unwrap_or(instance.key),
        element_instance_path: paths.as_list(),
        process_definition_path: processes.as_list(),
        ..IncidentValue::default()
    };
    let key = context.next_key();
    context.event(key, ValueType::Incident, IncidentIntent::Created, &value);
}

/// Element instances from the root down to this one.
fn path(context: &Context<'_, '_, '_>, key: i64) -> Vec<i64> {
    let mut keys = vec![key];
    while let Some(parent) = context.state.parent_scope(keys[keys.len() - 1]) {
        keys.push(parent);
        assert!(keys.len() <= SCOPE_DEPTH_MAX, "scopes nest without end above {key}");
    }
    keys.reverse();
    keys
}

/// The first 10 000 characters.
pub fn truncated(message: &str) -> &str {
    let end = message.char_indices().nth(crate::limits::MESSAGE_TEXT_CHARS_MAX);
    end.map_or(message, |(end, _)| &message[..end])
}

/// Resolves the incidents of an element instance that ends, and of its job.
pub fn resolve_of(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    if let Some(NumberRow { number }) = context.state.element_incidents.row(&instance.key) {
        resolved(context, number);
    }
}

/// Resolves the incident of a job that ends.
pub fn resolve_of_job(context: &mut Context<'_, '_, '_>, job_key: i64) {
    if let Some(NumberRow { number }) = context.state.job_incidents.row(&job_key) {
        resolved(context, number);
    }
}

/// INCIDENT RESOLVED; gives the record.
pub fn resolved(context: &mut Context<'_, '_, '_>, key: i64) -> crate::log::Written {
    let incident: IncidentValue<'_> =
        context.state.incidents.row(&key).expect("the caller has seen the incident");
    let written = context.log.event(key, ValueType::Incident, IncidentIntent::Resolved, &incident);
    context.apply(written);
    written
}
