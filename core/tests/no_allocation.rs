//! The data path of a shard thread allocates nothing after warm-up:
//! `cargo test -p tidemill-core --features alloc-counter --test no_allocation`.
#![cfg(all(feature = "alloc-counter", not(loom)))]

use tidemill_core::alloc_counter::{CountingAllocator, allocations_of};
use tidemill_core::histogram::Histogram;
use tidemill_core::limits::{FRAME_BYTES_MAX, RING_BYTES};
use tidemill_core::metrics::Registry;
use tidemill_core::ring::{ClaimError, Outbox, ring};
use tidemill_core::time::{Clock, Timers};
use tidemill_core::wake::waker;

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
