//! The clock, and questions about dates.

use super::convert_temporal::date_of;
use super::{Answer, Refusal, Table, fixed, refuse};
use crate::eval::Run;
use crate::temporal::{Date, Temporal, ZonedDateTime};
use crate::value::Value;

pub(super) const TABLE: Table = &[
    ("now", &[fixed(&[], now)]),
    ("today", &[fixed(&[], today)]),
    ("day of year", &[fixed(&["date"], day_of_year)]),
    ("day of week", &[fixed(&["date"], day_of_week)]),
    ("month of year", &[fixed(&["date"], month_of_year)]),
    ("week of year", &[fixed(&["date"], week_of_year)]),
    ("last day of month", &[fixed(&["date"], last_day_of_month)]),
];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn current(run: &Run<'_, '_>) -> Option<ZonedDateTime> {
    ZonedDateTime::from_instant(i128::from(run.environment.now_ms) * 1_000_000, run.environment.zone)
}

fn now<'a>(run: &mut Run<'a, '_>, _: &[Value<'a>]) -> Answer<'a> {
    match current(run) {
        Some(now) => Ok(Value::Temporal(Temporal::ZonedDateTime(now))),
        None => refuse("the clock is out of range"),
    }
}

fn today<'a>(run: &mut Run<'a, '_>, _: &[Value<'a>]) -> Answer<'a> {
    match current(run) {
        Some(now) => Ok(Value::Temporal(Temporal::Date(now.local.date))),
        None => refuse("the clock is out of range"),
    }
}

fn with_date<'a>(arguments: &[Value<'a>], function: fn(Date) -> Value<'a>) -> Answer<'a> {
    match arguments {
        [Value::Temporal(value)] => date_of(*value).map(function).ok_or(Refusal::IllegalArguments),
        _ => Err(Refusal::IllegalArguments),
    }
}

fn day_of_year<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    with_date(arguments, |date| Value::number(date.day_of_year()))
}

fn day_of_week<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    with_date(arguments, |date| Value::string(WEEKDAYS[date.weekday() as usize - 1]))
}

fn month_of_year<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    with_date(arguments, |date| Value::string(MONTHS[usize::from(date.month) - 1]))
}

fn week_of_year<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    with_date(arguments, |date| Value::number(date.week_of_year()))
}

fn last_day_of_month<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    with_date(arguments, |date| Value::Temporal(Temporal::Date(date.last_of_month())))
}
