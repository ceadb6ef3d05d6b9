//! ISO 8601 date-time with offset, and optionally a zone id: `2023-03-02T15:35:10.5+02:00[Europe/Berlin]`.
//! The offset decides; a zone id only has to exist.

use super::civil::{DAY_MS, YEAR_MAX, days_from_civil, days_in_month};
use tidemill_feel::Zone;

/// Reads a date-time to epoch milliseconds (finer fractions are cut off). `None` when it is malformed.
pub fn parse_date_time(text: &str) -> Option<i64> {
    let text = match text.split_once('[') {
        Some((before, zone)) => {
            let zone = zone.strip_suffix(']')?;
            Zone::parse(zone)?;
            before
        }
        None => text,
    };
    let (date, time) = text.split_once(['T', 't'])?;
    let date_ms = date_days(date)?.checked_mul(DAY_MS)?;
    let (clock, offset_ms) = split_offset(time)?;
    date_ms.checked_add(clock_ms(clock)?)?.checked_sub(offset_ms)
}

fn date_days(date: &str) -> Option<i64> {
    let (sign, rest) = match date.as_bytes().first()? {
        b'-' => (-1, &date[1..]),
        b'+' => (1, &date[1..]),
        _ => (1, date),
    };
    let mut parts = rest.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !(4..=9).contains(&year.len()) {
        return None;
    }
    let year = sign * i64::from(number(year, year.len())?);
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    if year.abs() > YEAR_MAX || !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day)
    {
        return None;
    }
    Some(days_from_civil(year, month, day))
}

/// `hh:mm[:ss[.fraction]]` to milliseconds of the day.
fn clock_ms(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let (second, millisecond) = match parts.next() {
        None => (0, 0),
        Some(text) => match text.split_once('.') {
            None => (number(text, 2)?, 0),
            Some((second, fraction)) => (number(second, 2)?, fraction_ms(fraction)?),
        },
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some((i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)) * 1_000 + millisecond)
}

/// A decimal fraction of a second to whole milliseconds; at most nine digits.
pub(super) fn fraction_ms(fraction: &str) -> Option<i64> {
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().map(|b| i64::from(b - b'0')).chain(std::iter::repeat(0)).take(3);
    Some(digits.fold(0, |sum, digit| sum * 10 + digit))
}

/// Splits `15:35+02:00` into the clock and the offset in milliseconds.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let sign = if time.as_bytes()[at] == b'-' { -1 } else { 1 };
    let offset = &time[at + 1..];
    let mut seconds = 0;
    let mut unit = 3_600;
    let parts: Vec<&str> = offset.split(':').collect();
    if parts.is_empty() || parts.len() > 3 {
        return None;
    }
    for (position, part) in parts.iter().enumerate() {
        let value = number(part, 2)?;
        if value > if position == 0 { 18 } else { 59 } {
            return None;
        }
        seconds += i64::from(value) * unit;
        unit /= 60;
    }
    if seconds > 18 * 3_600 { None } else { Some((&time[..at], sign * seconds * 1_000)) }
}

fn number(text: &str, width: usize) -> Option<u32> {
    if text.len() != width || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(parse_date_time(text), expected, "{text}");
    }

    #[test]
    fn date_times() {
        check("1970-01-01T00:00:00Z", Some(0));
        check("1970-01-01T01:00+01:00", Some(0));
        check("2023-03-02T15:35+02:00", Some(1_677_764_100_000));
        check("2019-10-02T08:09:40+02:00[Europe/Berlin]", Some(1_569_996_580_000));
        check("1970-01-01T00:00:00.123456Z", Some(123));
        check("2024-02-29T00:00:00Z", Some(1_709_164_800_000));
    }

    #[test]
    fn malformed() {
        for text in [
            "",
            "12345",
            "2023-03-02",
            "2023-03-02T15:35",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-03-02T24:00:00Z",
            "2023-03-02T15:35+19:00",
            "2023-03-02T15:35Z[",
            "2023-03-02T15:35Z[]",
            "2023-03-02T15:35Z[Foo/Bar]",
            "T",
            "é",
        ] {
            check(text, None);
        }
    }
}
