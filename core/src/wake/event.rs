//! What ends the sleep: an eventfd of our own, or the waker of the `Io` that the thread sleeps in.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;

#[derive(Debug)]
pub(super) enum Event {
    Own(OwnedFd),
    /// Set before the first sleep; nobody signals before that.
    Io(OnceLock<crate::io::Waker>),
}

impl Event {
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: a plain system call without pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new, open and owned by nobody else.
        Ok(Self::Own(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(super) fn for_io() -> Self {
        Self::Io(OnceLock::new())
    }

    pub(super) fn attach(&self, io: crate::io::Waker) {
        let Self::Io(waker) = self else { panic!("this sleeper has an eventfd of its own") };
        assert!(waker.set(io).is_ok(), "this sleeper is attached already");
    }

    pub(super) fn raw_fd(&self) -> RawFd {
        match self {
            Self::Own(file) => file.as_raw_fd(),
            Self::Io(_) => panic!("this sleeper sleeps in an Io, which watches the descriptor itself"),
        }
    }

    pub(super) fn signal(&self) {
        let file = match self {
            Self::Own(file) => file,
            Self::Io(waker) => return waker.get().expect("a sleeper is attached before it sleeps").wake(),
        };
        let one = 1_u64.to_ne_bytes();
        // SAFETY: writes eight bytes from a live array to a descriptor that we own.
        let written = unsafe { libc::write(file.as_raw_fd(), one.as_ptr().cast(), one.len()) };
        // EAGAIN means that the counter is at its top, so it is readable already: as good as written.
        assert!(written == 8 || would_block(), "eventfd write: {}", io::Error::last_os_error());
    }

    /// Reads off at most `announced` signals; none when the writer of one is still on its way.
    pub(super) fn clear(&self, announced: u64) -> u64 {
        // The Io reads its own descriptor. A late signal ends one more sleep early, and is gone then.
        let Self::Own(file) = self else { return announced };
        let mut count = [0_u8; 8];
        // SAFETY: reads eight bytes into a live array from a descriptor that we own.
        let read = unsafe { libc::read(file.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
        assert!(read == 8 || would_block(), "eventfd read: {}", io::Error::last_os_error());
        if read == 8 { u64::from_ne_bytes(count) } else { 0 }
    }

    pub(super) fn wait(&self, timeout_ms: Option<u32>) {
        let mut poll = libc::pollfd { fd: self.raw_fd(), events: libc::POLLIN, revents: 0 };
        let timeout = timeout_ms.map_or(-1, |ms| i32::try_from(ms).unwrap_or(i32::MAX));
        // SAFETY: one live pollfd. An interrupted wait is a spurious wake-up, which callers expect anyway.
        let ready = unsafe { libc::poll(&raw mut poll, 1, timeout) };
        assert!(ready >= 0 || interrupted(), "eventfd poll: {}", io::Error::last_os_error());
    }
}

fn would_block() -> bool {
    io::Error::last_os_error().kind() == io::ErrorKind::WouldBlock
}

fn interrupted() -> bool {
    io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
}
