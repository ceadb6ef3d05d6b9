//! Timers of element instances: evaluated, created, taken back.

use tidemill_feel::with_warnings;
use tidemill_model::ElementIndex;
use tidemill_model::graph::TimerKind;
use tidemill_model::timer::{self, Timer};
use tidemill_record::value::TimerValue;
use tidemill_record::{ErrorType, TimerIntent, ValueType};

use super::Failure;
use crate::bpmn::Instance;
use crate::context::Context;
use crate::expression::{self, TimerSource};

/// The timer of an event, from its text or what its expression gives.
pub fn evaluate(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    event: ElementIndex,
) -> Result<Timer, Failure> {
    let definition = instance.definition;
    let model = definition.element(event).timer.as_ref().expect("a timer event has a timer");
    if let Some(parsed) = &model.parsed {
        return Ok(parsed.clone());
    }
    let property = definition.program(event).timer.as_ref().expect("compiled with the timer");
    let text = match expression::timer(context, property, model.kind, instance.key)? {
        TimerSource::Timer(timer) => return Ok(timer),
        TimerSource::Text(text) => text,
    };
    timer::parse(model.kind, &text).map_err(|_| {
        let form = match model.kind {
            TimerKind::Date => "date-time",
            TimerKind::Duration => "duration",
            TimerKind::Cycle => "cycle",
        };
        let message = format!("Invalid {form} format '{text}' for expression '{}'.", property.source());
        Failure::new(ErrorType::ExtractValueError, with_warnings(&message, context.evaluator.warnings()))
    })
}

/// TIMER CREATED; the timer is due seen from `from_ms`.
pub fn create(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
    event: ElementIndex,
    due_date: i64,
    repetitions: i32,
) {
    let value = TimerValue {
        element_instance_key: instance.key,
        process_instance_key: instance.process_instance_key,
        due_date,
        target_element_id: &instance.definition.element(event).id,
        repetitions,
        process_definition_key: instance.definition.key,
        ..TimerValue::default()
    };
    let key = context.next_key();
    context.event(key, ValueType::Timer, TimerIntent::Created, &value);
}

/// The repetitions that a record of this timer shows: -1 without end.
pub fn repetitions(timer: &Timer) -> i32 {
    timer.repetitions().map_or(-1, |count| i32::try_from(count).unwrap_or(i32::MAX))
}

/// A timer whose next time cannot be counted.
pub fn never_due() -> Failure {
    Failure::new(
        ErrorType::ExtractValueError,
        "Expected the timer to have a next due date, but it lies beyond all dates",
    )
}

/// TIMER CANCELED for all timers of an instance, in the order of their keys.
pub fn cancel_all(context: &mut Context<'_, '_, '_>, element_instance_key: i64) {
    while let Some(key) = context.state.timer_of_from(element_instance_key, i64::MIN) {
        cancel(context, key);
        if context.log.overflowed() {
            return;
        }
    }
}

/// TIMER CANCELED
pub fn cancel(context: &mut Context<'_, '_, '_>, key: i64) {
    let timer = context.state.timer(key).expect("the caller has seen the timer");
    let written = context.log.event(key, ValueType::Timer, TimerIntent::Canceled, &timer);
    context.apply(written);
}
