//! PROCESS_INSTANCE CANCEL: the root instance is asked to terminate, and all that is inside it.

use tidemill_record::RejectionType;

use crate::behavior::transitions;
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::state::ElementState;

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let row = context.state.element(key).filter(|row| row.flow_scope_key < 0);
    let Some(row) = row.filter(|row| row.element_state() != ElementState::Terminating) else {
        let reason =
            format!("Expected to cancel a process instance with key '{key}', but no such process was found");
        return context.reject(RejectionType::NotFound, &reason, body);
    };
    assert_eq!(row.process_instance_key, key, "the root of an instance has the instance's key");
    bpmn::with_instance(context, key, transitions::ask_to_terminate);
    context.answer_with_command(body);
    Ok(())
}
