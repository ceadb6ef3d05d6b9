//! The data path of a shard thread allocates nothing after warm-up:
//! `cargo test -p tidemill-core --features alloc-counter --test no_allocation`.
#![cfg(all(feature = "alloc-counter", not(loom)))]

use tidemill_core::alloc_counter::{CountingAllocator, allocations_of};
use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::histogram::Histogram;
use tidemill_core::ids::ShardId;
use tidemill_core::io::{
    AlignedBuffer, BLOCK_BYTES, BackendChoice, Completion, Durability, File, OpenOptions, Operation, Token,
    WriteBuffer, open_io, probe,
};
use tidemill_core::limits::{FRAME_BYTES_MAX, IO_DEPTH, RING_BYTES};
use tidemill_core::metrics::Registry;
use tidemill_core::ring::{ClaimError, Frame, Outbox, ring};
use tidemill_core::shard::{Context, Next, RingIndex, Shard, ShardApp, ShardConfig, TimerToken};
use tidemill_core::time::{Clock, Timers};
use tidemill_core::wake::{waker, waker_for_io};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn check(what: &str, mut work: impl FnMut()) {
    work();
    let (count, ()) = allocations_of(work);
    assert_eq!(count, 0, "{what} allocated {count} times");
}

#[test]
fn the_counter_counts() {
    let (count, text) = allocations_of(|| vec![1_u8; 100]);
    assert_eq!((count, text.len()), (1, 100));
}

#[test]
fn frames_allocate_nothing() {
    let (_sleeper, waker) = waker().unwrap();
    let (mut producer, mut consumer) = ring(RING_BYTES, FRAME_BYTES_MAX, waker, None);
    check("a ring", || {
        for length in 0..5000 {
            let mut claim = producer.claim(1, length).unwrap();
            claim.fill(1);
            claim.commit();
            assert_eq!(consumer.read().unwrap().len(), length);
            consumer.release();
        }
    });
    let mut outbox = Outbox::new(producer, 1000, RING_BYTES);
    check("an outbox", || {
        let mut sent = 0;
        while outbox.waiting_count() < 100 {
            outbox.send(1, &[7; 500]).unwrap();
            sent += 1;
        }
        loop {
            while consumer.read().is_some() {
                sent -= 1;
            }
            if sent == 0 {
                break;
            }
            assert_ne!(outbox.flush(), Err(ClaimError::Closed));
        }
    });
}

#[test]
fn timers_clock_and_measures_allocate_nothing() {
    let (clock, mut timers, histogram) = (Clock::system(), Timers::with_capacity(100), Histogram::new());
    let registry = Registry::new();
    let (counter, gauge) = (registry.counter("c_total", "", &[]), registry.gauge("g", "", &[]));
    let mut sum = histogram.snapshot();
    check("a turn's tools", || {
        let began = clock.now().monotonic_ns;
        let ids: [_; 100] = std::array::from_fn(|at| timers.set(began + at as u64, at).unwrap());
        ids.iter().step_by(3).for_each(|id| assert!(timers.cancel(*id).is_some()));
        while timers.pop_due(u64::MAX).is_some() {
            counter.increment();
        }
        gauge.set(timers.len() as i64);
        histogram.record(clock.monotonic_ns() - began);
        histogram.add_to(&mut sum);
    });
}

/// Answers each frame and writes a block for it.
struct Busy {
    file: File,
    block: WriteBuffer,
    answers: Outbox,
    done: usize,
}

impl ShardApp for Busy {
    fn on_frame(&mut self, context: &mut Context<'_>, _: RingIndex, frame: &Frame<'_>) -> Result<(), Fatal> {
        let write = Operation::Write {
            file: self.file.clone(),
            offset: 0,
            buffer: self.block.clone(),
            range: 0..BLOCK_BYTES,
            durability: Durability::Volatile,
        };
        assert!(context.io.submit(Token::new(1, 1), write).is_ok(), "more under way than was sent");
        context.timers.set(0, 1).expect("a free timer");
        self.answers.send(1, frame).expect("room");
        Ok(())
    }

    fn on_timer(&mut self, _: &mut Context<'_>, _: TimerToken) -> Result<(), Fatal> {
        Ok(())
    }

    fn on_turn(&mut self, _: &mut Context<'_>) -> Result<Next, Fatal> {
        assert_eq!(self.answers.flush(), Ok(true));
        Ok(Next::Idle { deadline_ns: None })
    }

    fn on_completion(&mut self, _: &mut Context<'_>, completion: Completion) -> Result<(), Fatal> {
        completion.result.map_err(|error| Fatal::new(ExitCode::IoFailure, error))?;
        self.done += 1;
        Ok(())
    }
}

#[test]
#[allow(clippy::print_stderr)]
fn turns_of_a_shard_allocate_nothing() {
    let choice = match probe().uring {
        Ok(_) => BackendChoice::Uring,
        Err(reason) => return eprintln!("skipped: io_uring is not usable here: error {reason}"),
    };
    let ((sleeper, to_shard), (_sleeper, to_client)) = (waker_for_io(), waker().unwrap());
    let (mut requests, inbound) = ring(RING_BYTES, FRAME_BYTES_MAX, to_shard, None);
    let (outbound, mut answers) = ring(RING_BYTES, FRAME_BYTES_MAX, to_client, None);
    let path = std::env::temp_dir().join(format!("tidemill-no-allocation-{}", std::process::id()));
    let (io, _) = open_io(choice, IO_DEPTH).unwrap();
    let options = OpenOptions { write: true, create: true, ..OpenOptions::default() };
    let file = io.files().open(&path, options).unwrap();
    let block = WriteBuffer::from(AlignedBuffer::new(BLOCK_BYTES));
    let busy = Busy { file, block, answers: Outbox::new(outbound, 100, RING_BYTES), done: 0 };
    let config = ShardConfig::new(ShardId::new(0).unwrap(), Clock::system(), sleeper, vec![inbound]);
    let mut shard = Shard::new(config, io, busy);
    shard.start().unwrap();
    check("a shard's turns", || {
        for _ in 0..100 {
            (0..20).for_each(|_| requests.send(1, &[3; 300]).unwrap());
            shard.app_mut().done = 0;
            while shard.app().done < 20 {
                shard.turn().unwrap();
            }
            assert_eq!(std::iter::from_fn(|| answers.read().map(|frame| frame.len())).sum::<usize>(), 6000);
        }
    });
    std::fs::remove_file(path).unwrap();
}
