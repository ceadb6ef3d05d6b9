//! Putting one thread to sleep and waking it without a lost wake-up and without a system call while it is
//! awake.
//!
//! One [`Sleeper`] belongs to the thread that sleeps; any number of [`Waker`]s to the threads that have work
//! for it. The state is one word:
//!
//! ```text
//!            prepare_sleep                 wake, wake_if_asleep (+ eventfd write)
//!   AWAKE ──────────────────▶ ASLEEP ─────────────────────────────────────────────▶ NOTIFIED
//!     ▲  ◀────── awoke ──────────┘                                                     │
//!     └──────────────── prepare_sleep (refuses to sleep), awoke ◀──────────────────────┘
//!                        AWAKE ── wake ──▶ NOTIFIED
//! ```
//!
//! Two kinds of wake-up, because they cost differently:
//! - [`Waker::wake`] leaves a token: a sleeper that was about to sleep will not. Right for "something
//!   changed", at the price of one read-modify-write.
//! - [`Waker::wake_if_asleep`] is one fence and one load while the sleeper is awake. Right only for work that
//!   the sleeper looks for again *after* `prepare_sleep` said yes (rings do): the fence here and the one in
//!   `prepare_sleep` make sure that at least one side sees the other.

use crate::sync::{Arc, AtomicU32, Ordering, fence};
use std::io;

const AWAKE: u32 = 0;
const ASLEEP: u32 = 1;
const NOTIFIED: u32 = 2;

#[derive(Debug)]
struct Shared {
    state: AtomicU32,
    event: event::Event,
}

/// The side that sleeps: owned by one thread. Wait for [`Sleeper::raw_fd`] to become readable (uring poll,
/// epoll, tokio's `AsyncFd`, `poll(2)`) between [`Sleeper::prepare_sleep`] and [`Sleeper::awoke`].
#[derive(Debug)]
pub struct Sleeper {
    shared: Arc<Shared>,
    /// Writes to the eventfd that were announced by the state and not yet read off. A waker may be between
    /// the two, and a stale write that nobody reads would end every later sleep at once.
    owed: u64,
}

/// The side that wakes: clone it freely.
#[derive(Debug, Clone)]
pub struct Waker {
    shared: Arc<Shared>,
}

/// A new pair with an eventfd. Errors: no file descriptor left.
pub fn waker() -> io::Result<(Sleeper, Waker)> {
    Ok(pair(event::Event::new()?))
}

/// A new pair for a thread that will sleep in [`crate::io::Io::wait`]. It may be handed out before that `Io`
/// exists; [`Sleeper::attach`] joins the two before the first sleep.
#[cfg(not(loom))]
pub fn waker_for_io() -> (Sleeper, Waker) {
    pair(event::Event::for_io())
}

fn pair(event: event::Event) -> (Sleeper, Waker) {
    let shared = Arc::new(Shared { state: AtomicU32::new(AWAKE), event });
    (Sleeper { shared: shared.clone(), owed: 0 }, Waker { shared })
}

impl Sleeper {
    /// Announces that this thread is about to sleep. `false`: a token is there, do not sleep.
    /// After `true` look at every ring once more, then either wait for the file descriptor or call `awoke`.
    pub fn prepare_sleep(&mut self) -> bool {
        let before =
            self.shared.state.compare_exchange(AWAKE, ASLEEP, Ordering::SeqCst, Ordering::SeqCst).err();
        assert_ne!(before, Some(ASLEEP), "prepare_sleep called twice without awoke");
        if before.is_some() {
            self.shared.state.store(AWAKE, Ordering::SeqCst);
        }
        // Pairs with the fence in wake_if_asleep: our announcement is visible before we look at the rings
        // again.
        fence(Ordering::SeqCst);
        before.is_none()
    }

    /// Ends the sleep, for whatever reason the thread woke; takes the token and empties the eventfd if
    /// written. Belongs after each `prepare_sleep` that said yes, and nowhere else. No system call unless
    /// someone woke us.
    pub fn awoke(&mut self) {
        let before = self.shared.state.swap(AWAKE, Ordering::SeqCst);
        assert_ne!(before, AWAKE, "awoke without prepare_sleep");
        self.owed += u64::from(before == NOTIFIED);
        if self.owed > 0 {
            let read = self.shared.event.clear(self.owed);
            assert!(read <= self.owed, "the eventfd was written {read} times, {} announced", self.owed);
            self.owed -= read;
        }
    }

    /// Says in which `Io` this thread sleeps: wakes go through that instance's waker.
    ///
    /// # Panics
    /// When the pair was not made by [`waker_for_io`], or is attached already.
    #[cfg(not(loom))]
    pub fn attach(&mut self, io: crate::io::Waker) {
        self.shared.event.attach(io);
    }

    /// A waker for this sleeper.
    pub fn waker(&self) -> Waker {
        Waker { shared: self.shared.clone() }
    }

    /// Blocks this thread until woken or until `timeout_ms` went by (`None`: for ever), then calls `awoke`.
    /// For threads without an event loop of their own; call after `prepare_sleep` said yes.
    pub fn wait(&mut self, timeout_ms: Option<u32>) {
        self.shared.event.wait(timeout_ms);
        self.awoke();
    }

    /// The eventfd: readable means woken. Non-blocking; it stays ours, do not close it.
    ///
    /// # Panics
    /// When the pair was made by [`waker_for_io`]: the descriptor is the `Io`'s business then.
    #[cfg(not(loom))]
    pub fn raw_fd(&self) -> std::os::fd::RawFd {
        self.shared.event.raw_fd()
    }
}

#[cfg(not(loom))]
impl std::os::fd::AsRawFd for Sleeper {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.raw_fd()
    }
}

impl Waker {
    /// Wakes the sleeper, or keeps it from its next sleep. Never blocks.
    pub fn wake(&self) {
        if self.shared.state.swap(NOTIFIED, Ordering::SeqCst) == ASLEEP {
            self.shared.event.signal();
        }
    }

    /// Wakes the sleeper if it sleeps or is about to; leaves nothing behind if it is awake (see the module's
    /// text).
    #[inline]
    pub fn wake_if_asleep(&self) {
        // Pairs with the fence in prepare_sleep: what we published is visible before we look at the state.
        fence(Ordering::SeqCst);
        if self.shared.state.load(Ordering::Relaxed) == ASLEEP {
            self.wake_sleeping();
        }
    }

    #[cold]
    fn wake_sleeping(&self) {
        let took = self.shared.state.compare_exchange(ASLEEP, NOTIFIED, Ordering::SeqCst, Ordering::SeqCst);
        // Only the one who took the state from ASLEEP writes, so that each sleep costs one system call.
        if took.is_ok() {
            self.shared.event.signal();
        }
    }
}

#[cfg(not(loom))]
mod event;

#[cfg(loom)]
#[path = "event_loom.rs"]
mod event;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_token_keeps_from_sleeping_once() {
        let (mut sleeper, waker) = waker().unwrap();
        waker.wake();
        assert!(!sleeper.prepare_sleep());
        assert!(sleeper.prepare_sleep());
        sleeper.awoke();
    }

    #[test]
    fn nothing_is_left_behind_for_an_awake_sleeper() {
        let (mut sleeper, waker) = waker().unwrap();
        waker.wake_if_asleep();
        assert!(sleeper.prepare_sleep());
        sleeper.awoke();
    }

    #[test]
    fn a_wake_from_another_thread_ends_the_wait() {
        let (mut sleeper, waker) = waker().unwrap();
        assert!(sleeper.prepare_sleep());
        let other = std::thread::spawn(move || waker.wake_if_asleep());
        sleeper.wait(None);
        other.join().unwrap();
        assert!(sleeper.prepare_sleep(), "the token was taken by the wait");
        sleeper.wait(Some(1));
    }
}
