//! Job streams: jobs that shards push, until the client takes them.
//!
//! Each shard has a credit per stream; a job uses one, and it comes back when the client has taken the job.
//! So a slow client stops the pushes, and what lies here is bounded. What a client does not take for a while,
//! or cannot take any more, is given back to its partition.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use tidemill_core::limits::{JOB_STREAM_COUNT_MAX, JOB_STREAM_CREDIT_COUNT_MAX};

use super::open::remember;
use super::slab::Slab;
use crate::proto::gateway::ActivatedJob;

/// How long a job waits for its client before it is given back, ms.
pub(crate) const STALLED_MS: u64 = 1000;

/// The table of job streams.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) slab: Slab<JobStream>,
    /// Jobs of one stream that one shard may have pushed and that the client has not taken.
    pub(crate) credit: u32,
}

/// One stream.
#[derive(Debug)]
pub(crate) struct JobStream {
    /// Jobs and the shards that they came from.
    queue: VecDeque<(usize, ActivatedJob)>,
    /// Credit that each shard gets back.
    owed: Vec<u32>,
    /// When the client took a job or the first one came to lie here.
    moved_at_ms: u64,
    waker: Option<Waker>,
}

impl Streams {
    pub(crate) fn new(thread: usize, shard_count: usize) -> Self {
        let credit = (JOB_STREAM_CREDIT_COUNT_MAX / shard_count.max(1)).max(1) as u32;
        Self { slab: Slab::new(thread, JOB_STREAM_COUNT_MAX), credit }
    }

    /// A new stream; `None` when there are too many.
    pub(crate) fn open(&mut self, shard_count: usize) -> Option<i64> {
        let owed = vec![0; shard_count];
        let stream = JobStream { queue: VecDeque::new(), owed, moved_at_ms: 0, waker: None };
        self.slab.insert(stream).ok()
    }
}

impl JobStream {
    /// Takes a pushed job in; `None` when the shard had no credit left. True: the first one to lie
    /// here.
    pub(crate) fn push(&mut self, shard: usize, job: ActivatedJob, credit: u32, now_ms: u64) -> Option<bool> {
        if self.queue.len() >= credit as usize * self.owed.len() {
            return None;
        }
        let first = self.queue.is_empty();
        if first {
            self.moved_at_ms = now_ms;
        }
        self.queue.push_back((shard, job));
        self.wake();
        Some(first)
    }

    /// The next job for the client; else the task is woken when one comes.
    pub(crate) fn take(&mut self, context: &Context<'_>, now_ms: u64) -> Poll<ActivatedJob> {
        let Some((shard, job)) = self.queue.pop_front() else {
            remember(&mut self.waker, context);
            return Poll::Pending;
        };
        self.moved_at_ms = now_ms;
        self.owed[shard] += 1;
        Poll::Ready(job)
    }

    /// Credit that a shard gets now, in portions of at least half of what it may have.
    pub(crate) fn credit_due(&mut self, shard: usize, credit: u32) -> Option<u32> {
        (self.owed[shard] * 2 >= credit).then(|| std::mem::take(&mut self.owed[shard]))
    }

    /// When the jobs that lie here have to be given back.
    pub(crate) fn stalls_at_ms(&self) -> Option<u64> {
        (!self.queue.is_empty()).then(|| self.moved_at_ms + STALLED_MS)
    }

    /// Takes everything out that the client has not taken.
    pub(crate) fn drain(&mut self, keys: &mut Vec<i64>) {
        for (shard, job) in self.queue.drain(..) {
            self.owed[shard] += 1;
            keys.push(job.key);
        }
    }

    /// Lets the client's task look again.
    pub(crate) fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(key: i64) -> ActivatedJob {
        ActivatedJob { key, ..Default::default() }
    }

    #[test]
    fn credit_comes_back_when_the_client_takes_jobs() {
        let context = Context::from_waker(Waker::noop());
        let mut streams = Streams::new(0, 2);
        assert_eq!(streams.credit, JOB_STREAM_CREDIT_COUNT_MAX as u32 / 2);
        let id = streams.open(2).unwrap();
        let stream = streams.slab.get_mut(id).unwrap();
        for key in 0..4 {
            assert_eq!(stream.push(1, job(key), 2, 0).unwrap(), key == 0);
        }
        assert_eq!(stream.push(1, job(4), 2, 0), None);
        assert!(matches!(stream.take(&context, 5), Poll::Ready(job) if job.key == 0));
        assert_eq!((stream.credit_due(0, 2), stream.credit_due(1, 2)), (None, Some(1)));
        assert_eq!(stream.stalls_at_ms(), Some(5 + STALLED_MS));
        let mut keys = Vec::new();
        stream.drain(&mut keys);
        assert_eq!(keys, [1, 2, 3]);
        assert_eq!(stream.stalls_at_ms(), None);
        assert!(stream.take(&context, 6).is_pending());
        assert_eq!(stream.credit_due(1, 2), Some(3));
    }
}
