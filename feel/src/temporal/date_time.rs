//! Times of day and date-times.

use super::duration::DaysTimeDuration;
use super::zone::{Region, Zone};
use super::{Date, NANOS_PER_DAY, NANOS_PER_SECOND, SECONDS_PER_DAY};
use std::cmp::Ordering;

/// A time of day without offset: nanoseconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(i64);

impl LocalTime {
    /// 00:00.
    pub const MIDNIGHT: LocalTime = LocalTime(0);

    /// The time, if all parts are in range.
    pub fn new(hour: i64, minute: i64, second: i64, nano: i64) -> Option<LocalTime> {
        let valid = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..NANOS_PER_SECOND).contains(&nano);
        valid.then(|| LocalTime(((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + nano))
    }

    /// Nanoseconds since midnight.
    pub fn nano_of_day(self) -> i64 {
        self.0
    }

    /// 0 to 23.
    pub fn hour(self) -> i64 {
        self.0 / NANOS_PER_SECOND / 3600
    }

    /// 0 to 59.
    pub fn minute(self) -> i64 {
        self.0 / NANOS_PER_SECOND / 60 % 60
    }

    /// 0 to 59.
    pub fn second(self) -> i64 {
        self.0 / NANOS_PER_SECOND % 60
    }

    /// 0 to 999,999,999.
    pub fn nano(self) -> i64 {
        self.0 % NANOS_PER_SECOND
    }

    /// The time a duration later, around midnight.
    pub fn plus(self, duration: DaysTimeDuration) -> LocalTime {
        let nanos = (i128::from(self.0) + duration.nanos()).rem_euclid(i128::from(NANOS_PER_DAY));
        LocalTime(nanos as i64)
    }
}

/// A date and time of day without offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    /// The date.
    pub date: Date,
    /// The time of day.
    pub time: LocalTime,
}

impl LocalDateTime {
    /// Nanoseconds since 1970-01-01T00:00 of the same offset.
    pub fn epoch_nanos(self) -> i128 {
        i128::from(self.date.epoch_day()) * i128::from(NANOS_PER_DAY) + i128::from(self.time.0)
    }

    /// The inverse of [`Self::epoch_nanos`].
    pub fn from_epoch_nanos(nanos: i128) -> Option<LocalDateTime> {
        let days = i64::try_from(nanos.div_euclid(i128::from(NANOS_PER_DAY))).ok()?;
        let time = LocalTime(nanos.rem_euclid(i128::from(NANOS_PER_DAY)) as i64);
        Some(LocalDateTime { date: Date::from_epoch_day(days)?, time })
    }

    /// The date-time a duration later.
    pub fn plus(self, duration: DaysTimeDuration) -> Option<LocalDateTime> {
        LocalDateTime::from_epoch_nanos(self.epoch_nanos() + duration.nanos())
    }

    /// The date-time months later.
    pub fn plus_months(self, months: i64) -> Option<LocalDateTime> {
        Some(LocalDateTime { date: self.date.plus_months(months)?, ..self })
    }

    pub(crate) fn plus_seconds(self, seconds: i64) -> Option<LocalDateTime> {
        LocalDateTime::from_epoch_nanos(
            self.epoch_nanos() + i128::from(seconds) * i128::from(NANOS_PER_SECOND),
        )
    }

    /// The date-time in a zone.
    pub fn at_zone(self, zone: Zone) -> Option<ZonedDateTime> {
        let (local, offset) = zone.resolve(self)?;
        Some(ZonedDateTime { local, offset, region: region_of(zone) })
    }
}

/// A time of day with an offset, and the region it came from if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZonedTime {
    /// The time on the clock.
    pub time: LocalTime,
    /// Seconds east of UTC.
    pub offset: i32,
    /// The region, whose standard offset is used.
    pub region: Option<Region>,
}

impl ZonedTime {
    /// Nanoseconds since midnight UTC.
    pub fn instant_nanos(self) -> i64 {
        self.time.0 - i64::from(self.offset) * NANOS_PER_SECOND
    }

    /// The date-time on a date.
    pub fn at_date(self, date: Date) -> Option<ZonedDateTime> {
        let zone = self.region.map_or(Zone::Offset(self.offset), Zone::Region);
        LocalDateTime { date, time: self.time }.at_zone(zone)
    }

    /// The time a duration later, around midnight.
    pub fn plus(self, duration: DaysTimeDuration) -> ZonedTime {
        ZonedTime { time: self.time.plus(duration), ..self }
    }
}

/// A date and time with an offset, and the region it came from if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZonedDateTime {
    /// The date and time on the clock.
    pub local: LocalDateTime,
    /// Seconds east of UTC.
    pub offset: i32,
    /// The region, if it was given by name.
    pub region: Option<Region>,
}

impl ZonedDateTime {
    /// The zone: its region, else its offset.
    pub fn zone(self) -> Zone {
        self.region.map_or(Zone::Offset(self.offset), Zone::Region)
    }

    /// Nanoseconds since 1970-01-01T00:00Z.
    pub fn instant_nanos(self) -> i128 {
        self.local.epoch_nanos() - i128::from(self.offset) * i128::from(NANOS_PER_SECOND)
    }

    /// Milliseconds since 1970-01-01T00:00Z, rounded down.
    pub fn epoch_ms(self) -> i64 {
        self.instant_nanos().div_euclid(1_000_000).clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// The instant on the clock of a zone.
    pub fn from_instant(nanos: i128, zone: Zone) -> Option<ZonedDateTime> {
        let second = nanos.div_euclid(i128::from(NANOS_PER_SECOND));
        let offset = zone.offset_at(second.clamp(i64::MIN.into(), i64::MAX.into()) as i64);
        let local =
            LocalDateTime::from_epoch_nanos(nanos + i128::from(offset) * i128::from(NANOS_PER_SECOND))?;
        Some(ZonedDateTime { local, offset, region: region_of(zone) })
    }

    /// The instant a duration later, in the same zone.
    pub fn plus(self, duration: DaysTimeDuration) -> Option<ZonedDateTime> {
        ZonedDateTime::from_instant(self.instant_nanos() + duration.nanos(), self.zone())
    }

    /// The local time months later; the offset is kept if the zone allows it there.
    pub fn plus_months(self, months: i64) -> Option<ZonedDateTime> {
        let local = self.local.plus_months(months)?;
        let kept = ZonedDateTime { local, ..self };
        let second = kept.instant_nanos().div_euclid(i128::from(NANOS_PER_SECOND));
        if self.zone().offset_at(i64::try_from(second).ok()?) == self.offset {
            return Some(kept);
        }
        local.at_zone(self.zone())
    }

    /// The time of day with its offset or region.
    pub fn to_time(self) -> ZonedTime {
        ZonedTime { time: self.local.time, offset: self.offset, region: self.region }
    }

    /// Order by instant.
    pub fn compare_instant(self, other: ZonedDateTime) -> Ordering {
        self.instant_nanos().cmp(&other.instant_nanos())
    }
}

fn region_of(zone: Zone) -> Option<Region> {
    match zone {
        Zone::Offset(_) => None,
        Zone::Region(region) => Some(region),
    }
}

const _: () = assert!(NANOS_PER_DAY / NANOS_PER_SECOND == SECONDS_PER_DAY);
