//! The desk of the calling thread.
//!
//! Each gateway thread has one desk, and everything that uses it runs on that thread: no lock is needed, and
//! the futures that look here stay `Send`, which the gRPC and HTTP libraries ask for. It is borrowed for the
//! length of one synchronous call, never across an `await`. Wakers that are called meanwhile only queue
//! tasks.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tidemill_core::time::Clock;

use crate::desk::Desk;

thread_local! {
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
    static CLOCK: RefCell<Option<Clock>> = const { RefCell::new(None) };
}

/// Gives this thread its desk, and the clock that it goes by.
pub(crate) fn install(desk: Desk, clock: Clock) {
    CLOCK.set(Some(clock));
    DESK.with_borrow_mut(|place| {
        assert!(place.is_none(), "this thread has a desk");
        *place = Some(desk);
    });
}

/// Works at the desk.
///
/// # Panics
/// On a thread without one.
pub(crate) fn with<T>(work: impl FnOnce(&mut Desk) -> T) -> T {
    DESK.with_borrow_mut(|desk| work(desk.as_mut().expect("a gateway thread has a desk")))
}

/// Works at the desk, if it is still there: for what is dropped when a thread ends.
pub(crate) fn try_with(work: impl FnOnce(&mut Desk)) {
    // Errors: the thread's locals are gone; nobody is left to tell.
    let _ = DESK.try_with(|desk| {
        if let Some(desk) = desk.borrow_mut().as_mut() {
            work(desk);
        }
    });
}

/// As [`with`], with the time: milliseconds of the broker's monotonic clock.
pub(crate) fn with_time<T>(work: impl FnOnce(&mut Desk, u64) -> T) -> T {
    let now_ns = now_ns();
    with(|desk| {
        desk.set_now(now_ns);
        work(desk, now_ns / NS_PER_MS)
    })
}

const NS_PER_MS: u64 = 1_000_000;

fn now_ns() -> u64 {
    CLOCK.with_borrow(|clock| clock.as_ref().expect("a gateway thread has a clock").monotonic_ns())
}

/// The moment at which the clock shows `at_ms`; `None` when that is far away.
pub(crate) fn instant_of(at_ms: u64) -> Option<Instant> {
    let wait_ms = at_ms.saturating_sub(now_ns() / NS_PER_MS);
    // One more: the clock is rounded down, and a deadline that is looked at too early is looked at twice.
    (wait_ms < FAR_MS).then(|| Instant::now() + Duration::from_millis(wait_ms + 1))
}

/// A day: nobody's deadline is further away.
const FAR_MS: u64 = 86_400_000;
