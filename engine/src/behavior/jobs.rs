//! Jobs of element instances: evaluated, created, cancelled.

use tidemill_record::value::JobValue;
use tidemill_record::{Document, JobIntent, ValueType};

use super::{Failure, incidents, push};
use crate::bpmn::Instance;
use crate::context::Context;
use crate::expression;

/// What the model says about a job, evaluated.
#[derive(Debug)]
pub struct JobProperties {
    /// The type; `None` for the static one of the definition.
    job_type: Option<String>,
    retries: i32,
}

/// Evaluates type and retries.
pub fn evaluate(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
) -> Result<JobProperties, Failure> {
    let program = instance.definition.program(instance.element.index);
    let program = program.job.as_ref().expect("a task of this kind has a job definition");
    let job_type = match program.job_type.static_text() {
        Some(_) => None,
        None => Some(expression::string(context, &program.job_type, instance.key)?),
    };
    let retries = match program.static_retries {
        Some(retries) => retries,
        None => expression::retries(context, &program.retries, instance.key)?,
    };
    Ok(JobProperties { job_type, retries })
}

/// JOB CREATED, and pushed where somebody waits.
pub fn create(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>, properties: JobProperties) {
    let program = instance.definition.program(instance.element.index);
    let program = program.job.as_ref().expect("evaluated before");
    let static_type = program.job_type.static_text();
    let job_type = properties.job_type.as_deref().or(static_type).expect("a type is static or evaluated");
    let value = JobValue {
        job_type,
        retries: properties.retries,
        custom_headers: Document(&instance.element.task_headers.messagepack),
        bpmn_process_id: &instance.definition.process.id,
        process_definition_version: instance.definition.version,
        process_definition_key: instance.definition.key,
        process_instance_key: instance.process_instance_key,
        element_id: &instance.element.id,
        element_instance_key: instance.key,
        ..JobValue::default()
    };
    let key = context.next_key();
    context.event(key, ValueType::Job, JobIntent::Created, &value);
    push::publish(context, key);
}

/// Cancels the job of an instance that ends, where it has one.
pub fn cancel_of(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    let row = context.state.element(instance.key).expect("the instance is there while it ends");
    if row.job_key < 0 {
        return;
    }
    let Some(job) = context.state.job(row.job_key) else { return };
    let written = context.log.event(row.job_key, ValueType::Job, JobIntent::Canceled, &job.job);
    context.apply(written);
    incidents::resolve_of_job(context, row.job_key);
}
