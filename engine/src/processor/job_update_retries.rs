//! JOB UPDATE_RETRIES

use tidemill_record::value::JobValue;
use tidemill_record::{Document, JobIntent, RejectionType, ValueType};

use super::{decode, job};
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: JobValue<'_> = decode(context, body)?;
    let key = context.head.key;
    if value.retries < 1 {
        let reason = format!(
            "Expected to update retries for job with key '{key}' with a positive amount of retries, \
             but the amount given was '{}'",
            value.retries
        );
        return context.reject(RejectionType::InvalidArgument, &reason, body);
    }
    job::state_or_reject(context, "update", body)?;
    let row = context.state.job(key).expect("the guard has seen the job");
    let updated = JobValue { retries: value.retries, variables: Document::EMPTY, ..row.job };
    let written = context.log.event(key, ValueType::Job, JobIntent::RetriesUpdated, &updated);
    context.apply(written);
    context.respond(written);
    Ok(())
}
