//! Reading values from Rust.

use super::{Context, List, Value};
use crate::decimal::Decimal;
use crate::temporal::{DaysTimeDuration, Temporal, YearsMonthsDuration, Zone};
use std::fmt;

/// The type of a result as the engine names it in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultType {
    /// No value.
    Null,
    /// True or false.
    Boolean,
    /// A decimal number.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// A context.
    Object,
    /// A days-time duration.
    Duration,
    /// A years-months duration.
    Period,
    /// A date.
    Date,
    /// A date-time, local or zoned.
    DateTime,
    /// A time, range or function.
    Unknown,
}

impl fmt::Display for ResultType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ResultType::Null => "NULL",
            ResultType::Boolean => "BOOLEAN",
            ResultType::Number => "NUMBER",
            ResultType::String => "STRING",
            ResultType::Array => "ARRAY",
            ResultType::Object => "OBJECT",
            ResultType::Duration => "DURATION",
            ResultType::Period => "PERIOD",
            ResultType::Date => "DATE",
            ResultType::DateTime => "DATE_TIME",
            ResultType::Unknown => "UNKNOWN",
        })
    }
}

impl<'a> Value<'a> {
    /// The type as the engine names it.
    pub fn kind(&self) -> ResultType {
        match self {
            Value::Null => ResultType::Null,
            Value::Boolean(_) => ResultType::Boolean,
            Value::Number(_) => ResultType::Number,
            Value::String(_) => ResultType::String,
            Value::List(_) => ResultType::Array,
            Value::Context(_) => ResultType::Object,
            Value::Temporal(temporal) => match temporal {
                Temporal::Date(_) => ResultType::Date,
                Temporal::LocalDateTime(_) | Temporal::ZonedDateTime(_) => ResultType::DateTime,
                Temporal::DaysTime(_) => ResultType::Duration,
                Temporal::YearsMonths(_) => ResultType::Period,
                Temporal::LocalTime(_) | Temporal::ZonedTime(_) => ResultType::Unknown,
            },
            Value::Range(_) | Value::Function(_) => ResultType::Unknown,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// True or false.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number.
    pub fn as_decimal(&self) -> Option<&Decimal> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number without its fraction, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_decimal()?.to_i64()
    }

    /// The days-time duration.
    pub fn as_duration(&self) -> Option<DaysTimeDuration> {
        match self {
            Value::Temporal(Temporal::DaysTime(duration)) => Some(*duration),
            _ => None,
        }
    }

    /// The years-months duration.
    pub fn as_period(&self) -> Option<YearsMonthsDuration> {
        match self {
            Value::Temporal(Temporal::YearsMonths(duration)) => Some(*duration),
            _ => None,
        }
    }

    /// A date-time or date as milliseconds since 1970-01-01T00:00Z. A local one is read in `zone`.
    pub fn as_epoch_ms(&self, zone: Zone) -> Option<i64> {
        let Value::Temporal(temporal) = self else { return None };
        let zoned = match temporal {
            Temporal::ZonedDateTime(value) => *value,
            Temporal::LocalDateTime(value) => value.at_zone(zone)?,
            Temporal::Date(date) => {
                let time = crate::temporal::LocalTime::MIDNIGHT;
                crate::temporal::LocalDateTime { date: *date, time }.at_zone(zone)?
            }
            _ => return None,
        };
        Some(zoned.epoch_ms())
    }

    /// The list.
    pub fn as_list(&self) -> Option<&List<'a>> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The context.
    pub fn as_context(&self) -> Option<&Context<'a>> {
        match self {
            Value::Context(context) => Some(context),
            _ => None,
        }
    }
}
