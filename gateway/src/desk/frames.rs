//! What comes back from the shards.

use tidemill_record::RejectionType;
use tidemill_record::frame::{
    AnswerFrame, FrameKind, JobInterestFrame, PushFrame, QueryAnswerFrame, RefusalFrame,
};
use tidemill_record::value::Value;
use tonic::{Code, Status};

use super::open::Failure;
use super::{Desk, Outcome};
use crate::rpc::{self, QueryReply, Reply};
use crate::status;

impl Desk {
    /// Takes a frame of a shard.
    pub(crate) fn receive(&mut self, shard: usize, kind: u32, bytes: &[u8], now_ms: u64) {
        let read = match FrameKind::from_tag(kind) {
            Some(FrameKind::Answer) => AnswerFrame::take(bytes).map(|frame| self.answered(&frame)),
            Some(FrameKind::Refusal) => RefusalFrame::take(bytes).map(|frame| self.refused(&frame)),
            Some(FrameKind::Push) => PushFrame::take(bytes).map(|frame| self.pushed(shard, &frame, now_ms)),
            Some(FrameKind::JobsAvailable) => {
                JobInterestFrame::take(bytes).map(|frame| self.interests.notice(frame.job_type, shard))
            }
            Some(FrameKind::QueryAnswer) => QueryAnswerFrame::take(bytes).map(|frame| self.told(&frame)),
            _ => {
                tracing::error!(shard, kind, "a shard sent a frame that is none of its own");
                Ok(())
            }
        };
        if let Err(error) = read {
            tracing::error!(shard, kind, %error, "a shard sent a frame that cannot be read");
        }
    }

    fn answered(&mut self, answer: &AnswerFrame<'_>) {
        let open = self.open.slab.get_mut(answer.request_id).filter(|open| open.outcome.is_none());
        let Some(open) = open else {
            self.metrics.unclaimed.increment();
            if answer.rejection_type == RejectionType::NullVal {
                self.give_back(&rpc::job_keys_of(answer));
            }
            return;
        };
        let outcome = if answer.rejection_type == RejectionType::NullVal {
            (open.decode)(answer).map_err(Failure::Failed)
        } else {
            Err(Failure::Failed(status::rejection(answer)))
        };
        open.finish(outcome);
    }

    fn refused(&mut self, refusal: &RefusalFrame<'_>) {
        self.metrics.refusals.increment();
        let code = Code::from_i32(refusal.code);
        let text: Status = status::status(code, refusal.message);
        // Only what passes is worth a try elsewhere.
        let passing = matches!(code, Code::ResourceExhausted | Code::Unavailable);
        let failure = if passing { Failure::Refused(text) } else { Failure::Failed(text) };
        self.finish(refusal.request_id, Err(failure));
    }

    fn told(&mut self, answer: &QueryAnswerFrame<'_>) {
        let reply = QueryReply { found: answer.found, json: answer.json.to_owned() };
        self.finish(answer.request_id, Ok(Reply::Query(reply)));
    }

    fn finish(&mut self, id: i64, outcome: Outcome) {
        match self.open.slab.get_mut(id) {
            Some(open) if open.outcome.is_none() => open.finish(outcome),
            _ => self.metrics.unclaimed.increment(),
        }
    }

    fn pushed(&mut self, shard: usize, push: &PushFrame<'_>, now_ms: u64) {
        self.metrics.pushes.increment();
        let credit = self.streams.credit;
        let taken = match (self.streams.slab.get_mut(push.stream_id), rpc::read_push(push)) {
            (Some(stream), Ok(job)) => stream.push(shard, job, credit, now_ms).map(|_| stream.stalls_at_ms()),
            _ => None,
        };
        match taken {
            Some(stalls_at_ms) => self.note_deadline(stalls_at_ms.unwrap_or(u64::MAX)),
            None => self.give_back(&[push.job_key]),
        }
    }

    /// A shard is gone: what was handed to it has no known outcome.
    pub(crate) fn shard_gone(&mut self, shard: usize) {
        self.links[shard].close();
        let lost = |open: &&mut super::OpenRequest| open.link == shard && open.outcome.is_none();
        for open in self.open.slab.iter_mut().filter(lost) {
            open.finish(Err(Failure::Failed(status::aborted(open.partition_id))));
        }
    }
}
