//! TIMER CANCEL

use tidemill_record::RejectionType;

use crate::behavior::timers;
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    if !context.state.timers.contains(&key) {
        let reason = format!("Expected to cancel timer with key '{key}', but no such timer was found");
        return context.reject(RejectionType::NotFound, &reason, body);
    }
    timers::cancel(context, key);
    Ok(())
}
