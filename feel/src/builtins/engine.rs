//! Functions that the workflow engine adds.

use super::{Answer, Refusal, Table, fixed};
use crate::eval::Run;
use crate::temporal::Temporal;
use crate::value::Value;

pub(super) const TABLE: Table = &[
    ("cycle", &[fixed(&["interval"], cycle), fixed(&["repetitions", "interval"], cycle)]),
    (
        "fromAi",
        &[
            fixed(&["value"], tagged),
            fixed(&["value", "description"], tagged),
            fixed(&["value", "description", "type"], tagged),
            fixed(&["value", "description", "type", "schema"], tagged),
            fixed(&["value", "description", "type", "schema", "options"], tagged),
        ],
    ),
];

/// The text of a repeating timer: `R/PT1H`, `R3/PT1H`.
fn cycle<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (repetitions, interval) = match arguments {
        [Value::Temporal(interval)] | [Value::Null, Value::Temporal(interval)] => (String::new(), interval),
        [Value::Number(repetitions), Value::Temporal(interval)] => {
            (repetitions.to_i32_wrapping().to_string(), interval)
        }
        _ => return Err(Refusal::IllegalArguments),
    };
    match interval {
        Temporal::DaysTime(_) | Temporal::YearsMonths(_) => {
            Ok(Value::string(format!("R{repetitions}/{interval}")))
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

/// The value itself: the call marks it for whoever reads the model.
fn tagged<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    arguments.first().cloned().ok_or(Refusal::IllegalArguments)
}
