//! The table of open requests: what was handed to a partition and is not answered yet.

use std::task::{Context, Poll, Waker};

use tidemill_core::limits::OPEN_REQUEST_COUNT_MAX;
use tidemill_record::frame::AnswerFrame;
use tonic::Status;

use super::slab::Slab;
use crate::rpc::{Lane, Reply};

/// Turns an answer into what the client gets.
pub(crate) type Decode = fn(&AnswerFrame<'_>) -> Result<Reply, Status>;

/// What became of a request.
pub(crate) type Outcome = Result<Reply, Failure>;

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing was appended: it can be tried elsewhere.
    Refused(Status),
    /// Rejected, or the outcome is unknown.
    Failed(Status),
}

/// Requests that must stay possible when the table is full of others.
const RESERVED_COUNT: usize = OPEN_REQUEST_COUNT_MAX / 8;

/// One open request.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    pub(crate) decode: Decode,
    pub(crate) deadline_ms: u64,
    pub(crate) timeout_ms: u64,
    pub(crate) partition_id: u32,
    pub(crate) link: usize,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) waker: Option<Waker>,
}

impl OpenRequest {
    /// Sets the outcome, once.
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        assert!(self.outcome.is_none(), "a request has one outcome");
        self.outcome = Some(outcome);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct OpenRequests {
    pub(crate) slab: Slab<OpenRequest>,
}

impl OpenRequests {
    pub(crate) fn new(thread: usize, count_max: usize) -> Self {
        Self { slab: Slab::new(thread, count_max.min(OPEN_REQUEST_COUNT_MAX)) }
    }

    /// Whether a request of this lane has room.
    pub(crate) fn has_room(&self, lane: Lane, count_max: usize) -> bool {
        let reserved = if lane == Lane::Normal { RESERVED_COUNT.min(count_max / 8) } else { 0 };
        self.slab.len() + reserved < count_max
    }

    /// The outcome, when it is there; else the task is woken when it comes.
    pub(crate) fn poll(&mut self, id: i64, context: &mut Context<'_>) -> Poll<Outcome> {
        let open = self.slab.get_mut(id).expect("a request is polled until its outcome is taken");
        if open.outcome.is_some() {
            let open = self.slab.remove(id).expect("it was there just now");
            return Poll::Ready(open.outcome.expect("it was there just now"));
        }
        remember(&mut open.waker, context);
        Poll::Pending
    }
}

/// Keeps the task's waker, without a copy when it is the same.
pub(crate) fn remember(place: &mut Option<Waker>, context: &Context<'_>) {
    match place {
        Some(waker) if waker.will_wake(context.waker()) => {}
        _ => *place = Some(context.waker().clone()),
    }
}
