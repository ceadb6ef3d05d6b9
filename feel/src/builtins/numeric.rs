//! Functions on numbers.

use super::{Answer, Refusal, Table, fixed, refuse};
use crate::decimal::{Decimal, Rounding};
use crate::eval::Run;
use crate::temporal::{DaysTimeDuration, Temporal};
use crate::value::Value;

pub(super) const TABLE: Table = &[
    ("decimal", &[fixed(&["n", "scale"], decimal), fixed(&["n", "scale", "mode"], decimal)]),
    ("floor", &[fixed(&["n"], floor), fixed(&["n", "scala"], floor), fixed(&["n", "scale"], floor)]),
    ("ceiling", &[fixed(&["n"], ceiling), fixed(&["n", "scale"], ceiling)]),
    ("round up", &[fixed(&["n", "scale"], round_up)]),
    ("round down", &[fixed(&["n", "scale"], round_down)]),
    ("round half up", &[fixed(&["n", "scale"], round_half_up)]),
    ("round half down", &[fixed(&["n", "scala"], round_half_down), fixed(&["n", "scale"], round_half_down)]),
    ("abs", &[fixed(&["number"], abs), fixed(&["n"], abs)]),
    ("modulo", &[fixed(&["dividend", "divisor"], modulo)]),
    ("sqrt", &[fixed(&["number"], sqrt)]),
    ("log", &[fixed(&["number"], log)]),
    ("exp", &[fixed(&["number"], exp)]),
    ("odd", &[fixed(&["number"], odd)]),
    ("even", &[fixed(&["number"], even)]),
    ("random number", &[fixed(&[], random_number)]),
];

fn round<'a>(arguments: &[Value<'a>], mode: Rounding) -> Answer<'a> {
    let scale = match arguments {
        [Value::Number(_)] => 0,
        [Value::Number(_), Value::Number(scale)] => i64::from(scale.to_i32_wrapping()),
        _ => return Err(Refusal::IllegalArguments),
    };
    let Value::Number(number) = &arguments[0] else { return Err(Refusal::IllegalArguments) };
    match number.with_scale(scale, mode) {
        Ok(rounded) => Ok(Value::Number(rounded)),
        Err(_) => {
            refuse(format!("Failed to apply rounding mode '{mode:?}': rounding is necessary or out of range"))
        }
    }
}

fn decimal<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Number(_), Value::Number(_)] => round(arguments, Rounding::HalfEven),
        [Value::Number(_), Value::Number(_), Value::String(mode)] => match Rounding::from_name(mode) {
            Some(mode) => round(&arguments[..2], mode),
            None => refuse(format!(
                "Illegal argument '{}' for rounding mode. Must be one of: UP, DOWN, CEILING, FLOOR, HALF_UP, \
                 HALF_DOWN, HALF_EVEN, UNNECESSARY",
                &**mode
            )),
        },
        _ => Err(Refusal::IllegalArguments),
    }
}

fn floor<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    round(arguments, Rounding::Floor)
}

fn ceiling<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    round(arguments, Rounding::Ceiling)
}

fn round_up<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    round(arguments, Rounding::Up)
}

fn round_down<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    round(arguments, Rounding::Down)
}

fn round_half_up<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    round(arguments, Rounding::HalfUp)
}

fn round_half_down<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    round(arguments, Rounding::HalfDown)
}

fn abs<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Number(number)] => Ok(Value::Number(number.absolute())),
        [Value::Temporal(Temporal::YearsMonths(duration))] => {
            let positive = if duration.total_months() < 0 { duration.negate() } else { *duration };
            Ok(Value::Temporal(Temporal::YearsMonths(positive)))
        }
        [Value::Temporal(Temporal::DaysTime(duration))] => {
            let positive = if *duration < DaysTimeDuration::ZERO { duration.negate() } else { *duration };
            Ok(Value::Temporal(Temporal::DaysTime(positive)))
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn modulo<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Number(_), Value::Number(divisor)] if divisor.is_zero() => refuse("Division by zero"),
        [Value::Number(dividend), Value::Number(divisor)] => Ok(Value::Number(dividend.modulo(divisor)?)),
        _ => Err(Refusal::IllegalArguments),
    }
}

/// A function on doubles; a result that is no number is refused.
fn by_double<'a>(arguments: &[Value<'a>], function: fn(f64) -> f64) -> Answer<'a> {
    let [Value::Number(number)] = arguments else { return Err(Refusal::IllegalArguments) };
    match Decimal::from_f64(function(number.to_f64())) {
        Some(result) => Ok(Value::Number(result)),
        None => refuse(format!("there is no result for '{number}'")),
    }
}

fn sqrt<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Number(number)] if number.is_negative() => Ok(Value::Null),
        _ => by_double(arguments, f64::sqrt),
    }
}

fn log<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    by_double(arguments, f64::ln)
}

fn exp<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    by_double(arguments, f64::exp)
}

fn odd<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::Number(number)] = arguments else { return Err(Refusal::IllegalArguments) };
    Ok(Value::Boolean(number.absolute().remainder(&Decimal::from(2))? == Decimal::ONE))
}

fn even<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::Number(number)] = arguments else { return Err(Refusal::IllegalArguments) };
    Ok(Value::Boolean(number.remainder(&Decimal::from(2))?.is_zero()))
}

fn random_number<'a>(run: &mut Run<'a, '_>, _: &[Value<'a>]) -> Answer<'a> {
    Ok(Decimal::from_f64(run.random.next_fraction()).map_or(Value::Null, Value::Number))
}
