//! A thread that runs blocking operations in order for one shard and wakes it when one is done.
//!
//! Bounds: the owner submits at most `Io::depth_max` operations, so the queue needs no bound of its own.

use std::collections::VecDeque;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::blocking::execute;
use super::files::Files;
use super::operation::{Completion, Operation, Token};
use super::waker::Waker;

type Finished = Arc<Mutex<VecDeque<Completion>>>;

/// Runs operations one after the other.
pub(crate) struct Helper {
    jobs: Option<Sender<(Token, Operation)>>,
    finished: Finished,
    thread: Option<JoinHandle<()>>,
    in_flight: usize,
}

impl Helper {
    /// Starts the thread. `name` shows in process listings (at most 15 bytes are kept by the kernel).
    pub(crate) fn start(name: &str, files: Arc<dyn Files>, waker: Waker) -> std::io::Result<Self> {
        let (jobs, queue) = channel::<(Token, Operation)>();
        let finished = Finished::default();
        let done = Arc::clone(&finished);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Ok((token, operation)) = queue.recv() {
                let (result, buffer) = execute(&*files, operation);
                done.lock().expect("no holder panics").push_back(Completion { token, result, buffer });
                waker.wake();
            }
        })?;
        Ok(Self { jobs: Some(jobs), finished, thread: Some(thread), in_flight: 0 })
    }

    pub(crate) fn submit(&mut self, token: Token, operation: Operation) {
        self.in_flight += 1;
        let jobs = self.jobs.as_ref().expect("open until drop");
        jobs.send((token, operation)).expect("the helper thread ends only with its owner");
    }

    /// Moves what has finished to `completions`; returns how many.
    pub(crate) fn reap(&mut self, completions: &mut Vec<Completion>) -> usize {
        if self.in_flight == 0 {
            return 0;
        }
        let mut finished = self.finished.lock().expect("no holder panics");
        let count = finished.len();
        completions.extend(finished.drain(..));
        assert!(count <= self.in_flight, "more completions than operations");
        self.in_flight -= count;
        count
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }
}

impl Drop for Helper {
    /// Lets queued operations finish: their files and buffers must not go away under them.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
