//! One ActivateJobs call: it goes round the partitions, and waits for jobs when there are none.
//!
//! ```text
//!   ask each partition once ──▶ some jobs came: end
//!        │ none
//!        ├─ the client does not want to wait, or waited long enough: end, with nothing
//!        ├─ some shards do not know that the type is wanted: tell them, ask them once more
//!        └─ all know: park until a notice, the probe (10 s) or the end of the wait; then ask each once
//! ```

use std::collections::VecDeque;

use tonic::{Code, Status};

use super::open::Failure;
use super::{Desk, Outcome, PROBE_MS, Parking};
use crate::proto::gateway::{ActivateJobsRequest, ActivateJobsResponse};
use crate::rpc::Reply;
use crate::status;

/// Wake-ups without a job after which a poll rests, so that many polls for few jobs do not spin.
const EMPTY_WAKE_COUNT_MAX: u32 = 8;
/// How long it rests, ms.
const REST_MS: u64 = 100;

/// The state of the call.
#[derive(Debug)]
pub(crate) struct LongPoll {
    /// The client's request; `max_jobs_to_activate` counts down.
    request: ActivateJobsRequest,
    to_ask: VecDeque<u32>,
    /// When the wait ends; `None`: there is none.
    ends_at_ms: Option<u64>,
    answered: bool,
    jobs_came: bool,
    refusals: Vec<Status>,
    /// Another poll has to be woken when this one goes.
    owes_wake: bool,
    empty_wake_count: u32,
}

/// What the call does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Wait for the outcome of this request, then `take_outcome`.
    Ask(i64),
    /// Wait until this parked poll is woken, then `woken`.
    Park(i64),
    /// It is over.
    End,
    /// It is over; the client hears this.
    Fail(Status),
}

impl LongPoll {
    /// A call that begins now.
    pub(crate) fn new(request: ActivateJobsRequest, desk: &mut Desk, now_ms: u64) -> Self {
        let ends_at_ms = desk.long_poll_ms(&request).map(|wait_ms| now_ms.saturating_add(wait_ms));
        Self {
            to_ask: desk.poll_order().collect(),
            request,
            ends_at_ms,
            answered: false,
            jobs_came: false,
            refusals: Vec::new(),
            owes_wake: false,
            empty_wake_count: 0,
        }
    }

    /// What to do next.
    pub(crate) fn step(&mut self, desk: &mut Desk, now_ms: u64) -> Step {
        if desk.is_draining() {
            return Step::End;
        }
        loop {
            // Whoever wants no jobs waits for nothing and asks nobody, as with Zeebe.
            while self.request.max_jobs_to_activate > 0 {
                let Some(partition_id) = self.to_ask.pop_front() else { break };
                match desk.ask_for_jobs(&self.request, partition_id, now_ms) {
                    Ok(id) => return Step::Ask(id),
                    Err(refusal) if is_passing(&refusal) => self.refusals.push(refusal),
                    Err(status) => return Step::Fail(status),
                }
            }
            if self.jobs_came {
                return Step::End;
            }
            if !self.answered && !self.refusals.is_empty() {
                return Step::Fail(self.refused_by_all());
            }
            let Some(ends_at_ms) = self.ends_at_ms.filter(|ends_at_ms| now_ms < *ends_at_ms) else {
                return Step::End;
            };
            match self.wait(desk, ends_at_ms, now_ms) {
                Parking::At(id) => return Step::Park(id),
                Parking::AskFirst(partitions) => self.to_ask.extend(partitions),
                Parking::Full => return Step::Fail(status::exhausted("Too many polls are waiting for jobs")),
            }
        }
    }

    fn wait(&mut self, desk: &mut Desk, ends_at_ms: u64, now_ms: u64) -> Parking {
        if self.request.max_jobs_to_activate < 1 {
            return desk.park_quietly(None, ends_at_ms);
        }
        if self.empty_wake_count >= EMPTY_WAKE_COUNT_MAX {
            self.empty_wake_count = 0;
            return desk.park_quietly(None, ends_at_ms.min(now_ms + REST_MS));
        }
        desk.park(&self.request.r#type, ends_at_ms.min(now_ms + PROBE_MS))
    }

    fn refused_by_all(&mut self) -> Status {
        if self.refusals.len() == 1 { self.refusals.remove(0) } else { status::all_refused(&self.refusals) }
    }

    /// Takes what a partition said; jobs go to the client.
    ///
    /// # Errors
    /// What the client hears when the call is over because of it.
    pub(crate) fn take_outcome(&mut self, outcome: Outcome) -> Result<Option<ActivateJobsResponse>, Status> {
        let batch = match outcome {
            Ok(Reply::Activate(batch)) => batch,
            Ok(_) => return Err(status::unreadable("it is no batch of jobs")),
            Err(Failure::Refused(refusal)) => {
                self.refusals.push(refusal);
                return Ok(None);
            }
            // Jobs that came before are with the client already: their round is over then, not failed.
            Err(Failure::Failed(_)) if self.jobs_came => return Ok(None),
            Err(Failure::Failed(status)) => return Err(status),
        };
        self.answered = true;
        if batch.response.jobs.is_empty() {
            return Ok(None);
        }
        self.jobs_came = true;
        let count = i32::try_from(batch.response.jobs.len()).unwrap_or(i32::MAX);
        self.request.max_jobs_to_activate = self.request.max_jobs_to_activate.saturating_sub(count);
        self.owes_wake |= batch.truncated || self.request.max_jobs_to_activate < 1;
        if batch.truncated {
            self.to_ask.clear();
        }
        Ok(Some(batch.response))
    }

    /// A parked call goes on.
    pub(crate) fn woken(&mut self, desk: &mut Desk, id: i64) {
        self.owes_wake = desk.unpark(id, &self.request.r#type);
        self.empty_wake_count += u32::from(self.owes_wake);
        self.answered = false;
        self.refusals.clear();
        if self.request.max_jobs_to_activate > 0 {
            self.to_ask = desk.poll_order().collect();
        }
    }

    /// The call is over or its client is gone; `parked` is where it waited.
    pub(crate) fn close(&mut self, desk: &mut Desk, parked: Option<i64>) {
        if let Some(id) = parked {
            self.owes_wake |= desk.unpark(id, &self.request.r#type);
        }
        if std::mem::take(&mut self.owes_wake) {
            desk.wake_next_poll(&self.request.r#type);
        }
    }
}

/// Whether another partition may take what this one refused.
fn is_passing(status: &Status) -> bool {
    matches!(status.code(), Code::ResourceExhausted | Code::Unavailable)
}
