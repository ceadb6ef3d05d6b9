//! ActivateJobs as a stream of responses.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tonic::Status;

use super::PendingReply;
use crate::desk::{LongPoll, Step};
use crate::here;
use crate::proto::gateway::{ActivateJobsRequest, ActivateJobsResponse};

/// The responses of one call.
#[derive(Debug)]
pub(crate) struct ActivatedJobs {
    poll: LongPoll,
    state: State,
}

#[derive(Debug)]
enum State {
    Step,
    Asking(PendingReply),
    Parked(i64),
    Over,
}

impl ActivatedJobs {
    pub(crate) fn new(request: ActivateJobsRequest) -> Self {
        let poll = here::with_time(|desk, now_ms| LongPoll::new(request, desk, now_ms));
        Self { poll, state: State::Step }
    }

    fn step(&mut self) -> Option<Status> {
        match here::with_time(|desk, now_ms| self.poll.step(desk, now_ms)) {
            Step::Ask(id) => self.state = State::Asking(PendingReply::new(id)),
            Step::Park(id) => self.state = State::Parked(id),
            Step::End => self.state = State::Over,
            Step::Fail(status) => {
                self.state = State::Over;
                return Some(status);
            }
        }
        None
    }
}

impl Stream for ActivatedJobs {
    type Item = Result<ActivateJobsResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Step => {
                    if let Some(status) = self.step() {
                        return Poll::Ready(Some(Err(status)));
                    }
                }
                State::Asking(pending) => {
                    let outcome = ready!(Pin::new(pending).poll(context));
                    self.state = State::Step;
                    match self.poll.take_outcome(outcome) {
                        Ok(None) => {}
                        Ok(Some(response)) => return Poll::Ready(Some(Ok(response))),
                        Err(status) => {
                            self.state = State::Over;
                            return Poll::Ready(Some(Err(status)));
                        }
                    }
                }
                State::Parked(id) => {
                    let id = *id;
                    ready!(here::with(|desk| desk.poll_parked(id, context)));
                    here::with(|desk| self.poll.woken(desk, id));
                    self.state = State::Step;
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }
}

impl Drop for ActivatedJobs {
    fn drop(&mut self) {
        let parked = if let State::Parked(id) = self.state { Some(id) } else { None };
        here::try_with(|desk| self.poll.close(desk, parked));
    }
}
