//! Paths: entries of contexts, properties of temporal values, both mapped over lists.

use super::run::{Outcome, Run, shown};
use super::warning::WarningKind;
use crate::temporal::{Date, DaysTimeDuration, LocalTime, Temporal, Zone};
use crate::value::{Range, Value};

const DATE: &[&str] = &["year", "month", "day", "weekday"];
const TIME: &[&str] = &["timezone", "second", "time offset", "minute", "hour"];
const DATE_TIME: &[&str] =
    &["timezone", "year", "second", "month", "day", "time offset", "weekday", "minute", "hour"];
const DAYS_TIME: &[&str] = &["days", "hours", "minutes", "seconds"];
const YEARS_MONTHS: &[&str] = &["years", "months"];
const RANGE: &[&str] = &["start", "start included", "end", "end included"];

impl<'a> Run<'a, '_> {
    pub(super) fn path(&mut self, value: Value<'a>, key: &str) -> Outcome<'a> {
        match &value {
            Value::Context(context) => Ok(match context.get(key) {
                Some(entry) => entry,
                None => self.no_entry(&value, key),
            }),
            Value::List(list) => {
                let items = list.items();
                self.spend_items(items.len())?;
                self.depth += 1;
                let mapped: Result<Vec<_>, _> = if self.depth > crate::limits::EVALUATION_DEPTH_MAX {
                    Ok(vec![Value::Null; items.len()])
                } else {
                    items.iter().map(|item| self.path(item.clone(), key)).collect()
                };
                self.depth -= 1;
                Ok(Value::list(mapped?))
            }
            Value::Null => Ok(self.no_entry(&value, key)),
            other => Ok(match property(other, key) {
                Some(property) => property,
                None => self.no_property(&value, key),
            }),
        }
    }

    fn no_entry(&mut self, value: &Value<'a>, key: &str) -> Value<'a> {
        let detail = match value {
            Value::Context(context) if context.is_empty() && context.encoded().is_none() => {
                "The context is empty".to_string()
            }
            Value::Context(context) => {
                let entries = context.entries();
                let keys: Vec<String> =
                    entries.iter().take(100).map(|(key, _)| format!("'{}'", &**key)).collect();
                format!("Available keys: {}", keys.join(", "))
            }
            _ => "The context is null".to_string(),
        };
        let message = format!("No context entry found with key '{key}'. {detail}");
        self.warn(WarningKind::NoContextEntryFound, message);
        Value::Null
    }

    fn no_property(&mut self, value: &Value<'a>, key: &str) -> Value<'a> {
        let names: Vec<String> = property_names(value).iter().map(|name| format!("'{name}'")).collect();
        let message = format!(
            "No property found with name '{key}' of value '{}'. Available properties: {}",
            shown(value),
            names.join(", ")
        );
        self.warn(WarningKind::NoPropertyFound, message);
        Value::Null
    }
}

fn property_names(value: &Value<'_>) -> &'static [&'static str] {
    match value {
        Value::Temporal(Temporal::Date(_)) => DATE,
        Value::Temporal(Temporal::LocalTime(_) | Temporal::ZonedTime(_)) => TIME,
        Value::Temporal(Temporal::LocalDateTime(_) | Temporal::ZonedDateTime(_)) => DATE_TIME,
        Value::Temporal(Temporal::DaysTime(_)) => DAYS_TIME,
        Value::Temporal(Temporal::YearsMonths(_)) => YEARS_MONTHS,
        Value::Range(_) => RANGE,
        _ => &[],
    }
}

fn property<'a>(value: &Value<'a>, key: &str) -> Option<Value<'a>> {
    match value {
        Value::Temporal(temporal) => temporal_property(*temporal, key),
        Value::Range(range) => range_property(range, key),
        _ => None,
    }
}

fn range_property<'a>(range: &Range<'a>, key: &str) -> Option<Value<'a>> {
    Some(match key {
        "start" => range.start.clone(),
        "end" => range.end.clone(),
        "start included" => Value::Boolean(range.start_closed),
        "end included" => Value::Boolean(range.end_closed),
        _ => return None,
    })
}

fn temporal_property<'a>(temporal: Temporal, key: &str) -> Option<Value<'a>> {
    match temporal {
        Temporal::Date(date) => date_property(date, key),
        Temporal::LocalTime(time) => time_property(time, key).or_else(|| local_property(key)),
        Temporal::LocalDateTime(local) => date_property(local.date, key)
            .or_else(|| time_property(local.time, key))
            .or_else(|| local_property(key)),
        Temporal::ZonedTime(time) => time_property(time.time, key).or_else(|| {
            let zone = time.region.map_or(Zone::Offset(time.offset), Zone::Region);
            offset_property(time.offset, zone, key)
        }),
        Temporal::ZonedDateTime(zoned) => date_property(zoned.local.date, key)
            .or_else(|| time_property(zoned.local.time, key))
            .or_else(|| offset_property(zoned.offset, zoned.zone(), key)),
        Temporal::DaysTime(duration) => Some(Value::number(match key {
            "days" => duration.days(),
            "hours" => duration.hours_part(),
            "minutes" => duration.minutes_part(),
            "seconds" => duration.seconds_part(),
            _ => return None,
        })),
        Temporal::YearsMonths(duration) => Some(Value::number(match key {
            "years" => duration.years(),
            "months" => duration.months_part(),
            _ => return None,
        })),
    }
}

fn date_property<'a>(date: Date, key: &str) -> Option<Value<'a>> {
    Some(Value::number(match key {
        "year" => i64::from(date.year),
        "month" => i64::from(date.month),
        "day" => i64::from(date.day),
        "weekday" => date.weekday(),
        _ => return None,
    }))
}

fn time_property<'a>(time: LocalTime, key: &str) -> Option<Value<'a>> {
    Some(Value::number(match key {
        "hour" => time.hour(),
        "minute" => time.minute(),
        "second" => time.second(),
        _ => return None,
    }))
}

fn local_property<'a>(key: &str) -> Option<Value<'a>> {
    matches!(key, "time offset" | "timezone").then_some(Value::Null)
}

fn offset_property<'a>(offset: i32, zone: Zone, key: &str) -> Option<Value<'a>> {
    match (key, zone) {
        ("time offset", _) => {
            let duration = DaysTimeDuration::from_seconds(i64::from(offset));
            Some(Value::Temporal(Temporal::DaysTime(duration)))
        }
        ("timezone", Zone::Region(region)) => Some(Value::string(region.name())),
        ("timezone", Zone::Offset(_)) => Some(Value::Null),
        _ => None,
    }
}
