//! SIGTERM and SIGINT as a flag and a readable file descriptor.
//!
//! The handler stores a number and writes to an eventfd, both of which are allowed in a handler. A second
//! signal ends the process at once: someone is in a hurry.
#![allow(unsafe_code)]

use crate::exit::ExitCode;
use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, Ordering};

/// The signal that came first; 0 for none.
static RECEIVED: AtomicI32 = AtomicI32::new(0);
/// The eventfd; -1 before `install`. Never closed: the handler may run at any time.
static EVENT: AtomicI32 = AtomicI32::new(-1);

/// Which signal asks for the stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM: a supervisor.
    Terminate,
    /// SIGINT: a person at a terminal.
    Interrupt,
}

/// Proof that the handlers are installed.
#[derive(Debug, Clone, Copy)]
pub struct StopSignals {
    event: RawFd,
}

extern "C" fn on_signal(signal: libc::c_int) {
    if RECEIVED.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // SAFETY: async-signal-safe, and nothing runs afterwards.
        unsafe { libc::_exit(i32::from(ExitCode::Forced.code())) }
    }
    let one = 1_u64.to_ne_bytes();
    // SAFETY: write is async-signal-safe; a live array; errno is put back for the code that was interrupted.
    unsafe {
        let errno = *libc::__errno_location();
        libc::write(EVENT.load(Ordering::Acquire), one.as_ptr().cast(), one.len());
        *libc::__errno_location() = errno;
    }
}

impl StopSignals {
    /// Installs the handlers; once is enough, again gives the same. Errors: no file descriptor left.
    pub fn install() -> io::Result<Self> {
        let present = EVENT.load(Ordering::Acquire);
        if present >= 0 {
            return Ok(Self { event: present });
        }
        // SAFETY: a plain system call without pointers.
        let event = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if event < 0 {
            return Err(io::Error::last_os_error());
        }
        EVENT.store(event, Ordering::Release);
        handle(libc::SIGTERM)?;
        handle(libc::SIGINT)?;
        Ok(Self { event })
    }

    /// The first signal that came, if one did.
    pub fn received(&self) -> Option<StopSignal> {
        match RECEIVED.load(Ordering::Acquire) {
            libc::SIGTERM => Some(StopSignal::Terminate),
            libc::SIGINT => Some(StopSignal::Interrupt),
            _ => None,
        }
    }

    /// Becomes readable, and stays so, when a signal has come. For `AsyncFd` or poll; do not close it.
    pub fn raw_fd(&self) -> RawFd {
        self.event
    }

    /// Sleeps until a signal comes.
    pub fn wait(&self) -> StopSignal {
        loop {
            if let Some(signal) = self.received() {
                return signal;
            }
            let mut poll = libc::pollfd { fd: self.event, events: libc::POLLIN, revents: 0 };
            // SAFETY: one live pollfd. Interruptions come around through the loop.
            unsafe { libc::poll(&raw mut poll, 1, -1) };
        }
    }
}

fn handle(signal: libc::c_int) -> io::Result<()> {
    // SAFETY: an all-zero sigaction is a valid value (no flags, empty mask), filled in below.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = on_signal as *const () as libc::sighandler_t;
    // Interrupted system calls go on by themselves; the eventfd is what wakes who must know.
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: a live sigaction with a handler that does only what handlers may.
    match unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
