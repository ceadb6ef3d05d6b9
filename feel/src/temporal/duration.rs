//! The two kinds of durations. They never mix: a month has no fixed number of days.

use super::NANOS_PER_SECOND;

/// A duration of days, hours, minutes and seconds, exact to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DaysTimeDuration(i128);

impl DaysTimeDuration {
    /// No time at all.
    pub const ZERO: DaysTimeDuration = DaysTimeDuration(0);

    /// The duration of so many nanoseconds; `None` beyond 2^63 seconds.
    pub fn from_nanos(nanos: i128) -> Option<DaysTimeDuration> {
        let seconds = nanos.div_euclid(i128::from(NANOS_PER_SECOND));
        i64::try_from(seconds).ok().map(|_| DaysTimeDuration(nanos))
    }

    /// The duration of so many seconds.
    pub fn from_seconds(seconds: i64) -> DaysTimeDuration {
        DaysTimeDuration(i128::from(seconds) * i128::from(NANOS_PER_SECOND))
    }

    /// The duration of so many milliseconds.
    pub fn from_millis(millis: i64) -> DaysTimeDuration {
        DaysTimeDuration(i128::from(millis) * 1_000_000)
    }

    /// All of it in nanoseconds.
    pub fn nanos(self) -> i128 {
        self.0
    }

    /// Whole seconds, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(i128::from(NANOS_PER_SECOND)) as i64
    }

    /// Whole milliseconds, rounded down; saturating.
    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000).clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// Whole days toward zero.
    pub fn days(self) -> i64 {
        self.seconds() / 86_400
    }

    /// Hours of the rest, with the sign of the duration.
    pub fn hours_part(self) -> i64 {
        self.seconds() / 3600 % 24
    }

    /// Minutes of the rest, with the sign of the duration.
    pub fn minutes_part(self) -> i64 {
        self.seconds() / 60 % 60
    }

    /// Seconds of the rest, with the sign of the duration.
    pub fn seconds_part(self) -> i64 {
        self.seconds() % 60
    }

    /// The sum, unless out of range.
    pub fn plus(self, other: DaysTimeDuration) -> Option<DaysTimeDuration> {
        DaysTimeDuration::from_nanos(self.0.checked_add(other.0)?)
    }

    /// Minus the duration.
    pub fn negate(self) -> DaysTimeDuration {
        DaysTimeDuration(-self.0)
    }

    /// A multiple, unless out of range.
    pub fn times(self, factor: i64) -> Option<DaysTimeDuration> {
        DaysTimeDuration::from_nanos(self.0.checked_mul(i128::from(factor))?)
    }
}

/// A duration of years and months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearsMonthsDuration(i64);

impl YearsMonthsDuration {
    /// Java keeps years and months as 32-bit numbers.
    const MONTHS_MAX: i64 = i32::MAX as i64 * 12;

    /// The duration of so many months.
    pub fn from_months(months: i64) -> Option<YearsMonthsDuration> {
        (months.abs() <= Self::MONTHS_MAX).then_some(YearsMonthsDuration(months))
    }

    /// All of it in months.
    pub fn total_months(self) -> i64 {
        self.0
    }

    /// Whole years toward zero.
    pub fn years(self) -> i64 {
        self.0 / 12
    }

    /// Months of the rest, with the sign of the duration.
    pub fn months_part(self) -> i64 {
        self.0 % 12
    }

    /// The sum, unless out of range.
    pub fn plus(self, other: YearsMonthsDuration) -> Option<YearsMonthsDuration> {
        YearsMonthsDuration::from_months(self.0 + other.0)
    }

    /// Minus the duration.
    pub fn negate(self) -> YearsMonthsDuration {
        YearsMonthsDuration(-self.0)
    }

    /// A multiple, unless out of range.
    pub fn times(self, factor: i64) -> Option<YearsMonthsDuration> {
        YearsMonthsDuration::from_months(self.0.checked_mul(factor)?)
    }
}
