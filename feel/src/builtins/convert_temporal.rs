//! `date`, `time`, `date and time`, `duration`, `years and months duration`.

use super::{Answer, Refusal, Table, fixed, refuse};
use crate::decimal::Decimal;
use crate::eval::Run;
use crate::temporal::{
    Date, LocalDateTime, LocalTime, Temporal, YearsMonthsDuration, Zone, ZonedDateTime, ZonedTime,
    parse_date, parse_days_time, parse_local_date_time, parse_local_time, parse_years_months,
    parse_zoned_date_time, parse_zoned_time,
};
use crate::value::Value;

pub(super) const TABLE: Table = &[
    ("date", &[fixed(&["from"], date), fixed(&["year", "month", "day"], date_of_parts)]),
    (
        "date and time",
        &[
            fixed(&["from"], date_and_time),
            fixed(&["date", "time"], combine),
            fixed(&["date", "timezone"], combine),
        ],
    ),
    (
        "time",
        &[
            fixed(&["from"], time),
            fixed(&["hour", "minute", "second"], time_of_parts),
            fixed(&["hour", "minute", "second", "offset"], time_of_parts),
        ],
    ),
    ("duration", &[fixed(&["from"], duration)]),
    ("years and months duration", &[fixed(&["from", "to"], months_between)]),
];

fn temporal<'a>(value: Option<Temporal>, problem: impl FnOnce() -> String) -> Answer<'a> {
    value.map(Value::Temporal).ok_or_else(|| Refusal::Message(problem()))
}

fn date<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::String(from)] => temporal(parse_date(from).map(Temporal::Date), || {
            format!("Failed to parse date from '{}'", &**from)
        }),
        [Value::Temporal(from)] => match date_of(*from) {
            Some(date) => Ok(Value::Temporal(Temporal::Date(date))),
            None => Err(Refusal::IllegalArguments),
        },
        _ => Err(Refusal::IllegalArguments),
    }
}

/// The date of a date or date-time.
pub(super) fn date_of(value: Temporal) -> Option<Date> {
    match value {
        Temporal::Date(date) => Some(date),
        Temporal::LocalDateTime(local) => Some(local.date),
        Temporal::ZonedDateTime(zoned) => Some(zoned.local.date),
        _ => None,
    }
}

fn date_of_parts<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::Number(year), Value::Number(month), Value::Number(day)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    let part = |number: &Decimal| i64::from(number.to_i32_wrapping());
    let date = Date::new(part(year), part(month), part(day)).map(Temporal::Date);
    temporal(date, || format!("Failed to parse date from: year={year}, month={month}, day={day}"))
}

fn date_and_time<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let from = match arguments {
        [Value::String(from)] => from,
        [Value::Temporal(value @ (Temporal::LocalDateTime(_) | Temporal::ZonedDateTime(_)))] => {
            return Ok(Value::Temporal(*value));
        }
        _ => return Err(Refusal::IllegalArguments),
    };
    if let Some(date) = parse_date(from) {
        return Ok(Value::Temporal(Temporal::LocalDateTime(LocalDateTime {
            date,
            time: LocalTime::MIDNIGHT,
        })));
    }
    let value = parse_zoned_date_time(from)
        .map(Temporal::ZonedDateTime)
        .or_else(|| parse_local_date_time(from).map(Temporal::LocalDateTime));
    temporal(value, || format!("Failed to parse {} from '{}'", date_time_kind(from), &**from))
}

/// What a text that cannot be read was meant to be, judged by its shape.
fn date_time_kind(text: &str) -> &'static str {
    let Some((date, time)) = text.split_once('T') else { return "date-time" };
    let shaped = |text: &str, marks: &str| text.chars().all(|c| c.is_ascii_digit() || marks.contains(c));
    if shaped(date, "-") && shaped(time, ":.") && !time.is_empty() { "local-date-time" } else { "date-time" }
}

fn combine<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Temporal(date), Value::Temporal(time)] => {
            let Some(date) = date_of(*date) else { return Err(Refusal::IllegalArguments) };
            match time {
                Temporal::LocalTime(time) => {
                    Ok(Value::Temporal(Temporal::LocalDateTime(LocalDateTime { date, time: *time })))
                }
                Temporal::ZonedTime(time) => {
                    temporal(time.at_date(date).map(Temporal::ZonedDateTime), out_of_range)
                }
                _ => Err(Refusal::IllegalArguments),
            }
        }
        [Value::Temporal(value), Value::String(zone)] => {
            let Some(zone) = Zone::parse(zone) else {
                return refuse(format!("Unknown time zone '{}'", &**zone));
            };
            let zoned = match value {
                Temporal::LocalDateTime(local) => local.at_zone(zone),
                Temporal::ZonedDateTime(zoned) => ZonedDateTime::from_instant(zoned.instant_nanos(), zone),
                _ => return Err(Refusal::IllegalArguments),
            };
            temporal(zoned.map(Temporal::ZonedDateTime), out_of_range)
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn out_of_range() -> String {
    "the result is out of range".to_string()
}

fn time<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::String(from)] => {
            let value = parse_zoned_time(from)
                .map(Temporal::ZonedTime)
                .or_else(|| parse_local_time(from).map(Temporal::LocalTime));
            temporal(value, || format!("Failed to parse local-time from '{}'", &**from))
        }
        [Value::Temporal(from)] => Ok(Value::Temporal(match *from {
            Temporal::LocalDateTime(local) => Temporal::LocalTime(local.time),
            Temporal::ZonedDateTime(zoned) => Temporal::ZonedTime(zoned.to_time()),
            Temporal::Date(_) => {
                Temporal::ZonedTime(ZonedTime { time: LocalTime::MIDNIGHT, offset: 0, region: None })
            }
            time @ (Temporal::LocalTime(_) | Temporal::ZonedTime(_)) => time,
            _ => return Err(Refusal::IllegalArguments),
        })),
        _ => Err(Refusal::IllegalArguments),
    }
}

fn time_of_parts<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (hour, minute, second, offset) = match arguments {
        [Value::Number(hour), Value::Number(minute), Value::Number(second)]
        | [Value::Number(hour), Value::Number(minute), Value::Number(second), Value::Null] => {
            (hour, minute, second, None)
        }
        [
            Value::Number(hour),
            Value::Number(minute),
            Value::Number(second),
            Value::Temporal(Temporal::DaysTime(offset)),
        ] => (hour, minute, second, Some(*offset)),
        _ => return Err(Refusal::IllegalArguments),
    };
    let part = |number: &Decimal| i64::from(number.to_i32_wrapping());
    let local = LocalTime::new(part(hour), part(minute), part(second), nanos_of(second));
    let value = match offset {
        None => local.map(Temporal::LocalTime),
        Some(offset) => local.and_then(|time| {
            let seconds = i32::try_from(offset.seconds()).ok().filter(|s| s.abs() <= 18 * 3600)?;
            Some(Temporal::ZonedTime(ZonedTime { time, offset: seconds, region: None }))
        }),
    };
    temporal(value, || {
        let kind = if offset.is_some() { "time" } else { "local-time" };
        format!("Failed to parse {kind} from: hour={hour}, minute={minute}, second={second}")
    })
}

/// The fraction of the seconds in nanoseconds.
fn nanos_of(second: &Decimal) -> i64 {
    let fraction = second.remainder(&Decimal::ONE).unwrap_or(Decimal::ZERO);
    let nanos = fraction.multiply(&Decimal::from(crate::temporal::NANOS_PER_SECOND));
    nanos.ok().and_then(|nanos| nanos.to_i64()).unwrap_or(0)
}

fn duration<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::String(from)] => {
            let value = parse_years_months(from)
                .map(Temporal::YearsMonths)
                .or_else(|| parse_days_time(from).map(Temporal::DaysTime));
            temporal(value, || format!("Failed to parse duration from '{}'", &**from))
        }
        [Value::Temporal(value @ (Temporal::DaysTime(_) | Temporal::YearsMonths(_)))] => {
            Ok(Value::Temporal(*value))
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn months_between<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::Temporal(from), Value::Temporal(to)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    let (Some(from), Some(to)) = (date_of(*from), date_of(*to)) else {
        return Err(Refusal::IllegalArguments);
    };
    let months = YearsMonthsDuration::from_months(from.months_until(to));
    temporal(months.map(Temporal::YearsMonths), out_of_range)
}
