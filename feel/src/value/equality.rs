//! Equality and order.

use super::{Context, List, Value};
use crate::limits::DOCUMENT_DEPTH_MAX;
use crate::temporal::Temporal;
use std::cmp::Ordering;

/// The answer of `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Equality {
    Equal,
    Different,
    /// The types differ.
    Incomparable,
}

impl From<bool> for Equality {
    fn from(equal: bool) -> Equality {
        if equal { Equality::Equal } else { Equality::Different }
    }
}

impl<'a> Value<'a> {
    /// The answer of `=`. Null equals only null; values of different types do not compare, but
    /// inside lists and contexts they merely differ. Date-times are equal if the offset is, too.
    pub(crate) fn equality(&self, other: &Value<'a>) -> Equality {
        equality(self, other, 0)
    }

    /// Whether `=` says true.
    pub fn equals(&self, other: &Value<'a>) -> bool {
        self.equality(other) == Equality::Equal
    }
}

fn equality<'a>(left: &Value<'a>, right: &Value<'a>, depth: u32) -> Equality {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => other.is_null().into(),
        (Value::Number(left), Value::Number(right)) => (left == right).into(),
        (Value::String(left), Value::String(right)) => (**left == **right).into(),
        (Value::Boolean(left), Value::Boolean(right)) => (left == right).into(),
        (Value::Temporal(left), Value::Temporal(right)) if same_kind(left, right) => (left == right).into(),
        (Value::List(left), Value::List(right)) => lists_equal(left, right, depth).into(),
        (Value::Context(left), Value::Context(right)) => contexts_equal(left, right, depth).into(),
        (Value::Range(left), Value::Range(right)) => {
            let same = left.start_closed == right.start_closed
                && left.end_closed == right.end_closed
                && equality(&left.start, &right.start, depth) == Equality::Equal
                && equality(&left.end, &right.end, depth) == Equality::Equal;
            same.into()
        }
        _ => Equality::Incomparable,
    }
}

fn lists_equal<'a>(left: &List<'a>, right: &List<'a>, depth: u32) -> bool {
    if left.len() != right.len() || depth > DOCUMENT_DEPTH_MAX {
        return false;
    }
    let (left, right) = (left.items(), right.items());
    left.iter().zip(right.iter()).all(|(x, y)| equality(x, y, depth + 1) == Equality::Equal)
}

fn contexts_equal<'a>(left: &Context<'a>, right: &Context<'a>, depth: u32) -> bool {
    if left.len() != right.len() || depth > DOCUMENT_DEPTH_MAX {
        return false;
    }
    let same = |key: &str, value: &Value<'a>| {
        right.get(key).is_some_and(|other| equality(value, &other, depth + 1) == Equality::Equal)
    };
    left.entries().iter().all(|(key, value)| same(key, value))
}

fn same_kind(left: &Temporal, right: &Temporal) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

/// Whether the value has a place in an order: numbers, strings, temporal values.
pub(crate) fn comparable(value: &Value<'_>) -> bool {
    matches!(value, Value::Number(_) | Value::String(_) | Value::Temporal(_))
}

/// The order of two values of one comparable type.
pub(crate) fn compare(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => Some(compare_text(left, right)),
        (Value::Temporal(left), Value::Temporal(right)) => compare_temporal(*left, *right),
        _ => None,
    }
}

/// Order by UTF-16 code units, which differs from that of UTF-8 only beyond the basic plane.
fn compare_text(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}

fn compare_temporal(left: Temporal, right: Temporal) -> Option<Ordering> {
    Some(match (left, right) {
        (Temporal::Date(left), Temporal::Date(right)) => left.cmp(&right),
        (Temporal::LocalTime(left), Temporal::LocalTime(right)) => left.cmp(&right),
        (Temporal::ZonedTime(left), Temporal::ZonedTime(right)) => {
            left.instant_nanos().cmp(&right.instant_nanos())
        }
        (Temporal::LocalDateTime(left), Temporal::LocalDateTime(right)) => left.cmp(&right),
        (Temporal::ZonedDateTime(left), Temporal::ZonedDateTime(right)) => left.compare_instant(right),
        (Temporal::DaysTime(left), Temporal::DaysTime(right)) => left.cmp(&right),
        (Temporal::YearsMonths(left), Temporal::YearsMonths(right)) => left.cmp(&right),
        _ => return None,
    })
}
