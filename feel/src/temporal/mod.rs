//! Dates, times, date-times, durations and time zones, with the semantics of `java.time`.
//!
//! Everything is plain data: no clock is read here. A time that names a zone region uses the
//! region's standard offset (no daylight saving), so it does not depend on a date.

mod calendar;
mod date_time;
mod duration;
mod format;
mod parse;
mod parse_duration;
mod zone;

pub use calendar::Date;
pub use date_time::{LocalDateTime, LocalTime, ZonedDateTime, ZonedTime};
pub use duration::{DaysTimeDuration, YearsMonthsDuration};
pub(crate) use format::Iso;
pub use parse::{
    parse_at_literal, parse_date, parse_local_date_time, parse_local_time, parse_zoned_date_time,
    parse_zoned_time,
};
pub use parse_duration::{parse_days_time, parse_years_months};
pub use zone::{Region, Zone};

pub(crate) const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(crate) const SECONDS_PER_DAY: i64 = 86_400;
pub(crate) const NANOS_PER_DAY: i64 = SECONDS_PER_DAY * NANOS_PER_SECOND;

/// Any temporal value that a literal can denote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporal {
    /// A calendar date.
    Date(Date),
    /// A time of day without offset.
    LocalTime(LocalTime),
    /// A time of day with offset or zone.
    ZonedTime(ZonedTime),
    /// A date and time without offset.
    LocalDateTime(LocalDateTime),
    /// A date and time with offset or zone.
    ZonedDateTime(ZonedDateTime),
    /// A duration of days and below.
    DaysTime(DaysTimeDuration),
    /// A duration of years and months.
    YearsMonths(YearsMonthsDuration),
}

#[cfg(test)]
mod tests;
