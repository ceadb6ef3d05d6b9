//! Reading dates, times and date-times.

use super::parse_duration::{parse_days_time, parse_years_months};
use super::zone::{Zone, parse_offset};
use super::{Date, LocalDateTime, LocalTime, Temporal, ZonedDateTime, ZonedTime};

/// The value of an `@"…"` literal.
pub fn parse_at_literal(text: &str) -> Option<Temporal> {
    None.or_else(|| parse_date(text).map(Temporal::Date))
        .or_else(|| parse_zoned_time(text).map(Temporal::ZonedTime))
        .or_else(|| parse_zoned_date_time(text).map(Temporal::ZonedDateTime))
        .or_else(|| parse_local_date_time(text).map(Temporal::LocalDateTime))
        .or_else(|| parse_years_months(text).map(Temporal::YearsMonths))
        .or_else(|| parse_days_time(text).map(Temporal::DaysTime))
        .or_else(|| parse_local_time(text).map(Temporal::LocalTime))
}

/// Reads `[-]YYYY-MM-DD`; a year of more than four digits does not start with zero.
pub fn parse_date(text: &str) -> Option<Date> {
    let mut input = Input(text);
    let date = input.date()?;
    input.end().then_some(date)
}

/// Reads `[T]HH:MM[:SS][.fraction]`; 24:00:00 is midnight.
pub fn parse_local_time(text: &str) -> Option<LocalTime> {
    let mut input = Input(text);
    input.skip('T');
    let (time, _) = input.time()?;
    input.end().then_some(time)
}

/// Reads a time with seconds followed by an offset, `Z` or `@Region`.
pub fn parse_zoned_time(text: &str) -> Option<ZonedTime> {
    let mut input = Input(text);
    input.skip('T');
    let has_seconds = input.0.as_bytes().get(5) == Some(&b':');
    let (time, _) = input.time()?;
    if !has_seconds {
        return None;
    }
    if input.skip('@') {
        return Some(match Zone::parse(input.0)? {
            Zone::Offset(offset) => ZonedTime { time, offset, region: None },
            Zone::Region(region) => {
                ZonedTime { time, offset: region.standard_offset(), region: Some(region) }
            }
        });
    }
    Some(ZonedTime { time, offset: parse_offset_of_minutes(input.0)?, region: None })
}

/// Reads a date, `T` and a time. 24:00:00 is the next day.
pub fn parse_local_date_time(text: &str) -> Option<LocalDateTime> {
    let mut input = Input(text);
    let local = input.date_time()?;
    input.end().then_some(local)
}

/// Reads a date-time followed by an offset, an offset and `[Region]`, or `@Region`.
pub fn parse_zoned_date_time(text: &str) -> Option<ZonedDateTime> {
    let mut input = Input(text);
    let local = input.date_time()?;
    if input.skip('@') {
        return local.at_zone(Zone::parse(input.0)?);
    }
    let offset_end = input.0.find('[').unwrap_or(input.0.len());
    let (offset, bracket) = input.0.split_at(offset_end);
    let at_offset = local.at_zone(Zone::Offset(parse_offset_of_minutes(offset)?))?;
    if bracket.is_empty() {
        return Some(at_offset);
    }
    let region = Zone::parse(bracket.strip_prefix('[')?.strip_suffix(']')?)?;
    ZonedDateTime::from_instant(at_offset.instant_nanos(), region)
}

fn parse_offset_of_minutes(text: &str) -> Option<i32> {
    if text == "Z" || text.len() == 6 { parse_offset(text) } else { None }
}

/// The rest of the text.
struct Input<'a>(&'a str);

impl Input<'_> {
    fn end(&self) -> bool {
        self.0.is_empty()
    }

    fn skip(&mut self, expected: char) -> bool {
        match self.0.strip_prefix(expected) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Takes exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    fn digit_run(&self) -> usize {
        self.0.bytes().take_while(u8::is_ascii_digit).count()
    }

    fn date(&mut self) -> Option<Date> {
        let negative = self.skip('-');
        let length = self.digit_run();
        if !(4..=9).contains(&length) || (length > 4 && self.0.starts_with('0')) {
            return None;
        }
        let year = self.digits(length)?;
        if !self.skip('-') {
            return None;
        }
        let month = self.digits(2)?;
        if !self.skip('-') {
            return None;
        }
        let day = self.digits(2)?;
        Date::new(if negative { -year } else { year }, month, day)
    }

    /// A time, and whether it was 24:00.
    fn time(&mut self) -> Option<(LocalTime, bool)> {
        let hour = self.digits(2)?;
        if !self.skip(':') {
            return None;
        }
        let minute = self.digits(2)?;
        let second = if self.skip(':') { self.digits(2)? } else { 0 };
        let nano = self.fraction()?;
        if (hour, minute, second, nano) == (24, 0, 0, 0) {
            return Some((LocalTime::MIDNIGHT, true));
        }
        Some((LocalTime::new(hour, minute, second, nano)?, false))
    }

    fn fraction(&mut self) -> Option<i64> {
        if !self.skip('.') {
            return Some(0);
        }
        let length = self.digit_run();
        if !(1..=9).contains(&length) {
            return None;
        }
        Some(self.digits(length)? * 10_i64.pow(9 - length as u32))
    }

    fn date_time(&mut self) -> Option<LocalDateTime> {
        let date = self.date()?;
        if !self.skip('T') {
            return None;
        }
        let (time, next_day) = self.time()?;
        Some(LocalDateTime { date: if next_day { date.plus_days(1)? } else { date }, time })
    }
}
