//! `not`, `is defined`, `get or else`, `assert`, `is`.

use super::{Answer, Refusal, Table, fixed};
use crate::eval::Run;
use crate::value::Value;

pub(super) const TABLE: Table = &[
    ("not", &[fixed(&["negand"], not)]),
    ("is defined", &[fixed(&["value"], is_defined)]),
    ("get or else", &[fixed(&["value", "default"], get_or_else)]),
    ("assert", &[fixed(&["value", "condition"], assert), fixed(&["value", "condition", "cause"], assert)]),
    ("is", &[fixed(&["value1", "value2"], is)]),
];

fn not<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    Ok(match arguments {
        [Value::Boolean(negand)] => Value::Boolean(!negand),
        _ => Value::Null,
    })
}

fn is_defined<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    Ok(Value::Boolean(!matches!(arguments, [Value::Null])))
}

fn get_or_else<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Null, default] => Ok(default.clone()),
        [value, _] => Ok(value.clone()),
        _ => Err(Refusal::IllegalArguments),
    }
}

fn assert<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [value, Value::Boolean(true), ..] => Ok(value.clone()),
        [_, _] => Err(Refusal::Assertion("The condition is not fulfilled".into())),
        [_, _, Value::String(cause)] => Err(Refusal::Assertion(cause.to_string())),
        _ => Err(Refusal::IllegalArguments),
    }
}

/// Whether two values are the same: type, offset and zone included.
fn is<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [left, right] => Ok(Value::Boolean(left.equals(right))),
        _ => Err(Refusal::IllegalArguments),
    }
}
