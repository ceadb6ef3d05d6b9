//! Waiting for the outcome of a request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::{Response, Status};

use crate::desk::{Attempt, Failure, Outcome};
use crate::here;
use crate::rpc::Rpc;
use crate::status;

/// The outcome of a request that was handed over. Dropped before it came, nobody waits any more.
#[derive(Debug)]
pub(crate) struct PendingReply {
    id: Option<i64>,
}

impl PendingReply {
    pub(crate) fn new(id: i64) -> Self {
        Self { id: Some(id) }
    }
}

impl Future for PendingReply {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let id = self.id.expect("an outcome is taken once");
        let outcome = here::with(|desk| desk.poll_outcome(id, context));
        if outcome.is_ready() {
            self.id = None;
        }
        outcome
    }
}

impl Drop for PendingReply {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            here::try_with(|desk| desk.abandon(id));
        }
    }
}

/// One call that is a command and its answer. What a partition refused goes to the next one where any will
/// do.
pub(crate) async fn call<R: Rpc>(request: R::Request) -> Result<Response<R::Response>, Status> {
    let mut attempt = Attempt::default();
    loop {
        let id = here::with_time(|desk, now_ms| desk.call::<R>(&request, &mut attempt, now_ms))?;
        match PendingReply::new(id).await {
            Ok(reply) => {
                let response = R::Response::try_from(reply);
                return response
                    .map(Response::new)
                    .map_err(|_| status::unreadable("it answers another request"));
            }
            Err(Failure::Failed(status)) => return Err(status),
            Err(Failure::Refused(refusal)) => attempt.refused(refusal)?,
        }
    }
}
