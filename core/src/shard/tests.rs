//! The loop over an `Io` that completes everything at once: budgets, fairness, timers, sleep, stop.

use super::*;
use crate::exit::{ExitCode, Fatal};
use crate::ids::ShardId;
use crate::io::{Backend, BackendError, Completion, Files, Io, Operation, Outcome, Token, Waited, Waker};
use crate::ring::{Consumer, Frame, Producer, ring};
use crate::time::{Clock, SimulatedTime, Timestamp};
use crate::wake::{Sleeper, waker_for_io};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Completes each operation in the next poll; really sleeps.
struct InstantIo {
    waker: Waker,
    submitted: Vec<Token>,
    sleeps: Arc<AtomicUsize>,
}

impl InstantIo {
    fn new() -> Self {
        Self { waker: Waker::simulated(), submitted: Vec::new(), sleeps: Arc::default() }
    }
}

impl Io for InstantIo {
    fn backend(&self) -> Backend {
        Backend::Sim
    }

    fn files(&self) -> Arc<dyn Files> {
        unreachable!("these tests open no files")
    }

    fn submit(&mut self, token: Token, _operation: Operation) -> Result<(), Operation> {
        self.submitted.push(token);
        Ok(())
    }

    fn depth_max(&self) -> usize {
        16
    }

    fn in_flight(&self) -> usize {
        self.submitted.len()
    }

    fn wait(
        &mut self,
        timeout: Option<Duration>,
        completions: &mut Vec<Completion>,
    ) -> Result<Waited, BackendError> {
        let until = timeout.map(|timeout| Instant::now() + timeout);
        if timeout != Some(Duration::ZERO) {
            self.sleeps.fetch_add(1, Ordering::Relaxed);
        }
        let mut woken = self.waker.take();
        while !woken && self.submitted.is_empty() && until.is_none_or(|until| Instant::now() < until) {
            std::thread::sleep(Duration::from_micros(50));
            woken = self.waker.take();
        }
        let completion_count = self.submitted.len();
        let done = |token| Completion { token, result: Ok(Outcome::Done), buffer: None };
        completions.extend(self.submitted.drain(..).map(done));
        Ok(Waited { completion_count, woken })
    }

    fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

/// Writes down what it is told.
struct Notes {
    events: Vec<String>,
    /// A frame of this kind makes it submit, set a timer, fail or close its doors.
    refused: Option<RingIndex>,
    next: Next,
}

const SUBMIT: u32 = 1;
const TIMER: u32 = 2;
const FAIL: u32 = 3;
const NOTE: u32 = 4;

impl ShardApp for Notes {
    fn accepts(&self, ring: RingIndex) -> bool {
        self.refused != Some(ring)
    }

    fn on_frame(
        &mut self,
        context: &mut Context<'_>,
        ring: RingIndex,
        frame: &Frame<'_>,
    ) -> Result<(), Fatal> {
        self.events.push(format!("frame {}:{}", ring.0, frame[0]));
        match frame.kind() {
            SUBMIT => {
                let path = PathBuf::from("some");
                let token = Token::new(1, u64::from(frame[0]));
                context.io.submit(token, Operation::Unlink { path }).expect("room");
            }
            TIMER => {
                let deadline_ns = context.now.monotonic_ns + u64::from(frame[0]) * 1_000_000;
                context.timers.set(deadline_ns, u64::from(frame[0])).expect("room");
            }
            FAIL => return Err(Fatal::new(ExitCode::Damage, "told to")),
            _ => {}
        }
        Ok(())
    }

    fn on_ring_closed(&mut self, _context: &mut Context<'_>, ring: RingIndex) -> Result<(), Fatal> {
        self.events.push(format!("closed {}", ring.0));
        Ok(())
    }

    fn on_timer(&mut self, _context: &mut Context<'_>, token: TimerToken) -> Result<(), Fatal> {
        self.events.push(format!("timer {token}"));
        Ok(())
    }

    fn on_turn(&mut self, context: &mut Context<'_>) -> Result<Next, Fatal> {
        Ok(if context.stopping { Next::Stopped } else { self.next })
    }

    fn on_completion(&mut self, _context: &mut Context<'_>, completion: Completion) -> Result<(), Fatal> {
        self.events.push(format!("done {}", completion.token.local()));
        Ok(())
    }

    fn after_completions(&mut self, _context: &mut Context<'_>) -> Result<(), Fatal> {
        self.events.push("after".to_owned());
        Ok(())
    }
}

type TestShard = Shard<Notes>;

fn rings(sleeper: &Sleeper, count: usize) -> (Vec<Producer>, Vec<Consumer>) {
    (0..count).map(|_| ring(4096, 64, sleeper.waker(), None)).unzip()
}

/// A shard with that many rings on a clock that stands, and its driver.
fn shard(
    ring_count: usize,
    configure: impl FnOnce(&mut ShardConfig),
) -> (TestShard, Vec<Producer>, SimulatedTime) {
    let io = InstantIo::new();
    let (clock, time) = Clock::simulated(Timestamp(0));
    let (sleeper, _) = waker_for_io();
    let (producers, consumers) = rings(&sleeper, ring_count);
    let mut config = ShardConfig::new(ShardId::new(0).unwrap(), clock, sleeper, consumers);
    configure(&mut config);
    let notes = Notes { events: Vec::new(), refused: None, next: Next::Idle { deadline_ns: None } };
    (Shard::new(config, Box::new(io), notes), producers, time)
}

/// Runs one turn and compares what the application was told.
fn check_turn(shard: &mut TestShard, next: Next, expected: &[&str]) {
    let found = shard.turn().unwrap();
    assert_eq!(std::mem::take(&mut shard.app_mut().events), expected);
    assert_eq!(found, next, "{expected:?}");
}

const IDLE: Next = Next::Idle { deadline_ns: None };

#[test]
fn rings_take_turns_within_the_budget() {
    let (mut shard, mut producers, _time) = shard(2, |config| {
        config.budget.frame_count_max = 3;
        config.budget.frame_count_per_ring_max = 2;
    });
    for value in 0..4 {
        producers[0].send(NOTE, &[value]).unwrap();
        producers[1].send(NOTE, &[value]).unwrap();
    }
    check_turn(&mut shard, Next::Busy, &["frame 0:0", "frame 0:1", "frame 1:0"]);
    check_turn(&mut shard, Next::Busy, &["frame 1:1", "frame 1:2", "frame 0:2"]);
    check_turn(&mut shard, IDLE, &["frame 0:3", "frame 1:3"]);
    check_turn(&mut shard, IDLE, &[]);
}

#[test]
fn bytes_are_a_budget_too() {
    let (mut shard, mut producers, _time) = shard(1, |config| config.budget.frame_bytes_max = 100);
    (0..4).for_each(|value| producers[0].send(NOTE, &[value; 60]).unwrap());
    check_turn(&mut shard, Next::Busy, &["frame 0:0", "frame 0:1"]);
    check_turn(&mut shard, IDLE, &["frame 0:2", "frame 0:3"]);
}

#[test]
fn completions_come_in_the_turn_of_their_submission() {
    let (mut shard, mut producers, _time) = shard(1, |_| {});
    producers[0].send(SUBMIT, &[7]).unwrap();
    producers[0].send(SUBMIT, &[8]).unwrap();
    check_turn(&mut shard, Next::Busy, &["frame 0:7", "frame 0:8", "done 7", "done 8", "after"]);
    check_turn(&mut shard, IDLE, &[]);
}

#[test]
fn timers_fire_when_due_and_give_the_deadline() {
    let (mut shard, mut producers, time) = shard(1, |config| config.budget.timer_count_max = 1);
    [5, 3].into_iter().for_each(|ms| producers[0].send(TIMER, &[ms]).unwrap());
    check_turn(&mut shard, Next::Idle { deadline_ns: Some(3_000_000) }, &["frame 0:5", "frame 0:3"]);
    time.advance_ns(5_000_000);
    check_turn(&mut shard, Next::Idle { deadline_ns: Some(5_000_000) }, &["timer 3"]);
    check_turn(&mut shard, IDLE, &["timer 5"]);
    shard.app_mut().next = Next::Idle { deadline_ns: Some(4) };
    check_turn(&mut shard, Next::Idle { deadline_ns: Some(4) }, &[]);
}

#[test]
fn a_refused_ring_waits_without_keeping_the_shard_busy() {
    let (mut shard, mut producers, _time) = shard(2, |_| {});
    shard.app_mut().refused = Some(RingIndex(0));
    [0, 1].into_iter().for_each(|at| producers[at].send(NOTE, &[9]).unwrap());
    check_turn(&mut shard, IDLE, &["frame 1:9"]);
    shard.app_mut().refused = None;
    check_turn(&mut shard, IDLE, &["frame 0:9"]);
}

#[test]
fn a_ring_is_closed_after_its_last_frame() {
    let (mut shard, mut producers, _time) = shard(1, |config| config.budget.frame_count_max = 1);
    [1, 2].into_iter().for_each(|value| producers[0].send(NOTE, &[value]).unwrap());
    drop(producers);
    check_turn(&mut shard, Next::Busy, &["frame 0:1"]);
    check_turn(&mut shard, IDLE, &["frame 0:2", "closed 0"]);
    check_turn(&mut shard, IDLE, &[]);
}

#[test]
fn a_fatal_error_ends_the_loop() {
    let (shard, mut producers, _time) = shard(1, |_| {});
    producers[0].send(FAIL, &[0]).unwrap();
    assert_eq!(shard.run().err(), Some(Fatal::new(ExitCode::Damage, "told to")));
}

#[test]
fn the_loop_sleeps_wakes_and_stops() {
    let io = InstantIo::new();
    let sleeps = io.sleeps.clone();
    let (sleeper, _) = waker_for_io();
    let (mut producers, consumers) = rings(&sleeper, 1);
    let mut config = ShardConfig::new(ShardId::new(0).unwrap(), Clock::system(), sleeper, consumers);
    config.budget.sleep_ns_max = u64::MAX;
    let stop = config.stop.clone();
    let until_asleep = |count: usize| {
        while sleeps.load(Ordering::Relaxed) < count {
            std::thread::yield_now();
        }
    };
    let running = spawn_pinned("shard-0", None, move |pinned| {
        assert_eq!(pinned.unwrap(), None);
        let notes = Notes { events: Vec::new(), refused: None, next: IDLE };
        Shard::new(config, Box::new(io), notes).run()
    });
    for value in 1..=3 {
        until_asleep(usize::from(value));
        producers[0].send(NOTE, &[value]).unwrap();
    }
    until_asleep(4);
    stop.stop();
    assert_eq!(running.unwrap().join().unwrap().events, ["frame 0:1", "frame 0:2", "frame 0:3"]);
}
