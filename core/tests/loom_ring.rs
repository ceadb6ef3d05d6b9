//! Every interleaving of the ring and of the sleep protocol, within loom's bounds:
//! `RUSTFLAGS="--cfg loom" cargo test --release -p tidemill-core --test loom_ring`.
//! A lost wake-up is a deadlock here, a frame that is read while it is written an error of the tracked cells.
#![cfg(loom)]

use loom::thread;
use tidemill_core::ring::{ClaimError, Consumer, ring};
use tidemill_core::wake::{Sleeper, waker};

/// Bounds the preemptions, which finds what there is to find in these sizes within seconds.
fn check(scenario: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(scenario);
}

/// Reads `count` frames, sleeping when there is none, and checks that they count up from 0.
fn read_all(consumer: &mut Consumer, sleeper: &mut Sleeper, count: u8) {
    let mut expected = 0;
    while expected < count {
        while let Some(frame) = consumer.read() {
            assert_eq!((frame.kind(), &frame[..]), (u32::from(expected), &[expected; 8][..]));
            expected += 1;
        }
        if expected < count && sleeper.prepare_sleep() {
            if consumer.is_empty() { sleeper.wait(None) } else { sleeper.awoke() }
        }
    }
}

#[test]
fn frames_arrive_whole_and_no_wake_up_is_lost() {
    check(|| {
        let (mut sleeper, waker) = waker().unwrap();
        let (mut producer, mut consumer) = ring(64, 8, waker, None);
        let writer = thread::spawn(move || {
            for value in 0..2_u8 {
                producer.send(u32::from(value), &[value; 8]).unwrap();
            }
        });
        read_all(&mut consumer, &mut sleeper, 2);
        writer.join().unwrap();
    });
}

#[test]
fn a_batch_needs_one_wake() {
    check(|| {
        let (mut sleeper, waker) = waker().unwrap();
        let (mut producer, mut consumer) = ring(64, 8, waker, None);
        let writer = thread::spawn(move || {
            for value in 0..2_u8 {
                let mut claim = producer.claim(u32::from(value), 8).unwrap();
                claim.copy_from_slice(&[value; 8]);
                claim.publish();
            }
            producer.wake();
            // Dropping the producer wakes as well: keep it, so that only the wake above can end the sleep.
            producer
        });
        read_all(&mut consumer, &mut sleeper, 2);
        drop(writer.join().unwrap());
    });
}

#[test]
fn a_full_ring_wakes_its_producer() {
    check(|| {
        let (mut reader_sleeper, reader_waker) = waker().unwrap();
        let (mut writer_sleeper, writer_waker) = waker().unwrap();
        let (mut producer, mut consumer) = ring(64, 24, reader_waker, Some(writer_waker));
        let writer = thread::spawn(move || {
            for value in 0..3_u8 {
                // 24 bytes: the third wraps behind padding.
                loop {
                    match producer.claim(u32::from(value), 16) {
                        Ok(mut claim) => {
                            claim.copy_from_slice(&[value; 16]);
                            break claim.commit();
                        }
                        Err(ClaimError::Full) => {
                            if writer_sleeper.prepare_sleep() {
                                writer_sleeper.wait(None);
                            }
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            }
            producer
        });
        let mut expected = 0_u8;
        while expected < 3 {
            while let Some(frame) = consumer.read() {
                assert_eq!(&frame[..], &[expected; 16]);
                expected += 1;
            }
            if expected < 3 && reader_sleeper.prepare_sleep() {
                if consumer.is_empty() { reader_sleeper.wait(None) } else { reader_sleeper.awoke() }
            }
        }
        drop(writer.join().unwrap());
    });
}

#[test]
fn heap_frames_change_hands() {
    check(|| {
        let (mut sleeper, waker) = waker().unwrap();
        let (mut producer, mut consumer) = ring(64, 100, waker, None);
        let writer = thread::spawn(move || {
            producer.send(1, &[7; 100]).unwrap();
            producer
        });
        if sleeper.prepare_sleep() {
            if consumer.is_empty() { sleeper.wait(None) } else { sleeper.awoke() }
        }
        assert_eq!(&consumer.read().expect("the sender woke us")[..], &[7; 100]);
        drop(writer.join().unwrap());
    });
}

#[test]
fn a_token_is_never_lost() {
    check(|| {
        let (mut sleeper, waker) = waker().unwrap();
        let other = {
            let waker = waker.clone();
            thread::spawn(move || waker.wake())
        };
        if sleeper.prepare_sleep() {
            sleeper.wait(None);
        }
        other.join().unwrap();
    });
}

/// As a shard does: one sleep for several rings. A late signal of an earlier sleep must not be left in the event,
/// which `awoke` asserts.
#[test]
fn two_producers_wake_one_sleeper() {
    check(|| {
        let (mut sleeper, waker) = waker().unwrap();
        let (senders, mut rings): (Vec<_>, Vec<_>) = (0..2).map(|_| ring(64, 8, waker.clone(), None)).unzip();
        let writers: Vec<_> = senders
            .into_iter()
            .map(|mut producer| {
                thread::spawn(move || {
                    producer.send(1, &[1; 8]).unwrap();
                    producer
                })
            })
            .collect();
        let mut seen = 0;
        while seen < 2 {
            for ring in &mut rings {
                seen += usize::from(ring.read().is_some());
            }
            if seen < 2 && sleeper.prepare_sleep() {
                if rings.iter_mut().all(Consumer::is_empty) { sleeper.wait(None) } else { sleeper.awoke() }
            }
        }
        writers.into_iter().for_each(|writer| drop(writer.join().unwrap()));
    });
}

#[test]
fn a_gone_producer_ends_the_sleep() {
    check(|| {
        let (mut sleeper, waker) = waker().unwrap();
        let (producer, mut consumer) = ring(64, 8, waker, None);
        let other = thread::spawn(move || drop(producer));
        while !consumer.is_closed() {
            if sleeper.prepare_sleep() {
                sleeper.wait(None);
            }
        }
        assert!(consumer.is_empty());
        other.join().unwrap();
    });
}
