//! Arithmetic on numbers, and strings joined by `+`.

use super::run::{Outcome, Run, or_null, shown};
use super::temporal_arithmetic as temporal;
use super::warning::WarningKind;
use crate::decimal::{Decimal, DecimalOverflow};
use crate::limits::STRING_BYTES_MAX;
use crate::syntax::NodeId;
use crate::value::Value;

impl<'a> Run<'a, '_> {
    pub(super) fn add(&mut self, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        let sum = match (&left, &right) {
            (Value::Number(x), Value::Number(y)) => number(x.add(y)),
            (Value::String(x), Value::String(y)) if x.len() + y.len() <= STRING_BYTES_MAX => {
                let steps = (x.len() + y.len()) as u64 / 64;
                match self.spend(steps) {
                    Ok(()) => Some(Value::string([&**x, &**y].concat())),
                    Err(_) => None,
                }
            }
            (Value::Temporal(x), Value::Temporal(y)) => temporal::add(*x, *y).map(Value::Temporal),
            _ => None,
        };
        self.or_invalid(sum, || format!("Can't add '{}' to '{}'", shown(&right), shown(&left)))
    }

    pub(super) fn subtract(&mut self, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        let difference = match (&left, &right) {
            (Value::Number(x), Value::Number(y)) => number(x.subtract(y)),
            (Value::Temporal(x), Value::Temporal(y)) => temporal::subtract(*x, *y).map(Value::Temporal),
            _ => None,
        };
        self.or_invalid(difference, || format!("Can't subtract '{}' from '{}'", shown(&right), shown(&left)))
    }

    pub(super) fn multiply(&mut self, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        let product = match (&left, &right) {
            (Value::Number(x), Value::Number(y)) => number(x.multiply(y)),
            (Value::Number(x), Value::Temporal(y)) | (Value::Temporal(y), Value::Number(x)) => {
                temporal::multiply(*y, x).map(Value::Temporal)
            }
            _ => None,
        };
        self.or_invalid(product, || format!("Can't multiply '{}' by '{}'", shown(&left), shown(&right)))
    }

    pub(super) fn divide(&mut self, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        let quotient = match (&left, &right) {
            (Value::Number(x), Value::Number(y)) => number(x.divide(y)),
            (Value::Temporal(x), Value::Number(y)) => temporal::divide(*x, y).map(Value::Temporal),
            (Value::Temporal(x), Value::Temporal(y)) => temporal::ratio(*x, *y).map(Value::Number),
            _ => None,
        };
        self.or_invalid(quotient, || format!("Can't divide '{}' by '{}'", shown(&left), shown(&right)))
    }

    pub(super) fn power(&mut self, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        let (Value::Number(x), Value::Number(y)) = (&left, &right) else {
            let wrong = if matches!(left, Value::Number(_)) { &right } else { &left };
            self.warn(WarningKind::InvalidType, format!("Expected number but found '{}'", shown(wrong)));
            return Value::Null;
        };
        let result = if y.is_whole() {
            y.to_i64().and_then(|n| i32::try_from(n).ok()).and_then(|n| x.power(n).ok())
        } else {
            Decimal::from_f64(x.to_f64().powf(y.to_f64()))
        };
        self.or_invalid(result.map(Value::Number), || {
            format!("Can't raise '{}' to the power of '{}'", shown(&left), shown(&right))
        })
    }

    pub(super) fn negate(&mut self, value: NodeId) -> Outcome<'a> {
        let value = or_null(self.eval(value))?;
        if let Value::Number(number) = &value {
            return Ok(Value::Number(number.negate()));
        }
        self.warn(WarningKind::InvalidType, format!("Expected number but found '{}'", shown(&value)));
        Ok(Value::Null)
    }

    fn or_invalid(&mut self, value: Option<Value<'a>>, message: impl FnOnce() -> String) -> Value<'a> {
        value.unwrap_or_else(|| {
            self.warn(WarningKind::InvalidType, message());
            Value::Null
        })
    }
}

fn number<'a>(result: Result<Decimal, DecimalOverflow>) -> Option<Value<'a>> {
    result.ok().map(Value::Number)
}
