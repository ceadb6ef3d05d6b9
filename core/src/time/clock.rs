//! The clock: the only place in the product that asks the operating system what time it is.
//!
//! Two readings. *Monotonic* nanoseconds since the clock's birth are for deadlines, timeouts and latency:
//! nothing moves them. *Wall* milliseconds are what the engine's time is made of: operators may jump them,
//! and in the test mode a [`ClockControl`] pins, sets and shifts them. Under the simulator both come from a
//! [`SimulatedTime`].
//!
//! A handle is cheap to clone; all clones show the same time.

use super::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Marks "not pinned": no wall clock shows it.
const RUNNING: i64 = i64::MIN;

/// Tells the time.
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    adjustment: Arc<Adjustment>,
}

#[derive(Debug, Clone)]
enum Source {
    System { born: Instant },
    Simulated(Arc<Simulated>),
}

#[derive(Debug)]
struct Adjustment {
    /// The wall time at which the clock stands still, or `RUNNING`.
    pinned_ms: AtomicI64,
    /// Added to the source's wall time while the clock runs.
    offset_ms: AtomicI64,
}

#[derive(Debug, Default)]
struct Simulated {
    monotonic_ns: AtomicU64,
    wall_ms: AtomicI64,
}

/// Both readings, taken once per turn and handed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Wall time.
    pub wall: Timestamp,
    /// Nanoseconds since the clock's birth.
    pub monotonic_ns: u64,
}

/// Moves a clock's wall time: the test mode's handle. Whoever moves the clock wakes the shards afterwards.
#[derive(Debug, Clone)]
pub struct ClockControl {
    clock: Clock,
}

/// Drives a simulated clock.
#[derive(Debug, Clone)]
pub struct SimulatedTime {
    time: Arc<Simulated>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::over(Source::System { born: Instant::now() })
    }

    /// A clock that moves only when told to, starting at `wall` and 0 ns.
    pub fn simulated(wall: Timestamp) -> (Self, SimulatedTime) {
        let time =
            Arc::new(Simulated { monotonic_ns: AtomicU64::new(0), wall_ms: AtomicI64::new(wall.ms()) });
        (Self::over(Source::Simulated(time.clone())), SimulatedTime { time })
    }

    fn over(source: Source) -> Self {
        let adjustment = Adjustment { pinned_ms: AtomicI64::new(RUNNING), offset_ms: AtomicI64::new(0) };
        Self { source, adjustment: Arc::new(adjustment) }
    }

    /// Wall time.
    pub fn wall(&self) -> Timestamp {
        match self.adjustment.pinned_ms.load(Ordering::Acquire) {
            RUNNING => self.source_wall().plus_ms(self.adjustment.offset_ms.load(Ordering::Relaxed)),
            pinned => Timestamp(pinned),
        }
    }

    /// Nanoseconds since the clock's birth; never goes back.
    #[inline]
    pub fn monotonic_ns(&self) -> u64 {
        match &self.source {
            // 584 years fit in 64 bits.
            Source::System { born } => born.elapsed().as_nanos() as u64,
            Source::Simulated(time) => time.monotonic_ns.load(Ordering::Acquire),
        }
    }

    /// Both readings.
    pub fn now(&self) -> Now {
        Now { wall: self.wall(), monotonic_ns: self.monotonic_ns() }
    }

    /// When on the monotonic clock the wall clock will show `due`, if nobody moves it: what a shard sleeps
    /// until. `u64::MAX` when it stands still before `due`.
    pub fn monotonic_ns_at(&self, due: Timestamp) -> u64 {
        let now = self.now();
        if due <= now.wall {
            return now.monotonic_ns;
        }
        if self.adjustment.pinned_ms.load(Ordering::Acquire) != RUNNING {
            return u64::MAX;
        }
        let wait_ms = due.ms_since(now.wall) as u64;
        now.monotonic_ns.saturating_add(wait_ms.saturating_mul(1_000_000))
    }

    /// The handle that moves this clock and all its clones.
    pub fn control(&self) -> ClockControl {
        ClockControl { clock: self.clone() }
    }

    fn source_wall(&self) -> Timestamp {
        match &self.source {
            Source::System { .. } => Timestamp(epoch_ms(SystemTime::now())),
            Source::Simulated(time) => Timestamp(time.wall_ms.load(Ordering::Acquire)),
        }
    }
}

/// A clock set before 1970 gives negative numbers.
fn epoch_ms(time: SystemTime) -> i64 {
    let saturate = |ms: u128| i64::try_from(ms).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => saturate(since.as_millis()),
        Err(before) => -saturate(before.duration().as_millis()),
    }
}

impl ClockControl {
    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.wall()
    }

    /// Stops the clock where it is.
    pub fn pin(&self) {
        self.set(self.clock.wall());
    }

    /// Stops the clock at `time`.
    pub fn set(&self, time: Timestamp) {
        assert_ne!(time.ms(), RUNNING, "this time marks a running clock");
        self.clock.adjustment.pinned_ms.store(time.ms(), Ordering::Release);
    }

    /// Moves the clock by `ms`: a running one goes on from there, a stopped one stands there.
    pub fn add(&self, ms: i64) {
        let adjustment = &self.clock.adjustment;
        match adjustment.pinned_ms.load(Ordering::Acquire) {
            RUNNING => {
                let offset = adjustment.offset_ms.load(Ordering::Relaxed).saturating_add(ms);
                adjustment.offset_ms.store(offset, Ordering::Release);
            }
            pinned => self.set(Timestamp(pinned.saturating_add(ms).max(RUNNING + 1))),
        }
    }

    /// Lets the clock run again, showing the source's time.
    pub fn reset(&self) {
        self.clock.adjustment.offset_ms.store(0, Ordering::Relaxed);
        self.clock.adjustment.pinned_ms.store(RUNNING, Ordering::Release);
    }
}

impl SimulatedTime {
    /// Both clocks go on by so many nanoseconds; the wall clock in whole milliseconds of the sum.
    pub fn advance_ns(&self, ns: u64) {
        let before = self.time.monotonic_ns.fetch_add(ns, Ordering::AcqRel);
        let passed_ms = (before + ns) / 1_000_000 - before / 1_000_000;
        self.time.wall_ms.fetch_add(passed_ms as i64, Ordering::AcqRel);
    }

    /// The wall clock jumps, forth or back; the monotonic one does not.
    pub fn jump_wall_ms(&self, ms: i64) {
        self.time.wall_ms.fetch_add(ms, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_runs() {
        let clock = Clock::system();
        let first = clock.now();
        let second = clock.now();
        assert!(second.monotonic_ns >= first.monotonic_ns);
        assert!(first.wall > Timestamp(1_600_000_000_000), "{}", first.wall);
    }

    #[test]
    fn simulated_time_moves_both_clocks() {
        let (clock, time) = Clock::simulated(Timestamp(1000));
        time.advance_ns(1_500_000);
        assert_eq!(clock.now(), Now { wall: Timestamp(1001), monotonic_ns: 1_500_000 });
        time.advance_ns(500_000);
        assert_eq!(clock.now(), Now { wall: Timestamp(1002), monotonic_ns: 2_000_000 });
        time.jump_wall_ms(-5000);
        assert_eq!(clock.now(), Now { wall: Timestamp(-3998), monotonic_ns: 2_000_000 });
    }

    #[test]
    fn control_pins_sets_and_shifts_all_clones() {
        let (clock, time) = Clock::simulated(Timestamp(1000));
        let control = clock.clone().control();
        let check = |step: &str, wall: i64| assert_eq!(clock.wall(), Timestamp(wall), "{step}");
        control.add(50);
        check("add to a running clock", 1050);
        time.advance_ns(10_000_000);
        check("it runs on", 1060);
        control.pin();
        time.advance_ns(10_000_000);
        check("pinned", 1060);
        control.add(-60);
        check("add to a stopped clock", 1000);
        control.set(Timestamp(5));
        check("set", 5);
        control.reset();
        check("reset", 1020);
    }

    #[test]
    fn wall_deadlines_become_monotonic_ones() {
        let (clock, time) = Clock::simulated(Timestamp(1000));
        time.advance_ns(7_000_000);
        let check = |due: i64, expected: u64| assert_eq!(clock.monotonic_ns_at(Timestamp(due)), expected);
        check(900, 7_000_000);
        check(1010, 10_000_000);
        check(i64::MAX, u64::MAX);
        clock.control().pin();
        check(1010, u64::MAX);
        check(1007, 7_000_000);
    }
}
