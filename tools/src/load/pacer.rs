//! The clock of the open loop: instance *i* is due at start + i / rate. A thread sleeps until each due time and
//! sends it
//! on, because the timers of the runtime are no finer than a millisecond.

use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

/// Due times that may wait unread; at the bound the pacer waits, and the wait counts as latency.
const WAITING_MAX: usize = 65_536;

/// Starts the pacer for `seconds` at `rate` per second; the channel ends with it.
pub fn start(rate: f64, seconds: f64) -> mpsc::Receiver<Instant> {
    assert!(rate > 0.0 && seconds >= 0.0, "checked with the options");
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let begin = Instant::now();
    thread::Builder::new()
        .name("pacer".into())
        .spawn(move || {
            for index in 0..(rate * seconds) as u64 {
                let due = begin + Duration::from_secs_f64(index as f64 / rate);
                let now = Instant::now();
                if due > now {
                    thread::sleep(due - now);
                }
                if sender.blocking_send(due).is_err() {
                    return;
                }
            }
        })
        .expect("a thread can be started");
    receiver
}
