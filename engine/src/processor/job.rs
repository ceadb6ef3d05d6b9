//! What commands on jobs share.

use tidemill_record::RejectionType;

use crate::context::{Context, Rejected};
use crate::state::JobState;

/// How the job at hand stands; the command is rejected when there is none.
pub fn state_or_reject(
    context: &mut Context<'_, '_, '_>,
    to: &str,
    body: &[u8],
) -> Result<JobState, Rejected> {
    let key = context.head.key;
    if let Some(row) = context.state.job(key) {
        return Ok(row.job_state());
    }
    let reason = format!("Expected to {to} job with key '{key}', but no such job was found");
    Err(context.reject(RejectionType::NotFound, &reason, body).expect_err("a rejection was written"))
}
