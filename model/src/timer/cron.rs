//! Cron with six fields: second, minute, hour, day of month, month, day of week; and the macros `@yearly` ...
//! `@hourly`. Fields know `*`, `?`, lists, ranges, steps, names; the day fields also `L`, `L-n`, `nW`, `LW`,
//! `nL` (last such weekday) and `n#k` (k-th such weekday). If both day fields restrict, both must match.
//! Layout of a field: one bit for each value in a `u64`.

use super::civil::{DAY_MS, civil_from_days, days_from_civil, days_in_month};

/// A parsed cron expression, evaluated in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    seconds: u64,
    minutes: u64,
    hours: u64,
    months: u64,
    days_of_month: Vec<DayOfMonth>,
    days_of_week: Vec<DayOfWeek>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOfMonth {
    In(u64),
    Last { before: u32 },
    LastWeekday,
    WeekdayNearest(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOfWeek {
    In(u64),
    Nth { weekday: u32, nth: u32 },
    Last { weekday: u32 },
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// A date like 29 February on a given weekday comes at least every 28 (around a century 40) years.
const SEARCH_DAYS_MAX: i64 = 366 * 41;

impl Cron {
    /// Reads an expression; `None` when it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@yearly" | "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" | "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            other => other,
        };
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [seconds, minutes, hours, day_of_month, month, day_of_week] = fields[..] else { return None };
        let days_of_month = day_of_month.split(',').map(parse_day_of_month).collect::<Option<_>>()?;
        let days_of_week = day_of_week.split(',').map(parse_day_of_week).collect::<Option<_>>()?;
        Some(Self {
            seconds: parse_field(seconds, 0, 59, &[])?,
            minutes: parse_field(minutes, 0, 59, &[])?,
            hours: parse_field(hours, 0, 23, &[])?,
            months: parse_field(month, 1, 12, &MONTHS)?,
            days_of_month,
            days_of_week,
        })
    }

    /// First time after `from_epoch_ms` that matches, whole seconds. `None` when no date ever matches.
    pub fn next_after(&self, from_epoch_ms: i64) -> Option<i64> {
        let from = from_epoch_ms.checked_add(1_000)?.div_euclid(1_000);
        let first_day = from.div_euclid(DAY_MS / 1_000);
        let mut second_of_day = from.rem_euclid(DAY_MS / 1_000);
        for day in first_day..first_day.checked_add(SEARCH_DAYS_MAX)? {
            if self.matches_day(day)
                && let Some(second) = self.next_clock(second_of_day)
            {
                return day.checked_mul(DAY_MS)?.checked_add(second * 1_000);
            }
            second_of_day = 0;
        }
        None
    }

    /// First matching second of a day at or after `second_of_day`.
    fn next_clock(&self, second_of_day: i64) -> Option<i64> {
        let start_hour = (second_of_day / 3_600) as u32;
        for hour in (start_hour..24).filter(|h| self.hours >> h & 1 == 1) {
            let start_minute = if hour == start_hour { (second_of_day / 60 % 60) as u32 } else { 0 };
            for minute in (start_minute..60).filter(|m| self.minutes >> m & 1 == 1) {
                let same = hour == start_hour && i64::from(minute) == second_of_day / 60 % 60;
                let start_second = if same { (second_of_day % 60) as u32 } else { 0 };
                if let Some(second) = (start_second..60).find(|s| self.seconds >> s & 1 == 1) {
                    return Some(i64::from(hour * 3_600 + minute * 60 + second));
                }
            }
        }
        None
    }

    fn matches_day(&self, days: i64) -> bool {
        let (year, month, day) = civil_from_days(days);
        let length = days_in_month(year, month);
        let weekday = (days + 4).rem_euclid(7) as u32;
        self.months >> month & 1 == 1
            && self.days_of_month.iter().any(|rule| rule.matches(year, month, day, length))
            && self.days_of_week.iter().any(|rule| rule.matches(weekday, day, length))
    }
}

impl DayOfMonth {
    fn matches(self, year: i64, month: u32, day: u32, length: u32) -> bool {
        match self {
            Self::In(days) => days >> day & 1 == 1,
            Self::Last { before } => day + before == length,
            Self::LastWeekday => day == nearest_weekday(year, month, length, length),
            Self::WeekdayNearest(wanted) => {
                wanted <= length && day == nearest_weekday(year, month, wanted, length)
            }
        }
    }
}

impl DayOfWeek {
    fn matches(self, today: u32, day: u32, length: u32) -> bool {
        match self {
            Self::In(weekdays) => weekdays >> today & 1 == 1,
            Self::Nth { weekday, nth } => today == weekday && (day - 1) / 7 + 1 == nth,
            Self::Last { weekday } => today == weekday && day + 7 > length,
        }
    }
}

/// The working day (Monday to Friday) nearest to `day` within the month.
fn nearest_weekday(year: i64, month: u32, day: u32, length: u32) -> u32 {
    match (days_from_civil(year, month, day) + 4).rem_euclid(7) {
        6 if day == 1 => day + 2,
        6 => day - 1,
        0 if day == length => day - 2,
        0 => day + 1,
        _ => day,
    }
}

fn parse_day_of_month(part: &str) -> Option<DayOfMonth> {
    let upper = part.to_ascii_uppercase();
    match upper.as_str() {
        "?" => Some(DayOfMonth::In(u64::MAX)),
        "L" => Some(DayOfMonth::Last { before: 0 }),
        "LW" => Some(DayOfMonth::LastWeekday),
        text => {
            if let Some(before) = text.strip_prefix("L-") {
                return value(before, 1, 30, &[]).map(|before| DayOfMonth::Last { before });
            }
            if let Some(day) = text.strip_suffix('W') {
                return value(day, 1, 31, &[]).map(DayOfMonth::WeekdayNearest);
            }
            parse_field(text, 1, 31, &[]).map(DayOfMonth::In)
        }
    }
}

fn parse_day_of_week(part: &str) -> Option<DayOfWeek> {
    let upper = part.to_ascii_uppercase();
    let weekday = |text: &str| value(text, 0, 7, &WEEKDAYS).map(|d| d % 7);
    if upper == "?" {
        return Some(DayOfWeek::In(u64::MAX));
    }
    if let Some((day, nth)) = upper.split_once('#') {
        return Some(DayOfWeek::Nth { weekday: weekday(day)?, nth: value(nth, 1, 99, &[])? });
    }
    if let Some(day) = upper.strip_suffix('L') {
        return Some(DayOfWeek::Last { weekday: weekday(day)? });
    }
    let bits = parse_field(&upper, 0, 7, &WEEKDAYS)?;
    Some(DayOfWeek::In(bits | bits >> 7 & 1))
}

/// Reads a list of `*`, values, ranges and steps to bits.
fn parse_field(text: &str, low: u32, high: u32, names: &[&str]) -> Option<u64> {
    assert!(high < 64);
    let mut bits = 0u64;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(value(step, 1, 59, &[])?)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (low, if names.len() == 7 { 6 } else { high }),
            Some((first, last)) => (value(first, low, high, names)?, value(last, low, high, names)?),
            None => {
                let first = value(range, low, high, names)?;
                (first, if step.is_some() { high } else { first })
            }
        };
        if first > last {
            // Only weekdays wrap around: FRI-MON.
            if names.len() != 7 {
                return None;
            }
            for at in (first..=last + 7).step_by(step.unwrap_or(1) as usize) {
                bits |= 1 << (at % 7);
            }
            continue;
        }
        for at in (first..=last).step_by(step.unwrap_or(1) as usize) {
            bits |= 1 << at;
        }
    }
    Some(bits)
}

fn value(text: &str, low: u32, high: u32, names: &[&str]) -> Option<u32> {
    if let Some(at) = names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        return Some(at as u32 + if names.len() == 12 { 1 } else { 0 });
    }
    if text.is_empty() || text.len() > 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|v| (low..=high).contains(v))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timer::parse_date_time;

    fn check(cron: &str, from: &str, expected: &str) {
        let parsed = Cron::parse(cron).unwrap_or_else(|| panic!("{cron} parses"));
        let due = parsed.next_after(parse_date_time(from).unwrap());
        assert_eq!(due, parse_date_time(expected), "{cron} after {from}");
    }

    #[test]
    fn next_times() {
        check("0 0 9-17 * * MON-FRI", "2024-03-01T17:00:00Z", "2024-03-04T09:00:00Z");
        check("*/10 * * * * *", "2024-03-01T17:00:01Z", "2024-03-01T17:00:10Z");
        check("0 0 0 25 12 ?", "2024-03-01T17:00:01Z", "2024-12-25T00:00:00Z");
        check("0 0 0 L * *", "2024-02-01T00:00:00Z", "2024-02-29T00:00:00Z");
        check("0 0 0 L-3 * *", "2024-02-01T00:00:00Z", "2024-02-26T00:00:00Z");
        check("0 0 0 1W * *", "2024-05-30T00:00:00Z", "2024-06-03T00:00:00Z");
        check("0 0 0 LW * *", "2024-06-01T00:00:00Z", "2024-06-28T00:00:00Z");
        check("0 0 0 * * 5L", "2024-06-01T00:00:00Z", "2024-06-28T00:00:00Z");
        check("0 0 0 ? * MON#1", "2024-06-04T00:00:00Z", "2024-07-01T00:00:00Z");
        check("0 0 0 29 2 *", "2024-03-01T00:00:00Z", "2028-02-29T00:00:00Z");
        check("0 0 0 * * 7", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z");
        check("0 0 0 * * FRI-MON", "2024-06-04T00:00:00Z", "2024-06-07T00:00:00Z");
        check("@hourly", "2024-06-01T00:00:00Z", "2024-06-01T01:00:00Z");
        check("0 5/30 * * * *", "2024-06-01T00:06:00Z", "2024-06-01T00:35:00Z");
    }

    #[test]
    fn never_and_malformed() {
        assert_eq!(Cron::parse("0 0 0 31 2 *").unwrap().next_after(0), None);
        assert_eq!(Cron::parse("0 0 0 1 1 *").unwrap().next_after(i64::MAX), None);
        for text in ["", "* * * * *", "60 * * * * *", "* * 24 * * *", "* * * 0 * *", "a * * * * *", "@often"]
        {
            assert_eq!(Cron::parse(text), None, "{text}");
        }
    }
}
