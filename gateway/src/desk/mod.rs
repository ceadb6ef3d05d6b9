//! The desk of a gateway thread: every request, parked poll and job stream between clients and shards, as a plain
//! state machine. Time comes in as milliseconds of the thread's own clock; frames come in from the rings and go out
//! into them; tasks are woken through their wakers. Nothing here waits.
//!
//! Invariants
//! - A request is in the table from the moment its frame is sent until its task took the outcome or went away.
//! - Jobs never get lost between a partition and a client that is gone: what was activated for it is yielded.
//! - After a frame was handed over, the client never hears UNAVAILABLE.

mod frames;
mod interest;
mod link;
mod long_poll;
mod open;
mod slab;
mod streams;

pub(crate) use long_poll::{LongPoll, Step};
pub(crate) use open::{Failure, Outcome};

use std::sync::Arc;
use std::task::{Context, Poll};

use tidemill_core::ring::Producer;
use tidemill_record::frame::{
    AnswerFrame, CommandFrame, FrameKind, JobInterestFrame, QueryFrame, StreamCreditFrame,
};
use tidemill_record::value::JobValue;
use tidemill_record::{JobIntent, ValueType};
use tokio::sync::Notify;
use tonic::Status;

use crate::metrics::GatewayMetrics;
use crate::proto::gateway::{ActivateJobsRequest, ActivatedJob, StreamActivatedJobsRequest};
use crate::route::{Placement, Route, partition_of, partition_of_hash};
use crate::rpc::{self, ActivateJobs, Command, Lane, Reply, Rpc, Scratch};
use crate::status;
use interest::Interests;
use link::{Link, SendError};
use open::{Decode, OpenRequest, OpenRequests};
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

    // ── commands ─────────────────────────────────────────────────────────────────────────────────────────────

    /// Hands a request to a partition; gives the id under which its outcome is polled.
    ///
    /// # Errors
    /// What the client hears when nothing was handed over.
    pub(crate) fn call<R: Rpc>(
        &mut self,
        request: &R::Request,
        attempt: &mut Attempt,
        now_ms: u64,
    ) -> Result<i64, Status> {
        if self.draining {
            return Err(status::shutting_down());
        }
        self.scratch.clear();
        let command = R::command(request, &mut self.scratch)?;
        let timeout_ms = R::timeout_ms(request).unwrap_or(self.config.request_timeout_ms);
        attempt.anywhere = command.route == Route::Anywhere;
        attempt.candidate_count = self.partitions.len();
        loop {
            let partition_id = self.target(command.route, attempt)?;
            match self.submit(&command, partition_id, timeout_ms, decode::<R>, now_ms) {
                Ok(id) => return Ok(id),
                Err(refusal) => attempt.refused(refusal)?,
            }
        }
    }

    fn target(&mut self, route: Route, attempt: &mut Attempt) -> Result<u32, Status> {
        let wanted = match route {
            Route::Key(key) => partition_of(key),
            Route::Partition(partition_id) => i64::from(partition_id),
            Route::Correlation(hash) => i64::from(partition_of_hash(hash, self.config.partition_count)),
            Route::Anywhere if self.partitions.is_empty() => 1,
            Route::Anywhere => {
                let count = self.partitions.len();
                let start = *attempt.start.get_or_insert_with(|| self.placement.next(count));
                i64::from(self.partitions[(start + attempt.refusals.len()) % count])
            }
        };
        let known = usize::try_from(wanted).ok().and_then(|index| *self.link_of.get(index)?);
        known.map(|_| wanted as u32).ok_or_else(|| status::unknown_partition(wanted))
    }

    /// Sends the command whose value lies in `scratch`, and notes that its answer is waited for.
    fn submit(
        &mut self,
        command: &Command,
        partition_id: u32,
        timeout_ms: u64,
        decode: Decode,
        now_ms: u64,
    ) -> Result<i64, Status> {
        let link = self.link_of[partition_id as usize].expect("the partition was looked up");
        let id = self.expect_answer(command.lane, partition_id, link, timeout_ms, decode, now_ms)?;
        let frame = CommandFrame {
            request_id: id,
            partition_id: partition_id as i32,
            value_type: command.value_type,
            intent: i32::from(command.intent.0),
            key: command.key,
            operation_reference: command.operation_reference,
            value: &self.scratch.value,
            sent_ns: self.now_ns as i64,
        };
        let sent = self.links[link].send(FrameKind::Command, &frame, frame.value.len(), command.lane);
        sent.map_err(|error| self.not_sent(id, error, partition_id))?;
        self.metrics.requests.increment();
        Ok(id)
    }

    fn expect_answer(
        &mut self,
        lane: Lane,
        partition_id: u32,
        link: usize,
        timeout_ms: u64,
        decode: Decode,
        now_ms: u64,
    ) -> Result<i64, Status> {
        if !self.open.has_room(lane, self.config.open_request_count_max) {
            self.metrics.refusals.increment();
            return Err(status::exhausted("Too many requests are waiting for an answer; try again later"));
        }
        let deadline_ms = now_ms.saturating_add(timeout_ms);
        let open =
            OpenRequest { decode, deadline_ms, timeout_ms, partition_id, link, outcome: None, waker: None };
        let id = self.open.slab.insert(open).expect("there is room");
        self.note_deadline(deadline_ms);
        Ok(id)
    }

    #[cold]
    fn not_sent(&mut self, id: i64, error: SendError, partition_id: u32) -> Status {
        self.open.slab.remove(id);
        self.metrics.refusals.increment();
        match error {
            SendError::Full => status::exhausted(format!(
                "Expected to handle the request, but partition {partition_id} is overloaded; try again later"
            )),
            SendError::TooLarge => status::exhausted("The command is larger than partitions take"),
            SendError::Closed => status::unknown_partition(i64::from(partition_id)),
        }
    }

    /// Asks one partition for jobs.
    pub(crate) fn ask_for_jobs(
        &mut self,
        request: &ActivateJobsRequest,
        partition_id: u32,
        now_ms: u64,
    ) -> Result<i64, Status> {
        self.scratch.clear();
        let command = ActivateJobs::command(request, &mut self.scratch)?;
        let timeout_ms = self.config.request_timeout_ms;
        self.submit(&command, partition_id, timeout_ms, decode::<ActivateJobs>, now_ms)
    }

    /// Asks a partition about its state.
    ///
    /// # Errors
    /// As for commands.
    pub(crate) fn query(
        &mut self,
        question: &str,
        key: i64,
        partition_id: i64,
        now_ms: u64,
    ) -> Result<i64, Status> {
        if self.draining {
            return Err(status::shutting_down());
        }
        let known = usize::try_from(partition_id).ok().and_then(|index| *self.link_of.get(index)?);
        let link = known.ok_or_else(|| status::unknown_partition(partition_id))?;
        let (partition_id, timeout_ms) = (partition_id as u32, self.config.request_timeout_ms);
        let id = self.expect_answer(Lane::Normal, partition_id, link, timeout_ms, no_answer, now_ms)?;
        let frame = QueryFrame { request_id: id, partition_id: partition_id as i32, question, key };
        let sent = self.links[link].send(FrameKind::Query, &frame, question.len(), Lane::Normal);
        sent.map_err(|error| self.not_sent(id, error, partition_id))?;
        Ok(id)
    }

    /// The outcome of a request, when it is there; else the task is woken when it comes.
    pub(crate) fn poll_outcome(&mut self, id: i64, context: &mut Context<'_>) -> Poll<Outcome> {
        self.open.poll(id, context)
    }

    /// Nobody waits for this request any more.
    pub(crate) fn abandon(&mut self, id: i64) {
        let Some(open) = self.open.slab.remove(id) else { return };
        if let Some(Ok(Reply::Activate(batch))) = open.outcome {
            let keys: Vec<i64> = batch.response.jobs.iter().map(|job| job.key).collect();
            self.give_back(&keys);
        }
    }

    /// Yields jobs that no client took, so that others get them before they time out.
    pub(crate) fn give_back(&mut self, keys: &[i64]) {
        for key in keys {
            let partition_id = partition_of(*key);
            let known = usize::try_from(partition_id).ok().and_then(|index| *self.link_of.get(index)?);
            let Some(link) = known else { continue };
            self.scratch.clear();
            rpc::put_value(&JobValue::default(), &mut self.scratch.value);
            let frame = CommandFrame {
                partition_id: partition_id as i32,
                value_type: ValueType::Job,
                intent: JobIntent::Yield as i32,
                key: *key,
                value: &self.scratch.value,
                ..Default::default()
            };
            let payload_bytes = frame.value.len();
            self.metrics.yields.increment();
            if let Err(error) =
                self.links[link].send(FrameKind::Command, &frame, payload_bytes, Lane::Reserved)
            {
                tracing::warn!(
                    job_key = key,
                    ?error,
                    "an undelivered job cannot be given back; it will time out"
                );
            }
        }
    }

    // ── polls ────────────────────────────────────────────────────────────────────────────────────────────────

    /// Where a poll waits, or the partitions that it has to ask first.
    pub(crate) fn park(&mut self, job_type: &str, wake_at_ms: u64) -> Parking {
        let Some(untold) = self.interests.untold(job_type, self.links.len()) else { return Parking::Full };
        if untold.is_empty() {
            return self.park_quietly(Some(job_type), wake_at_ms);
        }
        let frame = JobInterestFrame { job_type };
        for link in &untold {
            let sent = self.links[*link].send(FrameKind::JobInterest, &frame, job_type.len(), Lane::Reserved);
            if sent.is_err() {
                // Counts as told: the probe finds what this shard gives no notice of.
                tracing::warn!(shard = link, "a shard cannot be told of waiting polls");
            }
        }
        let of_untold =
            |partition: &&u32| self.link_of[**partition as usize].is_some_and(|link| untold.contains(&link));
        Parking::AskFirst(self.partitions.iter().filter(of_untold).copied().collect())
    }

    /// Parks a poll without a notice to wait for, or with one that every shard owes.
    pub(crate) fn park_quietly(&mut self, job_type: Option<&str>, wake_at_ms: u64) -> Parking {
        let Some(id) = self.interests.park(job_type, wake_at_ms) else { return Parking::Full };
        self.note_deadline(wake_at_ms);
        self.metrics.parked_polls.add(1);
        Parking::At(id)
    }

    /// Ready when a parked poll was woken.
    pub(crate) fn poll_parked(&mut self, id: i64, context: &Context<'_>) -> Poll<()> {
        self.interests.poll(id, context)
    }

    /// Takes a parked poll out; true when it was woken because there are jobs.
    pub(crate) fn unpark(&mut self, id: i64, job_type: &str) -> bool {
        self.metrics.parked_polls.add(-1);
        self.interests.unpark(id, job_type)
    }

    /// There may be more jobs than one poll took: the next one has its turn.
    pub(crate) fn wake_next_poll(&mut self, job_type: &str) {
        self.interests.wake_next(job_type);
    }

    /// The partitions in the order in which a poll asks them.
    pub(crate) fn poll_order(&mut self) -> impl Iterator<Item = u32> + use<> {
        let start = if self.partitions.is_empty() { 0 } else { self.placement.next(self.partitions.len()) };
        let (head, tail) = self.partitions.split_at(start);
        tail.iter().chain(head).copied().collect::<Vec<_>>().into_iter()
    }

    // ── streams ──────────────────────────────────────────────────────────────────────────────────────────────

    /// Opens a job stream on every shard.
    ///
    /// # Errors
    /// What the client hears.
    pub(crate) fn open_stream(&mut self, request: &StreamActivatedJobsRequest) -> Result<i64, Status> {
        rpc::check_stream(request)?;
        if self.draining {
            return Err(status::shutting_down());
        }
        let Some(id) = self.streams.open(self.links.len()) else {
            return Err(status::exhausted("Too many job streams are open"));
        };
        self.metrics.streams.add(1);
        self.scratch.clear();
        let Scratch { list, .. } = &mut self.scratch;
        let frame = rpc::stream_open(request, id, self.streams.credit, list);
        let payload_bytes = frame.job_type.len() + frame.worker.len() + rpc::names_bytes(request);
        let mut failed = false;
        for link in &mut self.links {
            failed |= link.send(FrameKind::StreamOpen, &frame, payload_bytes, Lane::Reserved).is_err();
        }
        if failed {
            self.close_stream(id);
            return Err(status::exhausted("A partition is overloaded; open the job stream later"));
        }
        Ok(id)
    }

    /// The next job of a stream, `None` at its end; else the task is woken.
    pub(crate) fn poll_stream(
        &mut self,
        id: i64,
        context: &Context<'_>,
        now_ms: u64,
    ) -> Poll<Option<ActivatedJob>> {
        let stream = self.streams.slab.get_mut(id).expect("a stream is open until its task closes it");
        let next = stream.take(context, now_ms);
        if let Some(stalls_at_ms) = stream.stalls_at_ms() {
            self.note_deadline(stalls_at_ms);
        }
        self.return_credit(id);
        match next {
            Poll::Pending if self.draining => Poll::Ready(None),
            other => other.map(Some),
        }
    }

    fn return_credit(&mut self, id: i64) {
        let credit = self.streams.credit;
        let stream = self.streams.slab.get_mut(id).expect("its caller just found it");
        for (index, link) in self.links.iter_mut().enumerate() {
            let Some(due) = stream.credit_due(index, credit) else { continue };
            let frame = StreamCreditFrame { stream_id: id, credit: due as i32, job_type: "" };
            if link.send(FrameKind::StreamCredit, &frame, 0, Lane::Reserved).is_err() {
                tracing::warn!(stream_id = id, shard = index, "credit of a job stream is lost");
            }
        }
    }

    /// Closes a stream; what its client did not take is given back.
    pub(crate) fn close_stream(&mut self, id: i64) {
        let Some(mut stream) = self.streams.slab.remove(id) else { return };
        self.metrics.streams.add(-1);
        let frame = StreamCreditFrame { stream_id: id, ..Default::default() };
        for link in &mut self.links {
            // Before the jobs are given back, so that none of them is pushed here again.
            let _ = link.send(FrameKind::StreamClose, &frame, 0, Lane::Reserved);
        }
        let mut keys = std::mem::take(&mut self.keys);
        stream.drain(&mut keys);
        self.give_back(&keys);
        keys.clear();
        self.keys = keys;
    }

    // ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    fn note_deadline(&mut self, deadline_ms: u64) {
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
