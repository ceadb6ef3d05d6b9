//! The loop over the real backends: requests through a ring, a durable write each, answers through a ring,
//! with sleeps in between. A lost wake-up shows as a test that does not end.
#![cfg(not(loom))]

use std::sync::mpsc;
use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::ids::ShardId;
use tidemill_core::io::{
    AlignedBuffer, BLOCK_BYTES, BackendChoice, Completion, Durability, DurableMethod, File, OpenOptions,
    Operation, Outcome, Token, WriteBuffer, open_io, probe,
};
use tidemill_core::limits::{IO_DEPTH, RING_BYTES};
use tidemill_core::ring::{ClaimError, Consumer, Frame, Outbox, Producer, ring};
use tidemill_core::shard::{
    Context, Next, RingIndex, Shard, ShardApp, ShardConfig, TimerToken, spawn_pinned,
};
use tidemill_core::time::Clock;
use tidemill_core::wake::{Sleeper, waker, waker_for_io};

const ANSWER: u32 = 7;
/// Every so many requests one asks for a timer instead of a write.
const TIMER_EVERY: u64 = 5;

/// Answers each request when its write is durable, or its timer has fired.
struct Echo {
    file: File,
    block: WriteBuffer,
    answers: Outbox,
    gone: bool,
}

impl Echo {
    fn answer(&mut self, number: u64) -> Result<(), Fatal> {
        let sent = self.answers.send(ANSWER, &number.to_le_bytes());
        sent.map_err(|error| Fatal::new(ExitCode::Panic, error))
    }
}

impl ShardApp for Echo {
    fn on_frame(&mut self, context: &mut Context<'_>, _: RingIndex, frame: &Frame<'_>) -> Result<(), Fatal> {
        let number = u64::from_le_bytes(frame[..8].try_into().expect("a number"));
        if number.is_multiple_of(TIMER_EVERY) {
            context.timers.set(context.now.monotonic_ns + 10_000, number).expect("a free timer");
            return Ok(());
        }
        let write = Operation::Write {
            file: self.file.clone(),
            offset: (number % 16) * BLOCK_BYTES as u64,
            buffer: self.block.clone(),
            range: 0..BLOCK_BYTES,
            durability: Durability::Durable(DurableMethod::WriteThenSync),
        };
        assert!(context.io.submit(Token::new(1, number), write).is_ok(), "more under way than was sent");
        Ok(())
    }

    fn on_ring_closed(&mut self, _: &mut Context<'_>, _: RingIndex) -> Result<(), Fatal> {
        self.gone = true;
        Ok(())
    }

    fn on_timer(&mut self, _: &mut Context<'_>, token: TimerToken) -> Result<(), Fatal> {
        self.answer(token)
    }

    fn on_turn(&mut self, context: &mut Context<'_>) -> Result<Next, Fatal> {
        let sent = self.answers.flush();
        if self.gone && context.io.in_flight() == 0 && context.timers.is_empty() {
            return Ok(Next::Stopped);
        }
        assert_eq!(sent, Ok(true), "the reader is behind");
        Ok(Next::Idle { deadline_ns: None })
    }

    fn on_completion(&mut self, _: &mut Context<'_>, completion: Completion) -> Result<(), Fatal> {
        match completion.result {
            Ok(Outcome::Bytes(_) | Outcome::Done) => self.answer(completion.token.local()),
            Ok(other) => panic!("a write gave {other:?}"),
            Err(error) => Err(Fatal::new(ExitCode::IoFailure, error)),
        }
    }

    fn after_completions(&mut self, _: &mut Context<'_>) -> Result<(), Fatal> {
        self.answers.flush().map(drop).map_err(|error| Fatal::new(ExitCode::Panic, error))
    }
}

/// A client thread's view: how many requests it keeps under way.
fn converse(requests: &mut Producer, answers: &mut Consumer, sleeper: &mut Sleeper, count: u64, window: u64) {
    let (mut sent, mut seen, mut sum) = (0, 0, 0);
    while seen < count {
        while sent < count && sent - seen < window {
            match requests.send(1, &sent.to_le_bytes()) {
                Ok(()) => sent += 1,
                Err(error) => assert_eq!(error, ClaimError::Full),
            }
        }
        while let Some(frame) = answers.read() {
            assert_eq!(frame.kind(), ANSWER);
            sum += u64::from_le_bytes(frame[..].try_into().expect("a number"));
            seen += 1;
        }
        if sent - seen == window.min(count - seen) && seen < count && sleeper.prepare_sleep() {
            if answers.is_empty() { sleeper.wait(None) } else { sleeper.awoke() }
        }
    }
    assert_eq!(sum, (0..count).sum::<u64>(), "each request has one answer");
}

fn check_backend(choice: BackendChoice, name: &'static str) {
    let (shard_sleeper, shard_waker) = waker_for_io();
    let (mut sleeper, client_waker) = waker().unwrap();
    let (mut requests, inbound) = ring(RING_BYTES, 64, shard_waker.clone(), None);
    let (outbound, mut answers) = ring(RING_BYTES, 64, client_waker, Some(shard_waker));
    let directory = std::env::temp_dir().join(format!("tidemill-shard-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("blocks");
    let (done, ended) = mpsc::channel();
    let config = ShardConfig::new(ShardId::new(0).unwrap(), Clock::system(), shard_sleeper, vec![inbound]);
    let metrics = config.metrics.clone();
    let thread = spawn_pinned(name, Some(0), move |_| {
        let (io, _) = open_io(choice, IO_DEPTH).map_err(|error| Fatal::new(ExitCode::Machine, error))?;
        let options = OpenOptions { write: true, create: true, ..OpenOptions::default() };
        let file = io.files().open(&path, options).map_err(|error| Fatal::new(ExitCode::IoFailure, error))?;
        let block = WriteBuffer::from(AlignedBuffer::new(BLOCK_BYTES));
        let echo = Echo { file, block, answers: Outbox::new(outbound, 1000, 64_000), gone: false };
        let ended = Shard::new(config, io, echo).run().map(drop);
        done.send(()).expect("the test waits");
        ended
    });
    converse(&mut requests, &mut answers, &mut sleeper, 300, 1);
    converse(&mut requests, &mut answers, &mut sleeper, 1000, 32);
    assert_eq!(metrics.frames.get(), 1300);
    assert!(metrics.sleeps.get() > 100, "one at a time it sleeps each time: {}", metrics.sleeps.get());
    drop(requests);
    ended.recv().unwrap();
    thread.unwrap().join().unwrap();
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn the_loop_runs_over_the_portable_backend() {
    check_backend(BackendChoice::Portable, "portable");
}

#[test]
#[allow(clippy::print_stderr)]
fn the_loop_runs_over_io_uring() {
    match probe().uring {
        Ok(_) => check_backend(BackendChoice::Uring, "uring"),
        Err(reason) => eprintln!("skipped: io_uring is not usable here: {reason}"),
    }
}
