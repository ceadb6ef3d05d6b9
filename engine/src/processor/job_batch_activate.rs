//! JOB_BATCH ACTIVATE: jobs of a type for a worker, as many as asked for and as fit into a message.

use tidemill_record::value::{JobBatchValue, JobValue};
use tidemill_record::{Document, ErrorType, JobBatchIntent, ListBuffer, RejectionType, ValueType};

use super::decode;
use crate::behavior::{Failure, incidents};
use crate::bpmn::{self, Instance};
use crate::context::{Context, Outcome};
use crate::limits::{ACTIVATION_RESERVE_BYTES, JOBS_IN_ACTIVATION_MAX};
use crate::table::text_hash_wide;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: JobBatchValue<'_> = decode(context, body)?;
    check(context, &value, body)?;
    let (mut keys, mut jobs) = (context.buffers.take_list(), context.buffers.take_list());
    let too_large = collect(context, &value, &mut keys, &mut jobs);
    let activated = JobBatchValue {
        job_keys: keys.as_list(),
        jobs: jobs.as_list(),
        truncated: too_large.is_some(),
        variables: tidemill_record::List::EMPTY,
        ..value
    };
    let key = context.next_key();
    let written = context.event(key, ValueType::JobBatch, JobBatchIntent::Activated, &activated);
    context.respond(written);
    let none_given = keys.is_empty();
    context.buffers.give_list(keys);
    context.buffers.give_list(jobs);
    // A job that does not even fit alone would be asked for again and again.
    if let Some(job_key) = too_large.filter(|_| none_given) {
        raise_too_large(context, job_key);
    }
    Ok(())
}

fn check(context: &mut Context<'_, '_, '_>, value: &JobBatchValue<'_>, body: &[u8]) -> Outcome {
    let problem = if value.job_type.is_empty() {
        "type to be present, but it was blank".to_owned()
    } else if value.timeout < 1 {
        format!("timeout to be greater than zero, but it was '{}'", value.timeout)
    } else {
        return Ok(());
    };
    let reason = format!("Expected to activate job batch with {problem}");
    context.reject(RejectionType::InvalidArgument, &reason, body)
}

/// Fills the batch in the order of keys; gives the first job that did not fit.
fn collect(
    context: &mut Context<'_, '_, '_>,
    value: &JobBatchValue<'_>,
    keys: &mut ListBuffer,
    jobs: &mut ListBuffer,
) -> Option<i64> {
    let bytes_max = context.config.max_message_bytes.saturating_sub(ACTIVATION_RESERVE_BYTES);
    let count_max = (value.max_jobs_to_activate.max(0) as usize).min(JOBS_IN_ACTIVATION_MAX);
    let deadline = context.now_ms().saturating_add(value.timeout);
    let job_type = text_hash_wide(value.job_type);
    let mut variables = context.buffers.take();
    let mut from = i64::MIN;
    let mut too_large = None;
    while keys.len() < count_max {
        let Some(key) = context.state.activatable_from(job_type, from) else { break };
        from = key + 1;
        let job = context.state.job(key).expect("an activatable job is there").job;
        if job.job_type != value.job_type {
            continue;
        }
        variables.clear();
        let scratch = &mut context.buffers.collection;
        context.state.collect_variables(
            job.element_instance_key,
            value.variables,
            false,
            scratch,
            &mut variables,
        );
        let (count, byte_count) = (jobs.len(), jobs.byte_count());
        jobs.push(&JobValue { deadline, worker: value.worker, variables: Document(&variables), ..job });
        if jobs.byte_count() + keys.byte_count() > bytes_max {
            jobs.truncate(count, byte_count);
            too_large = Some(key);
            break;
        }
        keys.push(&key);
    }
    context.buffers.give(variables);
    too_large
}

fn raise_too_large(context: &mut Context<'_, '_, '_>, job_key: i64) {
    let job = context.state.job(job_key).expect("seen before").job;
    let element_instance_key = job.element_instance_key;
    let Some(row) = context.state.element(element_instance_key) else { return };
    if context.state.job_incidents.contains(&job_key) {
        return;
    }
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    let instance: Instance<'_> = bpmn::instance(&definition, element_instance_key, &row);
    let message = format!(
        "The job with key '{job_key}' can not be activated, because with its variables it is larger than \
         the configured message size (per default is 4 MB). Try to reduce the size by reducing \
         the number of fetched variables or modifying the variable values."
    );
    let failure = Failure::new(ErrorType::MessageSizeExceeded, message);
    incidents::create(context, &instance, &failure, job_key, &instance.element.id);
}
