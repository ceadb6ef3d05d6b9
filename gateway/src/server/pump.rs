//! Moves frames from the rings to the desk, and sleeps on the thread's eventfd when there are none.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use tidemill_core::ring::Consumer;
use tidemill_core::wake::Sleeper;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::here;

/// Frames taken from one ring before others, and the tasks that they woke, have their turn.
const TURN_FRAME_COUNT_MAX: usize = 256;

/// Runs for as long as the thread does.
pub(crate) async fn pump(
    sleeper: Sleeper,
    mut rings: Vec<Consumer>,
    rearm: Arc<Notify>,
) -> std::io::Result<()> {
    #[allow(deprecated, reason = "its successor is unsafe; a sleeper keeps its one descriptor for life")]
    let mut sleeper = AsyncFd::with_interest(sleeper, Interest::READABLE)?;
    let mut gone = vec![false; rings.len()];
    let mut alarm = pin!(sleep_until(far()));
    let mut alarm_ms = u64::MAX;
    loop {
        let more = take_frames(&mut rings, &mut gone);
        here::with(|desk| desk.flush());
        let earliest_ms = here::with_time(|desk, now_ms| {
            desk.expire(now_ms);
            desk.earliest_ms()
        });
        if more {
            tokio::task::yield_now().await;
            continue;
        }
        if alarm_ms != earliest_ms || alarm.is_elapsed() {
            alarm_ms = earliest_ms;
            alarm.as_mut().reset(here::instant_of(earliest_ms).map_or_else(far, Instant::from_std));
        }
        if sleeper.get_mut().prepare_sleep() {
            if rings.iter_mut().all(Consumer::is_empty) {
                sleep(&sleeper, alarm.as_mut(), &rearm).await;
            }
            sleeper.get_mut().awoke();
        }
    }
}

/// A day from now: a deadline for when there is none.
fn far() -> Instant {
    Instant::now() + std::time::Duration::from_secs(86_400)
}

/// Until a shard wakes us, a deadline is reached, or an earlier one was noted.
async fn sleep(sleeper: &AsyncFd<Sleeper>, mut alarm: Pin<&mut Sleep>, rearm: &Notify) {
    let mut earlier = pin!(rearm.notified());
    std::future::poll_fn(|context| {
        if let Poll::Ready(ready) = sleeper.poll_read_ready(context) {
            match ready {
                Ok(mut guard) => guard.clear_ready(),
                Err(error) => panic!("the eventfd of a gateway thread: {error}"),
            }
            return Poll::Ready(());
        }
        if earlier.as_mut().poll(context).is_ready() || alarm.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
}

/// True when a ring may hold more.
fn take_frames(rings: &mut [Consumer], gone: &mut [bool]) -> bool {
    let mut more = false;
    for (shard, ring) in rings.iter_mut().enumerate() {
        // Before the look at the ring: frames may lie there still.
        let closed = !gone[shard] && ring.is_closed();
        let taken = here::with_time(|desk, now_ms| {
            let mut taken = 0;
            while taken < TURN_FRAME_COUNT_MAX
                && let Some(frame) = ring.read()
            {
                desk.receive(shard, frame.kind(), &frame, now_ms);
                taken += 1;
            }
            taken
        });
        more |= taken == TURN_FRAME_COUNT_MAX;
        if closed && taken < TURN_FRAME_COUNT_MAX {
            gone[shard] = true;
            here::with(|desk| desk.shard_gone(shard));
        }
    }
    more
}
