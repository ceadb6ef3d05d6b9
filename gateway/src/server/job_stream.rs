//! StreamActivatedJobs as a stream of jobs.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tonic::Status;

use crate::here;
use crate::proto::gateway::{ActivatedJob, StreamActivatedJobsRequest};
use crate::status;

/// The jobs of one stream; dropped, it is closed.
#[derive(Debug)]
pub(crate) struct JobStream {
    id: i64,
    over: bool,
}

impl JobStream {
    /// Opens the stream.
    ///
    /// # Errors
    /// What the client hears.
    pub(crate) fn open(request: &StreamActivatedJobsRequest) -> Result<Self, Status> {
        let id = here::with(|desk| desk.open_stream(request))?;
        Ok(Self { id, over: false })
    }
}

impl Stream for JobStream {
    type Item = Result<ActivatedJob, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let next = here::with_time(|desk, now_ms| desk.poll_stream(self.id, context, now_ms));
        next.map(|job| match job {
            Some(job) => Some(Ok(job)),
            None => {
                self.over = true;
                Some(Err(status::shutting_down()))
            }
        })
    }
}

impl Drop for JobStream {
    fn drop(&mut self) {
        here::try_with(|desk| desk.close_stream(self.id));
    }
}
