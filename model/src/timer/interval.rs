//! ISO 8601 durations with calendar units: `P1Y2M3W4DT5H6M7.8S`, every unit with its own sign, and one for
//! all.

use super::civil::{DAY_MS, YEAR_MAX, civil_from_days, days_from_civil, days_in_month};
use super::date_time::fraction_ms;

/// A span of time. Months and days are calendar units, added before the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Years and months, in months.
    pub months: i64,
    /// Weeks and days, in days.
    pub days: i64,
    /// Hours, minutes and seconds, in milliseconds.
    pub milliseconds: i64,
}

impl Interval {
    /// Reads a duration; `None` when it is malformed or too large.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = sign(text);
        let rest = rest.strip_prefix('P')?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let mut interval = Self::default();
        read_units(date, "YMWD", |unit, value, fraction| {
            let value = fraction.is_none().then_some(value)?.checked_mul(sign)?;
            let (slot, factor) = match unit {
                'Y' => (&mut interval.months, 12),
                'M' => (&mut interval.months, 1),
                'W' => (&mut interval.days, 7),
                _ => (&mut interval.days, 1),
            };
            *slot = slot.checked_add(value.checked_mul(factor)?)?;
            Some(())
        })?;
        read_units(time, "HMS", |unit, value, fraction| {
            let factor = match unit {
                'H' => 3_600_000,
                'M' => 60_000,
                _ => 1_000,
            };
            if fraction.is_some() && unit != 'S' {
                return None;
            }
            let value = value.checked_mul(factor)?.checked_add(fraction.unwrap_or(0))?.checked_mul(sign)?;
            interval.milliseconds = interval.milliseconds.checked_add(value)?;
            Some(())
        })?;
        Some(interval)
    }

    /// `from_epoch_ms` plus this interval: months first (the day is cut to the month's last), then days, then
    /// the rest. `None` when the result cannot be counted.
    pub fn add_to(&self, from_epoch_ms: i64) -> Option<i64> {
        let mut days = from_epoch_ms.div_euclid(DAY_MS);
        let clock = from_epoch_ms.rem_euclid(DAY_MS);
        if self.months != 0 {
            let (year, month, day) = civil_from_days(days);
            let months = year.checked_mul(12)?.checked_add(i64::from(month) - 1)?.checked_add(self.months)?;
            let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
            if year.abs() > YEAR_MAX {
                return None;
            }
            days = days_from_civil(year, month, day.min(days_in_month(year, month)));
        }
        let days = days.checked_add(self.days)?;
        days.checked_mul(DAY_MS)?.checked_add(clock)?.checked_add(self.milliseconds)
    }

    /// Whether adding it leaves the time where it was.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

fn sign(text: &str) -> (i64, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    }
}

/// Reads `number unit` pairs whose units come in the order of `units`, each at most once.
fn read_units(
    text: &str,
    units: &str,
    mut unit_found: impl FnMut(char, i64, Option<i64>) -> Option<()>,
) -> Option<()> {
    let mut units = units.chars();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, tail) = rest.split_at(end);
        let unit = tail.chars().next()?;
        if !units.any(|u| u == unit) {
            return None;
        }
        let (sign, digits) = sign(number);
        let (whole, fraction) = match digits.split_once(['.', ',']) {
            Some((whole, fraction)) => (whole, Some(fraction_ms(fraction)? * sign)),
            None => (digits, None),
        };
        if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        unit_found(unit, whole.parse::<i64>().ok()?.checked_mul(sign)?, fraction)?;
        rest = &tail[1..];
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, months: i64, days: i64, milliseconds: i64) {
        assert_eq!(Interval::parse(text), Some(Interval { months, days, milliseconds }), "{text}");
    }

    #[test]
    fn durations() {
        check("PT1H", 0, 0, 3_600_000);
        check("PT0S", 0, 0, 0);
        check("PT0.1S", 0, 0, 100);
        check("-PT-5S", 0, 0, 5_000);
        check("PT-1.5S", 0, 0, -1_500);
        check("P1Y2M3W4DT5H6M7.008S", 14, 25, 18_367_008);
        check("P-1D", 0, -1, 0);
    }

    #[test]
    fn malformed() {
        for text in [
            "",
            "P",
            "PT",
            "P1H",
            "PT1",
            "1H",
            "PT1S1H",
            "PT1.5H",
            "P1.5D",
            "pt1s",
            "PT99999999999999999999S",
            "Pé",
        ] {
            assert_eq!(Interval::parse(text), None, "{text}");
        }
    }

    #[test]
    fn calendar_units_know_the_month() {
        let january_31 = 1_706_659_200_000; // 2024-01-31T00:00Z
        let february_29 = 1_709_164_800_000;
        assert_eq!(Interval::parse("P1M").unwrap().add_to(january_31), Some(february_29));
        assert_eq!(Interval::parse("P9999999999999Y").and_then(|i| i.add_to(0)), None);
        assert_eq!(Interval::parse("PT1S").unwrap().add_to(i64::MAX), None);
    }
}
