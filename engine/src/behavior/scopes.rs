//! Ending what is inside a scope.

use tidemill_record::value::ProcessInstanceBatchValue;
use tidemill_record::{ProcessInstanceBatchIntent, ValueType};

use crate::bpmn::Instance;
use crate::context::Context;

/// Asks for all children of a scope to be cancelled; false when there are none.
pub fn terminate_children(context: &mut Context<'_, '_, '_>, scope: &Instance<'_>) -> bool {
    if context.state.child_from(scope.key, i64::MIN).is_none() {
        return false;
    }
    let value = ProcessInstanceBatchValue {
        process_instance_key: scope.process_instance_key,
        batch_element_instance_key: scope.key,
        ..ProcessInstanceBatchValue::default()
    };
    let key = context.next_key();
    context.command(key, ValueType::ProcessInstanceBatch, ProcessInstanceBatchIntent::Terminate, &value);
    true
}
