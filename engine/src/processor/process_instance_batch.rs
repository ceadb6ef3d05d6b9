//! PROCESS_INSTANCE_BATCH TERMINATE: asks for the children of a scope to be cancelled, a bounded number at a
//! time.

use tidemill_record::value::ProcessInstanceBatchValue;
use tidemill_record::{ProcessInstanceBatchIntent, ValueType};

use super::decode;
use crate::behavior::transitions;
use crate::bpmn;
use crate::context::{Context, Outcome};
use crate::limits::CHILDREN_IN_TERMINATE_BATCH;

/// TERMINATE
pub fn terminate(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: ProcessInstanceBatchValue<'_> = decode(context, body)?;
    let scope_key = value.batch_element_instance_key;
    let mut from = value.index.max(0);
    for _ in 0..CHILDREN_IN_TERMINATE_BATCH {
        let Some(child) = context.state.child_from(scope_key, from) else { return Ok(()) };
        bpmn::with_instance(context, child, transitions::ask_to_terminate);
        from = child + 1;
    }
    if context.state.child_from(scope_key, from).is_some() {
        let rest = ProcessInstanceBatchValue { index: from, ..value };
        let key = context.next_key();
        context.command(key, ValueType::ProcessInstanceBatch, ProcessInstanceBatchIntent::Terminate, &rest);
    }
    Ok(())
}
