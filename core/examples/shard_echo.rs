//! What a shard's loop costs by itself: a client thread sends small frames through a ring, the shard answers
//! each, nothing is written. `cargo run --release -p tidemill-core --example shard_echo [uring|portable]`
#![allow(clippy::print_stdout)]

use std::time::Instant;
use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::histogram::Histogram;
use tidemill_core::ids::ShardId;
use tidemill_core::io::{BackendChoice, Completion, open_io};
use tidemill_core::limits::{IO_DEPTH, OUTBOX_BYTES_MAX, OUTBOX_FRAME_COUNT_MAX, RING_BYTES};
use tidemill_core::ring::{Consumer, Frame, Outbox, Producer, ring};
use tidemill_core::shard::{
    Context, Next, RingIndex, Shard, ShardApp, ShardConfig, TimerToken, spawn_pinned,
};
use tidemill_core::time::Clock;
use tidemill_core::wake::{Sleeper, waker, waker_for_io};

struct Echo {
    answers: Outbox,
    gone: bool,
}

impl ShardApp for Echo {
    fn on_frame(&mut self, _: &mut Context<'_>, _: RingIndex, frame: &Frame<'_>) -> Result<(), Fatal> {
        self.answers.send(frame.kind(), frame).map_err(|error| Fatal::new(ExitCode::Panic, error))
    }

    fn on_ring_closed(&mut self, _: &mut Context<'_>, _: RingIndex) -> Result<(), Fatal> {
        self.gone = true;
        Ok(())
    }

    fn on_timer(&mut self, _: &mut Context<'_>, _: TimerToken) -> Result<(), Fatal> {
        Ok(())
    }

    fn on_turn(&mut self, _: &mut Context<'_>) -> Result<Next, Fatal> {
        if self.gone {
            return Ok(Next::Stopped);
        }
        self.answers.flush().map_err(|error| Fatal::new(ExitCode::Panic, error))?;
        Ok(Next::Idle { deadline_ns: None })
    }

    fn on_completion(&mut self, _: &mut Context<'_>, _: Completion) -> Result<(), Fatal> {
        Ok(())
    }
}

fn main() {
    let choice = match std::env::args().nth(1).as_deref() {
        Some("portable") => BackendChoice::Portable,
        Some("uring") => BackendChoice::Uring,
        _ => BackendChoice::Auto,
    };
    let (shard_sleeper, shard_waker) = waker_for_io();
    let (mut sleeper, client_waker) = waker().expect("an eventfd");
    let (mut requests, inbound) = ring(RING_BYTES, 64, shard_waker.clone(), None);
    let (outbound, mut answers) = ring(RING_BYTES, 64, client_waker, Some(shard_waker));
    let id = ShardId::new(0).expect("a small number");
    let config = ShardConfig::new(id, Clock::system(), shard_sleeper, vec![inbound]);
    let metrics = config.metrics.clone();
    let thread = spawn_pinned("shard-0", Some(0), move |_| {
        let (io, _) = open_io(choice, IO_DEPTH).map_err(|error| Fatal::new(ExitCode::Machine, error))?;
        let answers = Outbox::new(outbound, OUTBOX_FRAME_COUNT_MAX, OUTBOX_BYTES_MAX);
        Shard::new(config, io, Echo { answers, gone: false }).run().map(drop)
    });
    for (window, count) in [(1, 50_000), (64, 3_000_000), (1, 50_000), (64, 3_000_000)] {
        let (turns, sleeps) = (metrics.turns.get(), metrics.sleeps.get());
        converse(&mut requests, &mut answers, &mut sleeper, window, count);
        let (turns, sleeps) = (metrics.turns.get() - turns, metrics.sleeps.get() - sleeps);
        println!("         {turns} turns, {sleeps} sleeps");
    }
    drop(requests);
    thread.expect("a thread").join().expect("the shard ends well");
}

/// Keeps `window` frames under way and prints rate and round trips.
fn converse(requests: &mut Producer, answers: &mut Consumer, sleeper: &mut Sleeper, window: u64, count: u64) {
    let (clock, histogram) = (Clock::system(), Histogram::new());
    let (mut sent, mut seen, began) = (0, 0, Instant::now());
    while seen < count {
        while sent < count && sent - seen < window {
            let mut claim = requests.claim(1, 32).expect("the window is smaller than the ring");
            claim[..8].copy_from_slice(&clock.monotonic_ns().to_le_bytes());
            claim.publish();
            sent += 1;
        }
        requests.wake();
        while let Some(frame) = answers.read() {
            let sent_ns = u64::from_le_bytes(frame[..8].try_into().expect("eight bytes"));
            histogram.record(clock.monotonic_ns() - sent_ns);
            seen += 1;
        }
        if sent - seen == window.min(count - seen) && seen < count && sleeper.prepare_sleep() {
            if answers.is_empty() { sleeper.wait(None) } else { sleeper.awoke() }
        }
    }
    let (rate, all) = (count as f64 / began.elapsed().as_secs_f64(), histogram.snapshot());
    let us = |share: f64| all.percentile_ns(share) as f64 / 1000.0;
    let (p50, p99) = (us(0.5), us(0.99));
    println!("{window:>3} under way: {:.3} M round trips/s, p50 {p50:.1} us, p99 {p99:.1} us", rate / 1e6);
}
