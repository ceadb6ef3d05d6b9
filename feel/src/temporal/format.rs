//! Printing, as `string()` shows the values. [`Iso`] is the form for documents.

use super::zone::Zone;
use super::{
    Date, DaysTimeDuration, LocalDateTime, LocalTime, Temporal, YearsMonthsDuration, ZonedDateTime, ZonedTime,
};
use std::fmt::{self, Display, Formatter};

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let year = self.year.unsigned_abs();
        let sign = if self.year < 0 {
            "-"
        } else if year > 9999 && f.sign_plus() {
            "+"
        } else {
            ""
        };
        write!(f, "{sign}{year:04}-{:02}-{:02}", self.month, self.day)
    }
}

/// `HH:MM:SS` and as many digits of the fraction as needed.
impl Display for LocalTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour(), self.minute(), self.second())?;
        let nano = self.nano();
        if nano == 0 {
            return Ok(());
        }
        let digits = format!("{nano:09}");
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

impl Display for LocalDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

struct OffsetId(i32);

impl Display for OffsetId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("Z");
        }
        let sign = if self.0 < 0 { '-' } else { '+' };
        let seconds = self.0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if seconds.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
    }
}

impl Display for Zone {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Offset(seconds) => OffsetId(*seconds).fmt(f),
            Zone::Region(region) => f.write_str(region.name()),
        }
    }
}

impl Display for ZonedTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.region {
            Some(region) => write!(f, "{}@{}", self.time, region.name()),
            None => write!(f, "{}{}", self.time, OffsetId(self.offset)),
        }
    }
}

impl Display for ZonedDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.region {
            Some(region) => write!(f, "{}@{}", self.local, region.name()),
            None => write!(f, "{}{}", self.local, OffsetId(self.offset)),
        }
    }
}

impl Display for DaysTimeDuration {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parts = [self.days(), self.hours_part(), self.minutes_part(), self.seconds_part()];
        if parts.iter().all(|part| *part == 0) {
            return f.write_str("P0D");
        }
        let negative = parts.iter().all(|part| *part <= 0);
        f.write_str(if negative { "-P" } else { "P" })?;
        let factor = if negative { -1 } else { 1 };
        for (index, (part, unit)) in parts.iter().zip(["D", "H", "M", "S"]).enumerate() {
            if index == 1 && parts[1..].iter().any(|part| *part != 0) {
                f.write_str("T")?;
            }
            if *part != 0 {
                write!(f, "{}{unit}", part.wrapping_mul(factor))?;
            }
        }
        Ok(())
    }
}

impl Display for YearsMonthsDuration {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.total_months() == 0 {
            return f.write_str("P0Y");
        }
        f.write_str(if self.total_months() < 0 { "-P" } else { "P" })?;
        if self.years() != 0 {
            write!(f, "{}Y", self.years().abs())?;
        }
        if self.months_part() != 0 {
            write!(f, "{}M", self.months_part().abs())?;
        }
        Ok(())
    }
}

impl Display for Temporal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Temporal::Date(value) => value.fmt(f),
            Temporal::LocalTime(value) => value.fmt(f),
            Temporal::ZonedTime(value) => value.fmt(f),
            Temporal::LocalDateTime(value) => value.fmt(f),
            Temporal::ZonedDateTime(value) => value.fmt(f),
            Temporal::DaysTime(value) => value.fmt(f),
            Temporal::YearsMonths(value) => value.fmt(f),
        }
    }
}

/// The form in documents: date-times lose their region in favour of the offset, local times leave
/// out zero seconds and show fractions in groups of three, years beyond 9999 carry a sign.
pub(crate) struct Iso(pub Temporal);

impl Display for Iso {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Temporal::Date(value) => write!(f, "{value:+}"),
            Temporal::LocalTime(value) => java_time(value, f),
            Temporal::LocalDateTime(value) => write!(f, "{:+}T{}", value.date, value.time),
            Temporal::ZonedDateTime(value) => {
                write!(f, "{:+}T{}{}", value.local.date, value.local.time, OffsetId(value.offset))
            }
            other => other.fmt(f),
        }
    }
}

fn java_time(time: LocalTime, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
    let nano = time.nano();
    if time.second() == 0 && nano == 0 {
        return Ok(());
    }
    write!(f, ":{:02}", time.second())?;
    if nano == 0 {
        Ok(())
    } else if nano % 1_000_000 == 0 {
        write!(f, ".{:03}", nano / 1_000_000)
    } else if nano % 1_000 == 0 {
        write!(f, ".{:06}", nano / 1_000)
    } else {
        write!(f, ".{nano:09}")
    }
}
