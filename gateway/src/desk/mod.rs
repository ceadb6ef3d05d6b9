//! The desk of a gateway thread: every request, parked poll and job stream between clients and shards, as a
//! plain state machine. Time comes in as milliseconds of the thread's own clock; frames come in from the
//! rings and go out into them; tasks are woken through their wakers. Nothing here waits.
//!
//! Invariants
//! - A request is in the table from the moment its frame is sent until its task took the outcome or went
//!   away.
//! - Jobs never get lost between a partition and a client that is gone: what was activated for it is yielded.
//! - After a frame was handed over, the client never hears UNAVAILABLE.

mod commands;
mod frames;
mod interest;
mod job_streams;
mod link;
mod long_poll;
mod open;
mod polls;
mod slab;
mod streams;

pub(crate) use long_poll::{LongPoll, Step};
pub(crate) use open::{Failure, Outcome};

use std::sync::Arc;

use tidemill_core::ring::Producer;
use tidemill_record::frame::AnswerFrame;
use tokio::sync::Notify;
use tonic::Status;

use crate::metrics::GatewayMetrics;
use crate::proto::gateway::ActivateJobsRequest;
use crate::route::Placement;
use crate::rpc::{Reply, Rpc, Scratch};
use crate::status;
use interest::Interests;
use link::Link;
use open::{OpenRequest, OpenRequests};
use streams::Streams;

/// Longest wait of a poll between two looks at the partitions, for notices that were lost, ms.
const PROBE_MS: u64 = 10_000;

/// What a desk is told at its birth.
#[derive(Debug, Clone)]
pub(crate) struct DeskConfig {
    /// Which gateway thread this is.
    pub(crate) thread: usize,
    /// Partitions of the cluster.
    pub(crate) partition_count: u32,
    /// Open requests at most.
    pub(crate) open_request_count_max: usize,
    /// How long a client waits when it does not say, ms.
    pub(crate) request_timeout_ms: u64,
    /// How long a poll waits when the client does not say, ms.
    pub(crate) long_poll_ms: u64,
    /// What time-outs call the broker.
    pub(crate) address: String,
}

/// The state of one gateway thread.
pub(crate) struct Desk {
    config: DeskConfig,
    links: Vec<Link>,
    /// The link of each partition, by partition id; index 0 is none's.
    link_of: Vec<Option<usize>>,
    /// The partitions that can be reached, in order.
    partitions: Vec<u32>,
    open: OpenRequests,
    interests: Interests,
    streams: Streams,
    placement: Placement,
    scratch: Scratch,
    keys: Vec<i64>,
    draining: bool,
    /// For the time that commands take to the shard; deadlines come with the calls.
    now_ns: u64,
    /// No deadline is earlier; it may be later than what this says.
    earliest_ms: u64,
    /// Told when `earliest_ms` became earlier.
    rearm: Arc<Notify>,
    pub(crate) metrics: GatewayMetrics,
}

/// A command on its way round the partitions.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    start: Option<usize>,
    anywhere: bool,
    candidate_count: usize,
    refusals: Vec<Status>,
}

impl Attempt {
    /// Notes a refusal.
    ///
    /// # Errors
    /// What the client hears when there is nowhere left to go.
    pub(crate) fn refused(&mut self, refusal: Status) -> Result<(), Status> {
        self.refusals.push(refusal);
        if self.anywhere && self.refusals.len() < self.candidate_count {
            return Ok(());
        }
        if self.refusals.len() == 1 {
            return Err(self.refusals.remove(0));
        }
        Err(status::all_refused(&self.refusals))
    }
}

impl Desk {
    /// A desk with links to shards, each with the partitions that live there.
    pub(crate) fn new(
        config: DeskConfig,
        links: Vec<(Producer, Vec<u32>)>,
        rearm: Arc<Notify>,
        metrics: GatewayMetrics,
    ) -> Self {
        let mut partitions: Vec<u32> = links.iter().flat_map(|(_, partitions)| partitions.clone()).collect();
        partitions.sort_unstable();
        assert!(partitions.first() != Some(&0), "partitions are numbered from 1");
        assert!(partitions.windows(2).all(|pair| pair[0] < pair[1]), "a partition lives on one shard");
        let mut link_of = vec![None; partitions.last().map_or(1, |last| *last as usize + 1)];
        for (index, (_, on_shard)) in links.iter().enumerate() {
            on_shard.iter().for_each(|partition| link_of[*partition as usize] = Some(index));
        }
        Self {
            open: OpenRequests::new(config.thread, config.open_request_count_max),
            interests: Interests::new(config.thread),
            streams: Streams::new(config.thread, links.len()),
            placement: Placement::starting_at(config.thread),
            links: links.into_iter().map(|(producer, _)| Link::new(producer)).collect(),
            link_of,
            partitions,
            scratch: Scratch::default(),
            keys: Vec::new(),
            draining: false,
            now_ns: 0,
            earliest_ms: u64::MAX,
            rearm,
            metrics,
            config,
        }
    }

    pub(super) fn note_deadline(&mut self, deadline_ms: u64) {
        if deadline_ms < self.earliest_ms {
            self.earliest_ms = deadline_ms;
            self.rearm.notify_one();
        }
    }

    /// When `expire` has to be called, at the latest.
    pub(crate) fn earliest_ms(&self) -> u64 {
        self.earliest_ms
    }

    /// Ends what is due: requests without an answer, waits of polls, patience with clients that take no jobs.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        if now_ms < self.earliest_ms {
            return;
        }
        let mut earliest_ms = u64::MAX;
        for open in self.open.slab.iter_mut().filter(|open| open.outcome.is_none()) {
            if open.deadline_ms <= now_ms {
                self.metrics.timeouts.increment();
                let text = status::timed_out(open.partition_id, &self.config.address, open.timeout_ms);
                open.finish(Err(Failure::Failed(text)));
            } else {
                earliest_ms = earliest_ms.min(open.deadline_ms);
            }
        }
        for parked in self.interests.parked.iter_mut().filter(|parked| !parked.awake) {
            if parked.wake_at_ms <= now_ms {
                parked.wake();
            } else {
                earliest_ms = earliest_ms.min(parked.wake_at_ms);
            }
        }
        let mut keys = std::mem::take(&mut self.keys);
        for stream in self.streams.slab.iter_mut() {
            match stream.stalls_at_ms() {
                Some(stalls_at_ms) if stalls_at_ms <= now_ms => stream.drain(&mut keys),
                stalls_at_ms => earliest_ms = earliest_ms.min(stalls_at_ms.unwrap_or(u64::MAX)),
            }
        }
        self.give_back(&keys);
        keys.clear();
        self.keys = keys;
        self.earliest_ms = earliest_ms;
    }

    /// What the clock shows.
    pub(crate) fn set_now(&mut self, now_ns: u64) {
        self.now_ns = now_ns;
    }

    /// Sends what waited for room in the rings.
    pub(crate) fn flush(&mut self) {
        for link in self.links.iter_mut().filter(|link| link.outbox_len() > 0) {
            link.flush();
        }
    }

    /// From now on nothing new is taken; polls and streams end.
    pub(crate) fn drain(&mut self) {
        self.draining = true;
        self.interests.wake_all();
        self.streams.slab.iter_mut().for_each(streams::JobStream::wake);
    }

    /// Requests that wait for an answer, or whose answer was not fetched.
    pub(crate) fn open_count(&self) -> usize {
        self.open.slab.len()
    }

    /// Whether nothing new is taken.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining
    }

    /// How long a poll of this request waits, ms; `None`: not at all.
    pub(crate) fn long_poll_ms(&self, request: &ActivateJobsRequest) -> Option<u64> {
        match request.request_timeout {
            0 => Some(self.config.long_poll_ms),
            timeout_ms => u64::try_from(timeout_ms).ok(),
        }
    }

    /// The partitions that can be reached, in order.
    pub(crate) fn partitions(&self) -> &[u32] {
        &self.partitions
    }
}

/// Where a poll goes when there are no jobs.
#[derive(Debug)]
pub(crate) enum Parking {
    /// It waits here.
    At(i64),
    /// Shards were told of it just now: it asks these partitions before it waits.
    AskFirst(Vec<u32>),
    /// Too many are parked.
    Full,
}

fn decode<R: Rpc>(answer: &AnswerFrame<'_>) -> Result<Reply, Status> {
    R::reply(answer).map(Into::into)
}

/// Questions are answered by frames of their own.
fn no_answer(_answer: &AnswerFrame<'_>) -> Result<Reply, Status> {
    Err(status::unreadable("it answers a command that was a question"))
}

#[cfg(test)]
mod tests;
