//! TIMER TRIGGER: a point in time is there; what waited for it goes on. A cycle is set again.

use tidemill_model::ElementIndex;
use tidemill_record::value::{TimerValue, Value};
use tidemill_record::{RejectionType, TimerIntent, ValueType};

use crate::behavior::{events, incidents, timers};
use crate::bpmn::{self, Instance};
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let Some(timer) = context.state.timers.get(&key) else {
        let reason = format!("Expected to trigger timer with key '{key}', but no such timer was found");
        return context.reject(RejectionType::NotFound, &reason, body);
    };
    let bytes = context.buffers.copy(timer);
    let timer = TimerValue::take(&bytes).expect("rows hold what records held");
    let outcome = trigger(context, key, &timer, body);
    context.buffers.give(bytes);
    outcome
}

fn trigger(context: &mut Context<'_, '_, '_>, key: i64, timer: &TimerValue<'_>, body: &[u8]) -> Outcome {
    let element_instance_key = timer.element_instance_key;
    if !events::can_trigger(context, element_instance_key) {
        // A timer that can reach nobody any more is not left to be due for ever.
        timers::cancel(context, key);
        let reason = format!(
            "Expected to trigger a timer with key '{key}', \
             but the element with key '{element_instance_key}' is not active"
        );
        return context.reject(RejectionType::InvalidState, &reason, body);
    }
    context.event(key, ValueType::Timer, TimerIntent::Triggered, timer);
    let row = context.state.element(element_instance_key).expect("asked before");
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    let instance = bpmn::instance(&definition, element_instance_key, &row);
    let target = definition.process.find(timer.target_element_id).expect("timers are of their process").index;
    events::trigger(context, &instance, target, tidemill_record::message_pack::EMPTY_DOCUMENT);
    if timer.repetitions == -1 || timer.repetitions > 1 {
        set_again(context, &instance, target, timer);
    }
    Ok(())
}

/// The next due date counts from the last one, however late that was seen.
fn set_again(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    target: ElementIndex,
    timer: &TimerValue<'_>,
) {
    let next = timers::evaluate(context, instance, target)
        .and_then(|evaluated| evaluated.next_due(timer.due_date).ok_or_else(timers::never_due));
    match next {
        Ok(due_date) => {
            let repetitions = if timer.repetitions == -1 { -1 } else { timer.repetitions - 1 };
            timers::create(context, instance, target, due_date, repetitions);
        }
        Err(failure) => incidents::raise(context, instance, Err(failure)),
    }
}
