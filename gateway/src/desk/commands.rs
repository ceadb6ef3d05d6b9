//! The way of commands and questions to partitions, and of jobs that nobody took back to theirs.

use std::task::{Context, Poll};

use tidemill_record::frame::{CommandFrame, FrameKind, QueryFrame};
use tidemill_record::value::JobValue;
use tidemill_record::{JobIntent, ValueType};
use tonic::Status;

use super::link::SendError;
use super::open::{Decode, OpenRequest, Outcome};
use super::{Attempt, Desk, decode, no_answer};
use crate::proto::gateway::ActivateJobsRequest;
use crate::route::{Route, partition_of, partition_of_hash};
use crate::rpc::{self, ActivateJobs, Command, Lane, Reply, Rpc};
use crate::status;

impl Desk {
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
}
