//! Repeating timers: `R3/PT1H`, `R/2024-01-01T00:00Z/PT1H`, or cron.

use super::{Cron, Interval, parse_date_time};

/// A repeating timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// How often it fires; `None` for without end (`R` and `R-1`). Other negative counts mean 0.
    pub repetitions: Option<u32>,
    /// When it fires.
    pub schedule: Schedule,
}

/// When a repeating timer fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Every interval, from `start` (epoch milliseconds) on if there is one.
    Interval {
        /// First due time.
        start: Option<i64>,
        /// Distance of due times.
        interval: Interval,
    },
    /// At the times of a cron expression.
    Cron(Box<Cron>),
}

impl Cycle {
    /// Reads a cycle; `None` when it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some(rest) = text.strip_prefix('R') else {
            let cron = Cron::parse(text)?;
            return Some(Self { repetitions: None, schedule: Schedule::Cron(Box::new(cron)) });
        };
        let (count, rest) = rest.split_once('/')?;
        let repetitions = match count {
            "" => None,
            count => match count.parse::<i32>().ok()? {
                -1 => None,
                count => Some(count.max(0) as u32),
            },
        };
        let (start, interval) = match rest.split_once('/') {
            None => (None, Interval::parse(rest)?),
            Some((start, interval)) => (Some(parse_date_time(start)?), Interval::parse(interval)?),
        };
        Some(Self { repetitions, schedule: Schedule::Interval { start, interval } })
    }

    /// Next due time seen from `from_epoch_ms`. A start still to come is the next one; with a start in the
    /// past, due times stay on the grid that begins there.
    pub fn next_due(&self, from_epoch_ms: i64) -> Option<i64> {
        match &self.schedule {
            Schedule::Cron(cron) => cron.next_after(from_epoch_ms),
            Schedule::Interval { start: None, interval } => interval.add_to(from_epoch_ms),
            Schedule::Interval { start: Some(start), interval } if from_epoch_ms < *start => {
                let _ = interval;
                Some(*start)
            }
            Schedule::Interval { start: Some(start), interval } => on_grid(*start, interval, from_epoch_ms),
        }
    }
}

/// The first `start + n * interval` after `from`. Calendar intervals are simply added: their grid has no
/// constant step.
fn on_grid(start: i64, interval: &Interval, from: i64) -> Option<i64> {
    assert!(start <= from);
    let step = interval.days.checked_mul(super::civil::DAY_MS)?.checked_add(interval.milliseconds)?;
    if interval.months != 0 || step <= 0 {
        return interval.add_to(from);
    }
    let passed = from.checked_sub(start)? / step;
    start.checked_add(passed.checked_add(1)?.checked_mul(step)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, repetitions: Option<u32>, from: i64, due: i64) {
        let cycle = Cycle::parse(text).unwrap_or_else(|| panic!("{text} parses"));
        assert_eq!((cycle.repetitions, cycle.next_due(from)), (repetitions, Some(due)), "{text}");
    }

    #[test]
    fn cycles() {
        check("R3/PT1H", Some(3), 10, 3_600_010);
        check("R/PT1S", None, 0, 1_000);
        check("R2/1970-01-01T00:00:10Z/PT1S", Some(2), 0, 10_000);
        check("R2/1970-01-01T00:00:10Z/PT1S", Some(2), 12_300, 13_000);
        check("0 0 * * * *", None, 1, 3_600_000);
    }

    #[test]
    fn malformed() {
        for text in ["", "R", "R/", "Rx/PT1S", "R3/", "R3/PT1S/PT1S", "PT1S", "* * *", "INVALID"] {
            assert_eq!(Cycle::parse(text), None, "{text}");
        }
    }
}
