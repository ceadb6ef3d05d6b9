//! Wakes a shard thread that sleeps in `Io::wait`.
//!
//! Wakes are coalesced: only the first one after a wake was seen pays for a system call.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug)]
struct Inner {
    /// `None` for the simulator, which needs no kernel to be woken.
    eventfd: Option<OwnedFd>,
    pending: AtomicBool,
}

/// Ends the sleep of one `Io` instance; cheap to clone, usable from any thread.
#[derive(Debug, Clone)]
pub struct Waker(Arc<Inner>);

impl Waker {
    /// A waker with an eventfd. `nonblocking` for poll; io_uring needs a blocking one, or its read would
    /// not wait.
    #[allow(unsafe_code)]
    pub(crate) fn with_eventfd(nonblocking: bool) -> std::io::Result<Self> {
        let flags = libc::EFD_CLOEXEC | if nonblocking { libc::EFD_NONBLOCK } else { 0 };
        // SAFETY: no memory is passed.
        let descriptor = unsafe { libc::eventfd(0, flags) };
        if descriptor < 0 {
            return Err(std::io::Error::last_os_error());
        }
        // SAFETY: just created, owned by nobody else.
        let eventfd = unsafe { OwnedFd::from_raw_fd(descriptor) };
        Ok(Self(Arc::new(Inner { eventfd: Some(eventfd), pending: AtomicBool::new(false) })))
    }

    /// A waker without the kernel.
    pub(crate) fn simulated() -> Self {
        Self(Arc::new(Inner { eventfd: None, pending: AtomicBool::new(false) }))
    }

    /// Ends the present or the next sleep. Everything written before this call is visible to the woken
    /// thread.
    #[allow(unsafe_code)]
    pub fn wake(&self) {
        if self.0.pending.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(eventfd) = &self.0.eventfd {
            let one = 1u64;
            // SAFETY: writes eight bytes from a live local.
            let written = unsafe { libc::write(eventfd.as_raw_fd(), (&raw const one).cast(), 8) };
            // EAGAIN: the counter is full, so a wake is pending anyway.
            assert!(
                written == 8 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EAGAIN),
                "eventfd write failed: {}",
                std::io::Error::last_os_error()
            );
        }
    }

    /// The descriptor to watch.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.eventfd.as_ref().expect("a real backend has an eventfd").as_raw_fd()
    }

    /// Takes the pending wake, if any. Call after the eventfd was drained: a wake that comes in between is
    /// kept, because it finds `pending` already cleared and writes the eventfd again, or is seen right here.
    pub(crate) fn take(&self) -> bool {
        self.0.pending.swap(false, Ordering::AcqRel)
    }

    /// Empties the eventfd's counter.
    #[allow(unsafe_code)]
    pub(crate) fn drain(&self) {
        let mut counter = 0u64;
        // SAFETY: reads eight bytes into a live local.
        let read = unsafe { libc::read(self.descriptor(), (&raw mut counter).cast(), 8) };
        assert!(
            read == 8 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EAGAIN),
            "eventfd read failed: {}",
            std::io::Error::last_os_error()
        );
    }
}
