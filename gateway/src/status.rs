//! gRPC statuses with the texts that clients of Zeebe match on, each with a `google.rpc.Status` in its
//! details.

use bytes::Bytes;
use prost::Message;
use tidemill_record::frame::AnswerFrame;
use tidemill_record::{Intent, RejectionType};
use tonic::{Code, Status};

/// Longest text of a status. It travels twice (plain and in the details, base64), and Java clients accept 8
/// KiB of headers and trailers by default.
pub const STATUS_TEXT_BYTES_MAX: usize = 2800;
/// Causes that the details of one status name.
const CAUSE_COUNT_MAX: usize = 4;

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// A status with its details.
#[cold]
pub fn status(code: Code, text: impl Into<String>) -> Status {
    with_causes(code, text.into(), &[])
}

/// A status whose details name what led to it.
#[cold]
pub fn with_causes(code: Code, text: String, causes: &[Status]) -> Status {
    let message = shortened(text);
    let details = causes.iter().take(CAUSE_COUNT_MAX).map(cause).collect();
    let rpc_status = RpcStatus { code: code as i32, message: message.clone(), details };
    Status::with_details(code, message, Bytes::from(rpc_status.encode_to_vec()))
}

fn cause(status: &Status) -> Any {
    let message = status.message().chars().take(200).collect();
    let inner = RpcStatus { code: status.code() as i32, message, details: Vec::new() };
    Any { type_url: "type.googleapis.com/google.rpc.Status".to_owned(), value: inner.encode_to_vec() }
}

fn shortened(mut text: String) -> String {
    if text.len() > STATUS_TEXT_BYTES_MAX {
        let end = (0..=STATUS_TEXT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push_str(" …");
    }
    text
}

/// INVALID_ARGUMENT.
#[cold]
pub fn invalid(text: impl Into<String>) -> Status {
    status(Code::InvalidArgument, text)
}

/// An RPC or a part of a request that this broker does not have.
#[cold]
pub fn unimplemented(what: &str) -> Status {
    status(Code::Unimplemented, format!("{what} is not implemented by this broker"))
}

/// A key or a rule named a partition that is not here.
#[cold]
pub fn unknown_partition(partition_id: i64) -> Status {
    let text = format!(
        "Expected to execute command on partition {partition_id}, \
         but either it does not exist, or the gateway is not yet aware of it"
    );
    status(Code::Unavailable, text)
}

/// The command cannot be taken now; nothing was handed over.
#[cold]
pub fn exhausted(text: impl Into<String>) -> Status {
    status(Code::ResourceExhausted, text)
}

/// Every partition refused the command.
#[cold]
pub fn all_refused(causes: &[Status]) -> Status {
    let text =
        "Every partition refused the command; the details of this status name the causes. Try again later"
            .to_owned();
    with_causes(Code::ResourceExhausted, text, causes)
}

/// The gateway is going down; nothing was handed over.
#[cold]
pub fn shutting_down() -> Status {
    status(Code::Unavailable, "The gateway is shutting down, please connect to another one")
}

/// No answer in time; what became of the command is unknown.
#[cold]
pub fn timed_out(partition_id: u32, address: &str, timeout_ms: u64) -> Status {
    let text = format!(
        "Time out between gateway and broker: \
         Request command-api-{partition_id} to {address} timed out in {}",
        iso_duration(timeout_ms)
    );
    status(Code::DeadlineExceeded, text)
}

/// The way to the partition broke after the command was handed over: what became of it is unknown.
#[cold]
pub fn aborted(partition_id: u32) -> Status {
    let text = format!("Lost the connection to partition {partition_id} after the command was handed over");
    status(Code::Aborted, text)
}

/// An answer that this gateway cannot read.
#[cold]
pub fn unreadable(error: impl std::fmt::Display) -> Status {
    status(Code::Internal, format!("Expected to read the answer of the broker, but {error}"))
}

/// What a rejection becomes.
#[cold]
pub fn rejection(answer: &AnswerFrame<'_>) -> Status {
    let code = match answer.rejection_type {
        RejectionType::InvalidArgument => Code::InvalidArgument,
        RejectionType::NotFound => Code::NotFound,
        RejectionType::AlreadyExists => Code::AlreadyExists,
        RejectionType::InvalidState => Code::FailedPrecondition,
        RejectionType::ProcessingError => Code::Internal,
        RejectionType::Unauthorized | RejectionType::Forbidden => Code::PermissionDenied,
        RejectionType::ExceededBatchRecordSize | RejectionType::NullVal => Code::Unknown,
    };
    let intent =
        u8::try_from(answer.intent).map_or("UNKNOWN", |number| Intent(number).name(answer.value_type));
    let text = format!(
        "Command '{intent}' rejected with code '{}': {}",
        answer.rejection_type.name(),
        answer.rejection_reason
    );
    status(code, text)
}

/// A duration as ISO 8601 has it and Java prints it: `PT1S`, `PT0.25S`, `PT1M30S`, `PT2H`.
pub fn iso_duration(duration_ms: u64) -> String {
    use std::fmt::Write;
    let (hours, minutes) = (duration_ms / 3_600_000, duration_ms / 60_000 % 60);
    let (seconds, millis) = (duration_ms / 1000 % 60, duration_ms % 1000);
    let mut text = String::from("PT");
    for (count, unit) in [(hours, 'H'), (minutes, 'M')] {
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
        }
    }
    if millis > 0 {
        let fraction = format!("{millis:03}");
        let _ = write!(text, "{seconds}.{}S", fraction.trim_end_matches('0'));
    } else if seconds > 0 || text.len() == 2 {
        let _ = write!(text, "{seconds}S");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_record::{JobIntent, ValueType};

    #[test]
    fn durations_read_as_java_prints_them() {
        let check = |ms: u64, expected: &str| assert_eq!(iso_duration(ms), expected);
        check(0, "PT0S");
        check(250, "PT0.25S");
        check(1000, "PT1S");
        check(15_000, "PT15S");
        check(90_000, "PT1M30S");
        check(3_600_000, "PT1H");
        check(3_600_001, "PT1H0.001S");
    }

    #[test]
    fn rejections_have_zeebes_code_and_text() {
        let check = |rejection_type, code, text: &str| {
            let answer = AnswerFrame {
                rejection_type,
                rejection_reason: "because",
                value_type: ValueType::Job,
                intent: JobIntent::Complete as i32,
                ..Default::default()
            };
            let status = rejection(&answer);
            assert_eq!((status.code(), status.message()), (code, text));
            let details = RpcStatus::decode(status.details()).unwrap();
            assert_eq!((details.code, details.message.as_str()), (code as i32, text));
        };
        check(
            RejectionType::NotFound,
            Code::NotFound,
            "Command 'COMPLETE' rejected with code 'NOT_FOUND': because",
        );
        check(
            RejectionType::InvalidState,
            Code::FailedPrecondition,
            "Command 'COMPLETE' rejected with code 'INVALID_STATE': because",
        );
        check(
            RejectionType::ExceededBatchRecordSize,
            Code::Unknown,
            "Command 'COMPLETE' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE': because",
        );
    }

    #[test]
    fn long_texts_and_many_causes_fit_the_headers() {
        let causes = vec![exhausted("ä".repeat(10_000)); 100];
        let status = with_causes(Code::ResourceExhausted, "ö".repeat(10_000), &causes);
        assert!(status.message().len() <= STATUS_TEXT_BYTES_MAX + 4);
        let details = RpcStatus::decode(status.details()).unwrap();
        assert_eq!(details.details.len(), CAUSE_COUNT_MAX);
        assert!(status.message().len() + status.details().len() * 4 / 3 < 12 * 1024);
    }
}
