//! The backend for places that deny io_uring: two helper threads per shard, an eventfd and poll.
//!
//! Durable writes have a thread of their own (`tm-flush`), so that fills, reads and renames (`tm-files`)
//! never stand before a flush. Completions of the same thread come in order; nobody may rely on it.

use std::sync::Arc;
use std::time::Duration;

use super::check::assert_well_formed;
use super::error::BackendError;
use super::files::Files;
use super::helper::Helper;
use super::operation::{Completion, Durability, Operation, Token};
use super::real_files::RealFiles;
use super::waker::Waker;
use super::{Backend, Io, Waited};

/// Helper threads and poll.
pub struct PortableIo {
    files: Arc<dyn Files>,
    flush: Helper,
    other: Helper,
    waker: Waker,
    depth_max: usize,
}

impl PortableIo {
    /// Starts the helper threads.
    ///
    /// # Errors
    /// The kernel gives no eventfd or no thread.
    pub fn new(depth_max: usize) -> Result<Self, BackendError> {
        assert!(depth_max > 0, "a backend needs room for one operation");
        let fail = |operation: &'static str| {
            move |error: std::io::Error| BackendError {
                backend: "portable",
                operation,
                errno: error.raw_os_error().unwrap_or(libc::EAGAIN),
            }
        };
        let waker = Waker::with_eventfd(true).map_err(fail("eventfd"))?;
        let files: Arc<dyn Files> = Arc::new(RealFiles);
        let start = |name| Helper::start(name, Arc::clone(&files), waker.clone());
        let flush = start("tm-flush").map_err(fail("start thread"))?;
        let other = start("tm-files").map_err(fail("start thread"))?;
        Ok(Self { files, flush, other, waker, depth_max })
    }

    fn reap(&mut self, completions: &mut Vec<Completion>) -> usize {
        self.flush.reap(completions) + self.other.reap(completions)
    }

    /// Sleeps until the eventfd is written or the time is over.
    #[allow(unsafe_code)]
    fn sleep(&self, timeout: Option<Duration>) -> Result<(), BackendError> {
        let mut watched = libc::pollfd { fd: self.waker.descriptor(), events: libc::POLLIN, revents: 0 };
        let time = timeout.map(|timeout| libc::timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(timeout.subsec_nanos()),
        });
        let time_pointer = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: one live pollfd, a null or live timespec, no signal mask.
        let ready = unsafe { libc::ppoll(&raw mut watched, 1, time_pointer, std::ptr::null()) };
        let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        if ready < 0 && errno != libc::EINTR {
            return Err(BackendError { backend: "portable", operation: "ppoll", errno });
        }
        if ready > 0 {
            self.waker.drain();
        }
        Ok(())
    }
}

impl Io for PortableIo {
    fn backend(&self) -> Backend {
        Backend::Portable
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    fn submit(&mut self, token: Token, operation: Operation) -> Result<(), Operation> {
        assert_well_formed(&operation);
        if self.in_flight() >= self.depth_max {
            return Err(operation);
        }
        match &operation {
            Operation::Write { durability: Durability::Durable(_), .. } => {
                self.flush.submit(token, operation);
            }
            _ => self.other.submit(token, operation),
        }
        Ok(())
    }

    fn depth_max(&self) -> usize {
        self.depth_max
    }

    fn in_flight(&self) -> usize {
        self.flush.in_flight() + self.other.in_flight()
    }

    fn wait(
        &mut self,
        timeout: Option<Duration>,
        completions: &mut Vec<Completion>,
    ) -> Result<Waited, BackendError> {
        let mut woken = self.waker.take();
        let mut completion_count = self.reap(completions);
        if !woken && completion_count == 0 && timeout != Some(Duration::ZERO) {
            self.sleep(timeout)?;
            woken = self.waker.take();
            completion_count = self.reap(completions);
        }
        assert!(completion_count <= self.depth_max, "more completions than operations");
        Ok(Waited { completion_count, woken })
    }

    fn waker(&self) -> Waker {
        self.waker.clone()
    }
}
