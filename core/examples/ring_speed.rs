//! How fast the ring is: frames a second one way across two threads, and what waking a sleeper costs against
//! a bare eventfd, in the same run, taking turns. `cargo run --release -p tidemill-core --example ring_speed`
#![allow(clippy::print_stdout, unsafe_code)]

use std::fs::File;
use std::hint::spin_loop;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::thread;
use std::time::Instant;
use tidemill_core::limits::RING_BYTES;
use tidemill_core::ring::{Consumer, Producer, ring};
use tidemill_core::wake::{Sleeper, waker};

const FRAMES: usize = 20_000_000;
const ROUNDS: usize = 20_000;

fn main() {
    for (name, batch) in [("each frame committed", 1), ("published in batches of 16", 16)] {
        for payload_bytes in [8, 64, 256] {
            let rate = one_way(payload_bytes, batch);
            println!("one way, {payload_bytes:>3} B payload, {name}: {:.1} M frames/s", rate / 1e6);
        }
    }
    for _ in 0..3 {
        let (bare, rings) = (ping_pong_eventfd(), ping_pong_rings());
        println!("wake-up, half a round trip, p50 / p99 us: bare eventfd {bare}, ring {rings}");
    }
}

/// Frames a second while both threads run; the reader spins when there is nothing.
fn one_way(payload_bytes: usize, batch: usize) -> f64 {
    let (_sleeper, waker) = waker().expect("an eventfd");
    let (producer, mut consumer) = ring(RING_BYTES, payload_bytes, waker, None);
    let start = Instant::now();
    let writer = thread::spawn(move || write_frames(producer, payload_bytes, batch));
    let (mut count, mut sum) = (0, 0_u64);
    while count < FRAMES {
        match consumer.read() {
            Some(frame) => {
                sum += u64::from(frame[0]);
                count += 1;
            }
            None => spin_loop(),
        }
    }
    let rate = FRAMES as f64 / start.elapsed().as_secs_f64();
    let expected: u64 = (0..FRAMES as u64).map(|number| number & 0xff).sum();
    assert_eq!(sum, expected, "a frame was damaged");
    drop(writer.join().expect("the writer"));
    rate
}

fn write_frames(mut producer: Producer, payload_bytes: usize, batch: usize) -> Producer {
    let mut number = 0;
    while number < FRAMES {
        let Ok(mut claim) = producer.claim(1, payload_bytes) else {
            spin_loop();
            continue;
        };
        claim[0] = number as u8;
        number += 1;
        if number % batch == 0 { claim.commit() } else { claim.publish() }
    }
    producer.wake();
    producer
}

fn ping_pong_eventfd() -> String {
    let (ping, pong) = (eventfd(), eventfd());
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                (&ping).read_exact(&mut [0; 8]).expect("eventfd read");
                (&pong).write_all(&1_u64.to_ne_bytes()).expect("eventfd write");
            }
        });
        percentiles(|| {
            (&ping).write_all(&1_u64.to_ne_bytes()).expect("eventfd write");
            (&pong).read_exact(&mut [0; 8]).expect("eventfd read");
        })
    })
}

/// A blocking eventfd, nothing around it.
fn eventfd() -> File {
    // SAFETY: a plain system call without pointers.
    let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
    assert!(descriptor >= 0, "eventfd: {}", std::io::Error::last_os_error());
    // SAFETY: new, open, owned by nobody else.
    unsafe { File::from_raw_fd(descriptor) }
}

fn ping_pong_rings() -> String {
    let ((mut mine, wake_me), (mut other, wake_other)) = (waker().expect("fd"), waker().expect("fd"));
    let (mut to_other, mut from_me) = ring(RING_BYTES, 64, wake_other, None);
    let (mut to_me, mut from_other) = ring(RING_BYTES, 64, wake_me, None);
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..ROUNDS {
                sleep_until_frame(&mut from_me, &mut other);
                to_me.send(1, &[1; 32]).expect("room");
            }
        });
        percentiles(|| {
            to_other.send(1, &[1; 32]).expect("room");
            sleep_until_frame(&mut from_other, &mut mine);
        })
    })
}

fn sleep_until_frame(consumer: &mut Consumer, sleeper: &mut Sleeper) {
    while consumer.read().is_none() {
        if sleeper.prepare_sleep() {
            if consumer.is_empty() { sleeper.wait(None) } else { sleeper.awoke() }
        }
    }
    consumer.release();
}

fn percentiles(mut round: impl FnMut()) -> String {
    let mut half_ns: Vec<u64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed().as_nanos() as u64 / 2
        })
        .collect();
    half_ns.sort_unstable();
    let at = |share: f64| half_ns[(ROUNDS as f64 * share) as usize] as f64 / 1000.0;
    format!("{:.1} / {:.1}", at(0.5), at(0.99))
}
