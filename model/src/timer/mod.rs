//! Timer texts: ISO 8601 dates, durations and repeating intervals, and cron. Parsed at deployment when
//! static, at run time when an expression yields them. Knows no clock: "now" always comes from the caller, in
//! milliseconds since the epoch, UTC. Cron is read in UTC.

mod civil;
mod cron;
mod cycle;
mod date_time;
mod interval;

pub use civil::{civil_from_days, days_from_civil};
pub use cron::Cron;
pub use cycle::{Cycle, Schedule};
pub use date_time::parse_date_time;
pub use interval::Interval;

use crate::graph::TimerKind;
use crate::limits::TIMER_TEXT_BYTES_MAX;

/// A parsed timer text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// Due once, at that time (epoch milliseconds).
    Date(i64),
    /// Due once, that long after it was created.
    Duration(Interval),
    /// Due again and again.
    Cycle(Cycle),
}

impl Timer {
    /// Epoch milliseconds of the next due time, seen from `from_epoch_ms` (creation, or the due time before).
    /// A date in the past answers that date: it is due at once. `None` when there is no further time, or
    /// when it lies outside of what 64 bits can count.
    pub fn next_due(&self, from_epoch_ms: i64) -> Option<i64> {
        match self {
            Self::Date(at) => Some(*at),
            Self::Duration(interval) => interval.add_to(from_epoch_ms),
            Self::Cycle(cycle) => cycle.next_due(from_epoch_ms),
        }
    }

    /// How often the timer fires: `Some(1)` for dates and durations, `None` for without end.
    pub fn repetitions(&self) -> Option<u32> {
        match self {
            Self::Date(_) | Self::Duration(_) => Some(1),
            Self::Cycle(cycle) => cycle.repetitions,
        }
    }
}

/// Parses the text of a timer of that kind.
///
/// # Errors
/// A sentence that says what was expected and what was found.
pub fn parse(kind: TimerKind, text: &str) -> Result<Timer, String> {
    let shown: String = text.chars().take(100).collect();
    if text.len() > TIMER_TEXT_BYTES_MAX {
        return Err(format!("Timer text is longer than {TIMER_TEXT_BYTES_MAX} bytes: '{shown}'..."));
    }
    match kind {
        TimerKind::Date => parse_date_time(text)
            .map(Timer::Date)
            .ok_or_else(|| format!("Invalid date-time format '{shown}' for expression '{shown}'.")),
        TimerKind::Duration => Interval::parse(text)
            .map(Timer::Duration)
            .ok_or_else(|| format!("Invalid duration format '{shown}' for expression '{shown}'.")),
        TimerKind::Cycle => Cycle::parse(text)
            .map(Timer::Cycle)
            .ok_or_else(|| format!("Invalid cycle format '{shown}' for expression '{shown}'.")),
    }
}
