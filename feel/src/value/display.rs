//! Values as text: the answer of `string()` and the form in warnings.

use super::Value;
use crate::limits::DOCUMENT_DEPTH_MAX;
use std::fmt::{self, Display, Formatter};

/// As `string()` shows it: a string as it is, strings inside of structures in quotes.
impl Display for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::String(text) => f.write_str(text),
            other => Inner(other, 0).fmt(f),
        }
    }
}

/// The form inside of structures and warnings, at a depth.
pub(crate) struct Inner<'v, 'a>(pub &'v Value<'a>, pub u32);

impl Display for Inner<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Inner(value, depth) = *self;
        if depth > DOCUMENT_DEPTH_MAX {
            return f.write_str("…");
        }
        match value {
            Value::Null => f.write_str("null"),
            Value::Boolean(value) => value.fmt(f),
            Value::Number(value) => value.fmt(f),
            Value::String(text) => write!(f, "\"{}\"", &**text),
            Value::Temporal(value) => value.fmt(f),
            Value::List(list) => {
                f.write_str("[")?;
                for (index, item) in list.items().iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    Inner(item, depth + 1).fmt(f)?;
                }
                f.write_str("]")
            }
            Value::Context(context) => {
                f.write_str("{")?;
                for (index, (key, value)) in context.entries().iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write!(f, "{}:{}", &**key, Inner(value, depth + 1))?;
                }
                f.write_str("}")
            }
            Value::Range(range) => {
                f.write_str(if range.start_closed { "[" } else { "(" })?;
                write!(f, "{}..{}", Inner(&range.start, depth + 1), Inner(&range.end, depth + 1))?;
                f.write_str(if range.end_closed { "]" } else { ")" })
            }
            Value::Function(function) => function.fmt(f),
        }
    }
}
