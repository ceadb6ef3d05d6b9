//! The loop.

use super::inbound::Inbound;
use super::{
    Context, Next, RingIndex, ShardApp, ShardConfig, ShardMetrics, StopHandle, TimerToken, TurnBudget,
};
use crate::exit::{ExitCode, Fatal};
use crate::ids::ShardId;
use crate::io::{Completion, Io};
use crate::time::{Clock, Now, Timers};
use crate::wake::Sleeper;
use std::time::Duration;

/// One shard: loop, `Io` and application.
pub struct Shard<A: ShardApp> {
    io: Box<dyn Io>,
    app: A,
    inbound: Inbound,
    core: Core,
    sleeper: Sleeper,
    budget: TurnBudget,
    metrics: ShardMetrics,
    completions: Vec<Completion>,
}

/// What a context lends, besides the `Io`.
struct Core {
    id: ShardId,
    clock: Clock,
    timers: Timers<TimerToken>,
    stop: StopHandle,
}

impl Core {
    fn context<'a>(&'a mut self, now: Now, io: &'a mut dyn Io) -> Context<'a> {
        let stopping = self.stop.is_stopping();
        Context { shard: self.id, now, clock: &self.clock, io, timers: &mut self.timers, stopping }
    }
}

/// Frames left in this turn.
struct Allowance {
    frame_count: usize,
    frame_bytes: usize,
    until_ns: u64,
}

impl Allowance {
    fn is_spent(&self, clock: &Clock) -> bool {
        self.frame_count == 0 || self.frame_bytes == 0 || clock.monotonic_ns() >= self.until_ns
    }
}

impl<A: ShardApp> Shard<A> {
    /// Puts a shard together, on the thread that will run it (which is the one that made the `Io`); joins its
    /// sleeper with the `Io`. Everything that the loop itself needs is allocated here.
    pub fn new(config: ShardConfig, io: Box<dyn Io>, app: A) -> Self {
        let ShardConfig { id, clock, mut sleeper, rings, budget, timer_count_max, metrics, stop } = config;
        assert!(budget.frame_count_max > 0 && budget.frame_count_per_ring_max > 0, "a turn takes no frames");
        assert!(budget.frame_bytes_max > 0 && budget.timer_count_max > 0, "a turn takes no bytes or timers");
        sleeper.attach(io.waker());
        let completions = Vec::with_capacity(io.depth_max());
        let core = Core { id, clock, timers: Timers::with_capacity(timer_count_max), stop };
        Self { io, app, inbound: Inbound::new(rings), core, sleeper, budget, metrics, completions }
    }

    /// Runs until the application says [`Next::Stopped`] or something is fatal. Gives the application back.
    pub fn run(mut self) -> Result<A, Fatal> {
        self.start()?;
        loop {
            let began = self.core.clock.now();
            let next = self.work(began)?;
            if next == Next::Stopped {
                return Ok(self.app);
            }
            let sleep = self.sleep_time(next);
            self.count_turn(began);
            self.reap(sleep)?;
        }
    }

    /// Tells the application that it starts. [`Shard::run`] does it; who drives turns calls it before the
    /// first.
    pub fn start(&mut self) -> Result<(), Fatal> {
        let now = self.core.clock.now();
        self.app.on_start(&mut self.core.context(now, &mut *self.io))
    }

    /// One turn without sleep. The next one is due at once when it says `Busy`, else at the latest at its
    /// deadline, which includes the shard's timers.
    pub fn turn(&mut self) -> Result<Next, Fatal> {
        let began = self.core.clock.now();
        let next = self.work(began)?;
        self.count_turn(began);
        let reaped = self.reap(None)?;
        Ok(match next {
            Next::Idle { .. } if reaped > 0 || self.has_frames() => Next::Busy,
            Next::Idle { deadline_ns } => Next::Idle { deadline_ns: self.earliest(deadline_ns) },
            other => other,
        })
    }

    /// The application.
    pub fn app(&self) -> &A {
        &self.app
    }

    /// The application, between turns.
    pub fn app_mut(&mut self) -> &mut A {
        &mut self.app
    }

    /// The shard's `Io`, between turns.
    pub fn io_mut(&mut self) -> &mut dyn Io {
        &mut *self.io
    }

    fn work(&mut self, now: Now) -> Result<Next, Fatal> {
        self.take_frames(now)?;
        self.fire_timers(now)?;
        self.app.on_turn(&mut self.core.context(now, &mut *self.io))
    }

    fn take_frames(&mut self, now: Now) -> Result<(), Fatal> {
        let mut allowance = Allowance {
            frame_count: self.budget.frame_count_max,
            frame_bytes: self.budget.frame_bytes_max,
            until_ns: now.monotonic_ns.saturating_add(self.budget.frame_ns_max),
        };
        let (first, count) = (self.inbound.rotate(), self.inbound.len());
        for at in (first..count).chain(0..first) {
            self.take_ring(now, RingIndex(at as u16), &mut allowance)?;
        }
        let spent = (self.budget.frame_count_max - allowance.frame_count) as u64;
        self.metrics.frames.add(spent);
        Ok(())
    }

    fn take_ring(&mut self, now: Now, at: RingIndex, allowance: &mut Allowance) -> Result<(), Fatal> {
        let Some(ring) = self.inbound.get(at) else { return Ok(()) };
        // Before reading: frames sent before the end are then seen below.
        let closed = ring.is_closed();
        let mut bytes = 0;
        for _ in 0..self.budget.frame_count_per_ring_max {
            // In this order: an empty ring costs no look at the clock.
            if ring.is_empty() || !self.app.accepts(at) || allowance.is_spent(&self.core.clock) {
                break;
            }
            let Some(frame) = ring.read() else { break };
            bytes += frame.len() as u64;
            allowance.frame_count -= 1;
            allowance.frame_bytes = allowance.frame_bytes.saturating_sub(frame.len());
            self.app.on_frame(&mut self.core.context(now, &mut *self.io), at, &frame)?;
        }
        ring.release();
        self.metrics.frame_bytes.add(bytes);
        if closed && ring.is_empty() {
            self.inbound.close(at);
            self.app.on_ring_closed(&mut self.core.context(now, &mut *self.io), at)?;
        }
        Ok(())
    }

    fn fire_timers(&mut self, now: Now) -> Result<(), Fatal> {
        for _ in 0..self.budget.timer_count_max {
            let Some((_, token)) = self.core.timers.pop_due(now.monotonic_ns) else { break };
            self.metrics.timers.increment();
            self.app.on_timer(&mut self.core.context(now, &mut *self.io), token)?;
        }
        Ok(())
    }

    /// How long to sleep; `None` for not at all. After `Some` the sleeper is prepared and `reap` must follow.
    fn sleep_time(&mut self, next: Next) -> Option<Duration> {
        let Next::Idle { deadline_ns } = next else { return None };
        let now_ns = self.core.clock.monotonic_ns();
        let until_ns = self.earliest(deadline_ns).unwrap_or(u64::MAX);
        if until_ns <= now_ns || !self.sleeper.prepare_sleep() {
            return None;
        }
        if self.has_frames() {
            self.sleeper.awoke();
            return None;
        }
        Some(Duration::from_nanos((until_ns - now_ns).min(self.budget.sleep_ns_max)))
    }

    fn earliest(&self, deadline_ns: Option<u64>) -> Option<u64> {
        deadline_ns.into_iter().chain(self.core.timers.next_deadline_ns()).min()
    }

    fn has_frames(&mut self) -> bool {
        self.inbound.has_work(|ring| self.app.accepts(ring))
    }

    /// Submits, sleeps if that was decided, and hands over what has finished; says how many that were.
    fn reap(&mut self, sleep: Option<Duration>) -> Result<usize, Fatal> {
        assert!(self.completions.is_empty(), "completions of an earlier turn are left");
        match sleep {
            Some(duration) => {
                self.metrics.sleeps.increment();
                let waited = self.io.wait(Some(duration), &mut self.completions);
                self.sleeper.awoke();
                waited.map_err(broken)?;
            }
            // Nothing queued and nothing under way: no reason to enter the kernel.
            None if self.io.in_flight() == 0 => return Ok(0),
            None => {
                self.io.poll(&mut self.completions).map_err(broken)?;
            }
        }
        self.complete()
    }

    fn complete(&mut self) -> Result<usize, Fatal> {
        let count = self.completions.len();
        if count == 0 {
            return Ok(0);
        }
        let now = self.core.clock.now();
        self.metrics.completions.add(count as u64);
        // Taken out, so that the application may submit; put back, so that its memory is used again.
        let mut completions = std::mem::take(&mut self.completions);
        let handled = completions
            .drain(..)
            .try_for_each(|done| self.app.on_completion(&mut self.core.context(now, &mut *self.io), done));
        self.completions = completions;
        handled?;
        self.app.after_completions(&mut self.core.context(now, &mut *self.io))?;
        self.metrics.busy_ns.add(self.core.clock.monotonic_ns() - now.monotonic_ns);
        Ok(count)
    }

    fn count_turn(&self, began: Now) {
        let took_ns = self.core.clock.monotonic_ns() - began.monotonic_ns;
        self.metrics.turns.increment();
        self.metrics.busy_ns.add(took_ns);
        self.metrics.turn.record(took_ns);
    }
}

fn broken(error: crate::io::BackendError) -> Fatal {
    Fatal::new(ExitCode::IoFailure, error)
}
