//! What gateway threads and shards say to each other over their byte rings.
//!
//! A frame is a kind (the ring's own tag) and one of these values. A command travels as the record value that will
//! stand in the log; an answer brings the value of the event that answers it.

use crate::value::{Value, record_value};
use crate::{Intent, JobKind, List, RejectionType, ValueType};

/// The kinds of frames; the first group goes to shards, the second comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum FrameKind {
    /// [`CommandFrame`], then the encoded value of the command.
    Command = 1,
    /// [`StreamOpenFrame`]: jobs of a type are pushed from now on.
    StreamOpen = 2,
    /// [`StreamCreditFrame`]: more jobs may be pushed.
    StreamCredit = 3,
    /// [`StreamCreditFrame`] with the stream only: it is gone.
    StreamClose = 4,
    /// [`JobInterestFrame`]: tell once when a job of the type becomes available.
    JobInterest = 5,
    /// [`QueryFrame`]: read the state, after everything that it rests on is committed.
    Query = 6,

    /// [`AnswerFrame`], then the encoded value of the answering event.
    Answer = 65,
    /// [`RefusalFrame`]: the command was not appended.
    Refusal = 66,
    /// [`PushFrame`], then the encoded `JobValue`.
    Push = 67,
    /// [`JobInterestFrame`]: a job of the type became available.
    JobsAvailable = 68,
    /// [`QueryAnswerFrame`].
    QueryAnswer = 69,
}

impl FrameKind {
    /// The kind with this tag.
    pub fn from_tag(tag: u32) -> Option<Self> {
        use FrameKind::*;
        let kinds = [
            Command,
            StreamOpen,
            StreamCredit,
            StreamClose,
            JobInterest,
            Query,
            Answer,
            Refusal,
            Push,
            JobsAvailable,
            QueryAnswer,
        ];
        kinds.into_iter().find(|kind| *kind as u32 == tag)
    }
}

record_value! {
    /// A client's command for a partition.
    CommandFrame {
        /// Chosen by the gateway thread, unique on it; comes back with the answer.
        shown request_id: i64 = -1, "requestId";
        /// Which partition.
        shown partition_id: i32 = -1, "partitionId";
        /// What the command is about.
        shown value_type: ValueType = ValueType::Job, "valueType";
        /// The intent's number.
        shown intent: i32 = 0, "intent";
        /// The entity; -1 for none.
        shown key: i64 = -1, "key";
        /// The client's own reference; -1 for none.
        shown operation_reference: i64 = -1, "operationReference";
        /// The encoded value.
        shown value: &'a [u8] = &[], "value";
        /// When the gateway sent it, monotonic nanoseconds; -1 when it did not look.
        shown sent_ns: i64 = -1, "sentNs";
    }
}

record_value! {
    /// What became of a command.
    AnswerFrame {
        /// The request.
        shown request_id: i64 = -1, "requestId";
        /// Where it was processed.
        shown partition_id: i32 = -1, "partitionId";
        /// `NullVal` when it was done.
        shown rejection_type: RejectionType = RejectionType::NullVal, "rejectionType";
        /// Why it was rejected.
        shown rejection_reason: &'a str = "", "rejectionReason";
        /// The answering record's type.
        shown value_type: ValueType = ValueType::Job, "valueType";
        /// The answering record's intent; of a rejection, the command's.
        shown intent: i32 = 0, "intent";
        /// The answering record's key.
        shown key: i64 = -1, "key";
        /// The answering record's encoded value.
        shown value: &'a [u8] = &[], "value";
    }
}

record_value! {
    /// A command that was not appended, with a gRPC status code and its text.
    RefusalFrame {
        /// The request.
        shown request_id: i64 = -1, "requestId";
        /// A gRPC status code.
        shown code: i32 = 14, "code";
        /// Why, and what to do.
        shown message: &'a str = "", "message";
    }
}

record_value! {
    /// A stream of jobs opens.
    StreamOpenFrame {
        /// Chosen by the gateway thread, unique on it.
        shown stream_id: i64 = -1, "streamId";
        /// Which jobs.
        shown job_type: &'a str = "", "type";
        /// For whom.
        shown worker: &'a str = "", "worker";
        /// How long an activation lasts, ms.
        shown timeout: i64 = -1, "timeout";
        /// Names of the variables to fetch; empty for all.
        shown fetch_variables: List<'a, &'a str> = List::EMPTY, "fetchVariables";
        /// How many jobs may be pushed before more credit comes.
        shown credit: i32 = 0, "credit";
    }
}

record_value! {
    /// Credit for a stream, or its end.
    StreamCreditFrame {
        /// The stream.
        shown stream_id: i64 = -1, "streamId";
        /// How many more jobs may be pushed.
        shown credit: i32 = 0, "credit";
        /// Names the type, so that the frame can be traced; empty where it does not matter.
        shown job_type: &'a str = "", "type";
    }
}

record_value! {
    /// Interest in jobs of a type, or the notice that there are some.
    JobInterestFrame {
        /// Which jobs.
        shown job_type: &'a str = "", "type";
    }
}

record_value! {
    /// A job for a stream's client.
    PushFrame {
        /// The stream.
        shown stream_id: i64 = -1, "streamId";
        /// The job.
        shown job_key: i64 = -1, "jobKey";
        /// What it was created for.
        shown job_kind: JobKind = JobKind::BpmnElement, "jobKind";
        /// The encoded `JobValue`.
        shown job: &'a [u8] = &[], "job";
    }
}

record_value! {
    /// A question about the state of a partition.
    QueryFrame {
        /// Comes back with the answer.
        shown request_id: i64 = -1, "requestId";
        /// Which partition.
        shown partition_id: i32 = -1, "partitionId";
        /// `instance`, `incidents` or `digest`.
        shown question: &'a str = "", "question";
        /// The entity; -1 for none.
        shown key: i64 = -1, "key";
    }
}

record_value! {
    /// The answer to a question, as JSON text.
    QueryAnswerFrame {
        /// The request.
        shown request_id: i64 = -1, "requestId";
        /// Whether there was something to tell.
        shown found: bool = false, "found";
        /// JSON.
        shown json: &'a str = "", "json";
    }
}

impl CommandFrame<'_> {
    /// The intent as records carry it; `None` where the number is none.
    pub fn intent(&self) -> Option<Intent> {
        u8::try_from(self.intent).ok().map(Intent)
    }
}

/// Encodes a frame's value into a fresh buffer; for tests and cold paths.
pub fn encoded<'a>(value: &impl Value<'a>) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_back_from_their_tags() {
        for kind in [FrameKind::Command, FrameKind::Query, FrameKind::Answer, FrameKind::QueryAnswer] {
            assert_eq!(FrameKind::from_tag(kind as u32), Some(kind));
        }
        assert_eq!(FrameKind::from_tag(0), None);
    }

    #[test]
    fn a_command_travels_whole() {
        let frame = CommandFrame { request_id: 9, intent: 1, value: b"body", ..Default::default() };
        let bytes = encoded(&frame);
        assert_eq!(CommandFrame::take(&bytes).unwrap(), frame);
    }
}
