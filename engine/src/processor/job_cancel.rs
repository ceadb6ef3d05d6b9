//! JOB CANCEL

use tidemill_record::{JobIntent, ValueType};

use super::job;
use crate::behavior::incidents;
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    job::state_or_reject(context, "cancel", body)?;
    let row = context.state.job(key).expect("the guard has seen the job");
    let written = context.log.event(key, ValueType::Job, JobIntent::Canceled, &row.job);
    context.apply(written);
    context.respond(written);
    incidents::resolve_of_job(context, key);
    Ok(())
}
