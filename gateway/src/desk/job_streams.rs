//! Opening, feeding and closing job streams.

use std::task::{Context, Poll};

use tidemill_record::frame::{FrameKind, StreamCreditFrame};
use tonic::Status;

use super::Desk;
use crate::proto::gateway::{ActivatedJob, StreamActivatedJobsRequest};
use crate::rpc::{self, Lane, Scratch};
use crate::status;

impl Desk {
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
}
