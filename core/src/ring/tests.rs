//! One thread and two: order, wrapping, bounds, heap frames, ends that go away.

use super::*;
use crate::wake::waker;

fn small(capacity: usize, frame_bytes_max: usize) -> (Producer, Consumer) {
    let (_, waker) = waker().unwrap();
    ring(capacity, frame_bytes_max, waker, None)
}

/// Sends frames of these lengths one after the other through a ring of 64 bytes, reading each one at once.
fn check_passes(lengths: &[usize]) {
    let (mut producer, mut consumer) = small(64, 1000);
    for (number, length) in lengths.iter().enumerate() {
        let payload: Vec<u8> = (0..*length).map(|at| (at + number) as u8).collect();
        producer.send(number as u32, &payload).unwrap();
        let frame = consumer.read().expect("a frame was sent");
        assert_eq!((frame.kind(), &frame[..]), (number as u32, &payload[..]));
        assert!(consumer.read().is_none());
    }
    assert_eq!(producer.used_bytes(), 0);
}

#[test]
fn frames_of_all_sizes_pass_and_wrap() {
    check_passes(&[0, 1, 7, 8, 9, 24, 23, 16, 17, 24, 24, 24, 3, 24, 0, 0, 0, 24]);
    check_passes(&[25, 24, 999, 1000, 1, 500, 24, 24, 500]);
    check_passes(&(0..200).collect::<Vec<_>>());
}

#[test]
fn a_full_ring_says_so_and_recovers() {
    let (mut producer, mut consumer) = small(64, 8);
    for _ in 0..4 {
        producer.send(1, &[5; 8]).unwrap();
    }
    assert_eq!(producer.send(1, &[5; 8]), Err(ClaimError::Full));
    assert_eq!(producer.send(1, &[]), Err(ClaimError::Full));
    assert_eq!(producer.used_bytes(), 64);
    consumer.read().unwrap();
    assert_eq!(producer.send(1, &[5; 8]), Err(ClaimError::Full), "read is not yet given back");
    consumer.release();
    producer.send(1, &[6; 8]).unwrap();
}

#[test]
fn half_a_buffer_is_given_back_without_being_asked() {
    let (mut producer, mut consumer) = small(64, 8);
    for _ in 0..4 {
        producer.send(1, &[5; 8]).unwrap();
    }
    for _ in 0..3 {
        consumer.read().unwrap();
    }
    producer.send(1, &[6; 8]).unwrap();
}

#[test]
fn a_dropped_claim_leaves_no_trace() {
    let (mut producer, mut consumer) = small(64, 100);
    producer.claim(9, 16).unwrap().fill(1);
    producer.claim(9, 100).unwrap().fill(1);
    assert!(consumer.read().is_none());
    producer.send(2, &[3]).unwrap();
    assert_eq!(consumer.read().unwrap().kind(), 2);
}

#[test]
fn a_prefix_is_as_long_as_said() {
    let (mut producer, mut consumer) = small(64, 100);
    let check = |producer: &mut Producer, consumer: &mut Consumer, claimed: usize, used: usize| {
        let mut claim = producer.claim(1, claimed).unwrap();
        claim[..used].fill(4);
        claim.commit_prefix(used);
        assert_eq!(&consumer.read().unwrap()[..], &vec![4; used][..]);
        assert!(consumer.read().is_none());
    };
    for used in [0, 5, 8, 24] {
        check(&mut producer, &mut consumer, 24, used);
        check(&mut producer, &mut consumer, 100, used);
    }
}

#[test]
fn too_large_is_another_answer_than_full() {
    let (mut producer, _consumer) = small(1024, 100);
    assert_eq!(
        producer.send(1, &[0; 101]),
        Err(ClaimError::TooLarge { frame_bytes: 101, frame_bytes_max: 100 })
    );
    producer.send(1, &[0; 100]).unwrap();
}

#[test]
fn heap_frames_are_bounded_and_freed() {
    let (mut producer, mut consumer) = small(256, 10_000);
    producer.send(1, &[1; 10_000]).unwrap();
    producer.send(1, &[2; 10_000]).unwrap();
    assert_eq!(producer.send(1, &[3; 10_000]), Err(ClaimError::Full));
    assert_eq!(consumer.read().unwrap()[9999], 1);
    producer.send(1, &[3; 10_000]).unwrap();
    // What nobody read is freed with the ring: the leak checks of Miri and of the sanitizer look at this.
    drop((producer, consumer));
}

#[test]
fn the_other_end_is_missed() {
    let (mut producer, mut consumer) = small(64, 8);
    producer.send(1, &[1]).unwrap();
    assert!(!consumer.is_closed());
    drop(producer);
    assert!(consumer.is_closed());
    assert!(consumer.read().is_some());
    assert!(consumer.read().is_none());

    let (mut producer, consumer) = small(64, 8);
    drop(consumer);
    assert!(producer.is_closed());
    let sent = (0..9).map(|_| producer.send(1, &[0; 8])).find(Result::is_err);
    assert_eq!(sent, Some(Err(ClaimError::Closed)));
}

#[test]
#[should_panic(expected = "marks padding")]
fn the_padding_kind_is_taken() {
    let (mut producer, _consumer) = small(64, 8);
    let _ = producer.claim(u32::MAX, 0);
}

#[test]
fn two_threads_keep_order_over_many_laps() {
    let count = if cfg!(miri) { 300 } else { 200_000 };
    let (mut sleeper, reader_waker) = waker().unwrap();
    let (mut writer_sleeper, writer_waker) = waker().unwrap();
    let (mut producer, mut consumer) = ring(512, 2000, reader_waker, Some(writer_waker));
    let writer = std::thread::spawn(move || {
        for number in 0..count {
            let length = if number % 97 == 0 { 1000 } else { number % 120 };
            while let Err(error) = producer.send(number as u32, &vec![number as u8; length]) {
                assert_eq!(error, ClaimError::Full);
                if writer_sleeper.prepare_sleep() {
                    writer_sleeper.wait(None);
                }
            }
        }
    });
    let mut expected = 0_usize;
    while expected < count {
        while let Some(frame) = consumer.read() {
            let length = if expected.is_multiple_of(97) { 1000 } else { expected % 120 };
            assert_eq!((frame.kind() as usize, frame.len()), (expected, length));
            assert!(frame.iter().all(|byte| *byte == expected as u8));
            expected += 1;
        }
        if sleeper.prepare_sleep() {
            if consumer.is_empty() && !consumer.is_closed() { sleeper.wait(None) } else { sleeper.awoke() }
        }
    }
    writer.join().unwrap();
}

#[test]
fn an_outbox_keeps_order_and_bounds() {
    let (producer, mut consumer) = small(64, 40);
    let mut outbox = Outbox::new(producer, 3, 60);
    let check = |consumer: &mut Consumer, expected: &[u8]| {
        let found: Vec<u8> = std::iter::from_fn(|| consumer.read().map(|frame| frame[0])).collect();
        assert_eq!(found, expected);
    };
    for value in 0..4 {
        outbox.send(1, &[value; 24]).unwrap();
    }
    assert_eq!((outbox.waiting_count(), outbox.waiting_bytes()), (2, 48));
    assert_eq!(outbox.send(1, &[9; 24]), Err(ClaimError::Full), "bytes");
    outbox.send(1, &[4]).unwrap();
    assert_eq!(outbox.send(1, &[9]), Err(ClaimError::Full), "frames");
    assert_eq!(outbox.flush(), Ok(false));
    check(&mut consumer, &[0, 1]);
    assert_eq!(outbox.flush(), Ok(false));
    check(&mut consumer, &[2, 3]);
    assert_eq!(outbox.flush(), Ok(true));
    check(&mut consumer, &[4]);
    assert_eq!(outbox.waiting_bytes(), 0);
    outbox.send(1, &[5; 24]).unwrap();
    check(&mut consumer, &[5]);
    let too_large = Err(ClaimError::TooLarge { frame_bytes: 41, frame_bytes_max: 40 });
    assert_eq!(outbox.send(1, &[0; 41]), too_large);
    outbox.send(1, &[6; 24]).unwrap();
    outbox.send(1, &[7; 24]).unwrap();
    outbox.send(1, &[8; 24]).unwrap();
    assert_eq!(outbox.send(1, &[0; 41]), too_large, "also while others wait");
    drop(consumer);
    assert_eq!(outbox.flush(), Err(ClaimError::Closed));
}
