//! The proleptic Gregorian calendar.
//!
//! Day counts follow the civil-from-days algorithm by Howard Hinnant (public domain).

/// A calendar date; years from -999,999,999 to 999,999,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Astronomical year; year 0 exists.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the length of the month.
    pub day: u8,
}

const YEAR_MAX: i64 = 999_999_999;
const DAYS_PER_ERA: i64 = 146_097;

impl Date {
    /// The date, if it exists.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Date> {
        if year.abs() > YEAR_MAX || !(1..=12).contains(&month) {
            return None;
        }
        let length = i64::from(month_length(year, month as u8));
        if !(1..=length).contains(&day) {
            return None;
        }
        Some(Date { year: year as i32, month: month as u8, day: day as u8 })
    }

    /// Days since 1970-01-01.
    pub fn epoch_day(self) -> i64 {
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = (month + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_PER_ERA + day_of_era - 719_468
    }

    /// The date that many days after 1970-01-01.
    pub fn from_epoch_day(days: i64) -> Option<Date> {
        let days = days.checked_add(719_468)?;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date::new(year, month, day)
    }

    /// The date months later; a day beyond the end of the month becomes its last.
    pub fn plus_months(self, months: i64) -> Option<Date> {
        let total = (i64::from(self.year) * 12 + i64::from(self.month) - 1).checked_add(months)?;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        if year.abs() > YEAR_MAX {
            return None;
        }
        let day = self.day.min(month_length(year, month as u8));
        Date::new(year, month, i64::from(day))
    }

    /// The date days later.
    pub fn plus_days(self, days: i64) -> Option<Date> {
        Date::from_epoch_day(self.epoch_day().checked_add(days)?)
    }

    /// 1 is Monday, 7 is Sunday.
    pub fn weekday(self) -> i64 {
        (self.epoch_day() + 3).rem_euclid(7) + 1
    }

    /// 1 to 366.
    pub fn day_of_year(self) -> i64 {
        self.epoch_day() - Date { month: 1, day: 1, ..self }.epoch_day() + 1
    }

    /// The ISO week of its week-based year, 1 to 53.
    pub fn week_of_year(self) -> i64 {
        // The week belongs to the year of its Thursday.
        let thursday = self.epoch_day() - (self.weekday() - 4);
        Date::from_epoch_day(thursday).map_or(1, |date| (date.day_of_year() - 1) / 7 + 1)
    }

    /// The last day of its month.
    pub fn last_of_month(self) -> Date {
        Date { day: month_length(i64::from(self.year), self.month), ..self }
    }

    /// Whole months from here to `other`; negative when it lies before.
    pub fn months_until(self, other: Date) -> i64 {
        let months = |d: Date| i64::from(d.year) * 12 + i64::from(d.month) - 1;
        let total = months(other) - months(self);
        if total > 0 && other.day < self.day {
            total - 1
        } else if total < 0 && other.day > self.day {
            total + 1
        } else {
            total
        }
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: u8) -> u8 {
    assert!((1..=12).contains(&month), "a month is 1 to 12");
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
