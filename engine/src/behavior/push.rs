//! Jobs that have become activatable: pushed to a stream, or noticed for those who poll.

use tidemill_record::frame::{FrameKind, JobInterestFrame, PushFrame};
use tidemill_record::value::{JobBatchValue, JobValue, Value};
use tidemill_record::{Document, JobBatchIntent, ValueType};

use crate::context::Context;

/// Gives an activatable job to the next stream in turn; without one, tells that there is a job of its type.
pub fn publish(context: &mut Context<'_, '_, '_>, job_key: i64) {
    if context.log.overflowed() {
        // The command is about to be taken back, and the job is not there.
        return;
    }
    if context.streams.is_empty() || !push(context, job_key) {
        let row = context.state.job(job_key).expect("an activatable job is there");
        context.effects.frame(FrameKind::JobsAvailable, &JobInterestFrame { job_type: row.job.job_type });
    }
}

/// JOB_BATCH ACTIVATED with this job, for the next stream in turn; false when no stream takes it.
pub fn push(context: &mut Context<'_, '_, '_>, job_key: i64) -> bool {
    let row = context.state.job(job_key).expect("an activatable job is there");
    let Some(stream) = context.streams.take(row.job.job_type) else { return false };
    let key = context.keys.draw();
    let row = context.state.job(job_key).expect("an activatable job is there");
    let mut variables = context.buffers.take();
    let names = stream.fetch_variables.as_list();
    let scratch = &mut context.buffers.collection;
    context.state.collect_variables(row.job.element_instance_key, names, false, scratch, &mut variables);
    let job = JobValue {
        worker: &stream.worker,
        deadline: context.log.timestamp.saturating_add(stream.timeout),
        variables: Document(&variables),
        ..row.job
    };
    let (mut keys, mut jobs) = (context.buffers.take_list(), context.buffers.take_list());
    keys.push(&job_key);
    // The variables go to the client only; the record is without them, as in Zeebe.
    jobs.push(&JobValue { variables: Document::EMPTY, ..job });
    let mut encoded = context.buffers.take();
    job.put(&mut encoded);
    let value = JobBatchValue {
        job_type: job.job_type,
        worker: &stream.worker,
        timeout: stream.timeout,
        job_keys: keys.as_list(),
        jobs: jobs.as_list(),
        ..JobBatchValue::default()
    };
    let frame = PushFrame { stream_id: stream.stream_id, job_key, job_kind: job.job_kind, job: &encoded };
    context.effects.frame(FrameKind::Push, &frame);
    let written = context.log.event(key, ValueType::JobBatch, JobBatchIntent::Activated, &value);
    context.apply(written);
    context.buffers.give_list(keys);
    context.buffers.give_list(jobs);
    context.buffers.give(encoded);
    context.buffers.give(variables);
    true
}
