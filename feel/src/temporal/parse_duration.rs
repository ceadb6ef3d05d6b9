//! Reading durations: `[-]P[nY][nM]` or `[-]P[nD][T[nH][nM][n[.n]S]]`, each part with its own sign.

use super::{DaysTimeDuration, NANOS_PER_SECOND, YearsMonthsDuration};

/// Reads a years-months duration, such as `P1Y2M`.
pub fn parse_years_months(text: &str) -> Option<YearsMonthsDuration> {
    let (negative, mut rest) = start(text)?;
    let years = part(&mut rest, 'Y')?;
    let months = part(&mut rest, 'M')?;
    if !rest.is_empty() || (years.is_none() && months.is_none()) {
        return None;
    }
    let years = i32::try_from(years.unwrap_or(0)).ok()?;
    let months = i32::try_from(months.unwrap_or(0)).ok()?;
    let total = i64::from(years) * 12 + i64::from(months);
    YearsMonthsDuration::from_months(if negative { -total } else { total })
}

/// Reads a days-time duration, such as `P1DT2H3M4.5S`.
pub fn parse_days_time(text: &str) -> Option<DaysTimeDuration> {
    let (negative, mut rest) = start(text)?;
    let days = part(&mut rest, 'D')?;
    let mut nanos = i128::from(days.unwrap_or(0)) * 86_400 * i128::from(NANOS_PER_SECOND);
    let mut present = days.is_some();
    if let Some(after) = rest.strip_prefix('T') {
        rest = after;
        let hours = part(&mut rest, 'H')?;
        let minutes = part(&mut rest, 'M')?;
        let seconds = seconds(&mut rest)?;
        present = hours.is_some() || minutes.is_some() || seconds.is_some();
        let whole = i128::from(hours.unwrap_or(0)) * 3600 + i128::from(minutes.unwrap_or(0)) * 60;
        nanos += whole * i128::from(NANOS_PER_SECOND) + seconds.unwrap_or(0);
    }
    if !rest.is_empty() || !present {
        return None;
    }
    DaysTimeDuration::from_nanos(if negative { -nanos } else { nanos })
}

fn start(text: &str) -> Option<(bool, &str)> {
    let negative = text.starts_with('-');
    let rest = text.strip_prefix('-').unwrap_or(text).strip_prefix('P')?;
    Some((negative, rest))
}

/// Takes `n` and its unit if they are next. `None` when the number does not fit.
fn part(rest: &mut &str, unit: char) -> Option<Option<i64>> {
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let Some(after) = digits[length..].strip_prefix(unit) else { return Some(None) };
    if length == 0 {
        return None;
    }
    let value: i64 = digits[..length].parse().ok()?;
    let value = if rest.starts_with('-') { -value } else { value };
    *rest = after;
    Some(Some(value))
}

/// Takes seconds with a fraction, in nanoseconds.
fn seconds(rest: &mut &str) -> Option<Option<i128>> {
    if rest.is_empty() {
        return Some(None);
    }
    let negative = rest.starts_with('-');
    let number = rest.strip_prefix('-').unwrap_or(rest).strip_suffix('S')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let nanos: i64 = format!("{fraction:0<9}").parse().ok()?;
    let total = i128::from(seconds) * i128::from(NANOS_PER_SECOND) + i128::from(nanos);
    *rest = "";
    Some(Some(if negative { -total } else { total }))
}
