//! The result of an instance, for a creator that waits for it.

use std::sync::Arc;

use tidemill_record::frame::{AnswerFrame, FrameKind};
use tidemill_record::value::{ProcessInstanceResultValue, Value};
use tidemill_record::{
    Document, Intent, ProcessInstanceCreationIntent, ProcessInstanceResultIntent, RejectionType, ValueType,
};

use crate::awaiting::Awaiting;
use crate::bpmn::Instance;
use crate::context::Context;

/// A result read before the instance and its variables are gone: who waits, and the variables.
pub type Prepared = Option<(Arc<Awaiting>, Vec<u8>)>;

/// Reads the result, where somebody waits for it.
pub fn prepare(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Prepared {
    if context.awaiting.is_empty() {
        return None;
    }
    let awaiting = context.awaiting.remove(instance.process_instance_key)?;
    let mut variables = context.buffers.take();
    let names = awaiting.fetch_variables.as_list();
    let scratch = &mut context.buffers.collection;
    context.state.collect_variables(instance.key, names, true, scratch, &mut variables);
    Some((awaiting, variables))
}

/// Answers the creator.
pub fn answer(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>, prepared: Prepared) {
    let Some((awaiting, variables)) = prepared else { return };
    let value = ProcessInstanceResultValue {
        bpmn_process_id: &instance.definition.process.id,
        version: instance.definition.version,
        process_definition_key: instance.definition.key,
        process_instance_key: instance.process_instance_key,
        variables: Document(&variables),
        ..ProcessInstanceResultValue::default()
    };
    let mut bytes = context.buffers.take();
    value.put(&mut bytes);
    let frame = AnswerFrame {
        request_id: awaiting.request_id,
        partition_id: context.config.partition_id as i32,
        value_type: ValueType::ProcessInstanceResult,
        intent: i32::from(Intent::from(ProcessInstanceResultIntent::Completed).0),
        key: instance.process_instance_key,
        value: &bytes,
        ..AnswerFrame::default()
    };
    context.effects.frame(FrameKind::Answer, &frame);
    context.buffers.give(bytes);
    context.buffers.give(variables);
}

/// Tells a waiting creator that there will be no result: the instance was cancelled.
pub fn forget(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    let Some(awaiting) = context.awaiting.remove(instance.process_instance_key) else { return };
    let frame = AnswerFrame {
        request_id: awaiting.request_id,
        partition_id: context.config.partition_id as i32,
        rejection_type: RejectionType::InvalidState,
        rejection_reason: "Expected to await the result of the process instance, but it was cancelled",
        value_type: ValueType::ProcessInstanceCreation,
        intent: i32::from(Intent::from(ProcessInstanceCreationIntent::CreateWithAwaitingResult).0),
        key: instance.process_instance_key,
        value: &[],
    };
    context.effects.frame(FrameKind::Answer, &frame);
}
