//! The business rule task: a decision evaluated at once, or a job for a worker. A task that calls a decision
//! never waits, so its boundary events are not subscribed to.

use tidemill_record::ErrorType;
use tidemill_record::message_pack::{put_map_head, put_text};
use tidemill_record::value::DecisionEvaluationValue;

use super::{Instance, Step, service_task};
use crate::behavior::decisions::{self, Source};
use crate::behavior::{Failure, events, transitions, variables};
use crate::context::Context;
use crate::expression;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    let program = instance.definition.program(instance.element.index);
    let (Some(called), Some(decision_id)) = (&instance.element.called_decision, &program.decision) else {
        return service_task::activate(context, instance);
    };
    variables::apply_inputs(context, instance)?;
    let decision_id = expression::text(context, decision_id, instance.key)?;
    let decision_key = decisions::find_by_id(context, &decision_id)
        .map_err(|message| Failure::new(ErrorType::CalledDecisionError, message))?;
    let caller = DecisionEvaluationValue {
        bpmn_process_id: &instance.definition.process.id,
        process_definition_key: instance.definition.key,
        process_instance_key: instance.process_instance_key,
        element_id: &instance.element.id,
        element_instance_key: instance.key,
        ..DecisionEvaluationValue::default()
    };
    let evaluated = decisions::evaluate(context, decision_key, Source::Scope(instance.key), &caller);
    let output =
        evaluated.result.map_err(|message| Failure::new(ErrorType::DecisionEvaluationError, message))?;
    let mut document = context.buffers.take();
    put_map_head(&mut document, 1);
    put_text(&mut document, &called.result_variable);
    document.extend_from_slice(&output);
    events::triggering(context, &instance.into(), instance.key, instance.element.index, &document);
    context.buffers.give(document);
    transitions::activated(context, instance);
    transitions::ask_to_complete(context, instance);
    Ok(())
}
