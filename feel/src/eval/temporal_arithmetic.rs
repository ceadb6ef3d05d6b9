//! Arithmetic on temporal values. `None` means that the operation does not exist or its result is
//! out of range.

use crate::decimal::Decimal;
use crate::temporal::{
    Date, DaysTimeDuration, LocalDateTime, LocalTime, Temporal, YearsMonthsDuration, Zone, ZonedDateTime,
};

pub(super) fn add(left: Temporal, right: Temporal) -> Option<Temporal> {
    match (left, right) {
        (Temporal::DaysTime(x), Temporal::DaysTime(y)) => x.plus(y).map(Temporal::DaysTime),
        (Temporal::YearsMonths(x), Temporal::YearsMonths(y)) => x.plus(y).map(Temporal::YearsMonths),
        (point, Temporal::DaysTime(duration)) | (Temporal::DaysTime(duration), point) => {
            plus_time(point, duration)
        }
        (point, Temporal::YearsMonths(duration)) | (Temporal::YearsMonths(duration), point) => {
            plus_months(point, duration)
        }
        _ => None,
    }
}

pub(super) fn subtract(left: Temporal, right: Temporal) -> Option<Temporal> {
    match (left, right) {
        (Temporal::DaysTime(x), Temporal::DaysTime(y)) => x.plus(y.negate()).map(Temporal::DaysTime),
        (Temporal::YearsMonths(x), Temporal::YearsMonths(y)) => x.plus(y.negate()).map(Temporal::YearsMonths),
        (point, Temporal::DaysTime(duration)) => plus_time(point, duration.negate()),
        (point, Temporal::YearsMonths(duration)) => plus_months(point, duration.negate()),
        (Temporal::LocalTime(x), Temporal::LocalTime(y)) => {
            difference(x.nano_of_day().into(), y.nano_of_day().into())
        }
        // The time between two zoned times has no sign.
        (Temporal::ZonedTime(x), Temporal::ZonedTime(y)) => {
            difference(i128::from((x.instant_nanos() - y.instant_nanos()).abs()), 0)
        }
        (Temporal::LocalDateTime(x), Temporal::LocalDateTime(y)) => {
            difference(x.epoch_nanos(), y.epoch_nanos())
        }
        (Temporal::Date(x), Temporal::Date(y)) => {
            difference(midnight(x).epoch_nanos(), midnight(y).epoch_nanos())
        }
        (Temporal::ZonedDateTime(x), Temporal::ZonedDateTime(y)) => {
            difference(x.instant_nanos(), y.instant_nanos())
        }
        // A date next to a zoned date-time is midnight UTC, as the standard has it.
        (Temporal::ZonedDateTime(x), Temporal::Date(y)) => {
            difference(x.instant_nanos(), at_utc(y)?.instant_nanos())
        }
        (Temporal::Date(x), Temporal::ZonedDateTime(y)) => {
            difference(at_utc(x)?.instant_nanos(), y.instant_nanos())
        }
        _ => None,
    }
}

fn difference(left: i128, right: i128) -> Option<Temporal> {
    DaysTimeDuration::from_nanos(left - right).map(Temporal::DaysTime)
}

fn midnight(date: Date) -> LocalDateTime {
    LocalDateTime { date, time: LocalTime::MIDNIGHT }
}

fn at_utc(date: Date) -> Option<ZonedDateTime> {
    midnight(date).at_zone(Zone::Offset(0))
}

fn plus_time(point: Temporal, duration: DaysTimeDuration) -> Option<Temporal> {
    match point {
        // A date goes through its midnight and drops the time.
        Temporal::Date(date) => midnight(date).plus(duration).map(|local| Temporal::Date(local.date)),
        Temporal::LocalTime(time) => Some(Temporal::LocalTime(time.plus(duration))),
        Temporal::ZonedTime(time) => Some(Temporal::ZonedTime(time.plus(duration))),
        Temporal::LocalDateTime(local) => local.plus(duration).map(Temporal::LocalDateTime),
        Temporal::ZonedDateTime(zoned) => zoned.plus(duration).map(Temporal::ZonedDateTime),
        Temporal::DaysTime(_) | Temporal::YearsMonths(_) => None,
    }
}

fn plus_months(point: Temporal, duration: YearsMonthsDuration) -> Option<Temporal> {
    let months = duration.total_months();
    match point {
        Temporal::Date(date) => date.plus_months(months).map(Temporal::Date),
        Temporal::LocalDateTime(local) => local.plus_months(months).map(Temporal::LocalDateTime),
        Temporal::ZonedDateTime(zoned) => zoned.plus_months(months).map(Temporal::ZonedDateTime),
        _ => None,
    }
}

/// The factor is cut to a 32-bit integer.
pub(super) fn multiply(duration: Temporal, factor: &Decimal) -> Option<Temporal> {
    let factor = i64::from(factor.to_i32_wrapping());
    match duration {
        Temporal::DaysTime(duration) => duration.times(factor).map(Temporal::DaysTime),
        Temporal::YearsMonths(duration) => duration.times(factor).map(Temporal::YearsMonths),
        _ => None,
    }
}

/// Months or milliseconds are divided and cut to an integer.
pub(super) fn divide(duration: Temporal, divisor: &Decimal) -> Option<Temporal> {
    let quotient = |amount: i64| Decimal::from(amount).divide(divisor).ok()?.to_i64();
    match duration {
        Temporal::DaysTime(duration) => {
            Some(Temporal::DaysTime(DaysTimeDuration::from_millis(quotient(duration.millis())?)))
        }
        Temporal::YearsMonths(duration) => {
            YearsMonthsDuration::from_months(quotient(duration.total_months())?).map(Temporal::YearsMonths)
        }
        _ => None,
    }
}

pub(super) fn ratio(left: Temporal, right: Temporal) -> Option<Decimal> {
    let (left, right) = match (left, right) {
        (Temporal::DaysTime(x), Temporal::DaysTime(y)) => (x.millis(), y.millis()),
        (Temporal::YearsMonths(x), Temporal::YearsMonths(y)) => (x.total_months(), y.total_months()),
        _ => return None,
    };
    Decimal::from(left).divide(&Decimal::from(right)).ok()
}
