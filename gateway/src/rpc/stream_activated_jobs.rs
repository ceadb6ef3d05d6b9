//! StreamActivatedJobs: what opens a stream, and what a push brings.

use tidemill_record::ListBuffer;
use tidemill_record::frame::{PushFrame, StreamOpenFrame};
use tidemill_record::value::{JobValue, Value};
use tonic::Status;

use super::{activated_job, check_name};
use crate::proto::gateway::{ActivatedJob, StreamActivatedJobsRequest};
use crate::status::{invalid, unreadable};
use crate::tenant::check_tenants;

/// Checks what the gateway alone can check.
///
/// # Errors
/// INVALID_ARGUMENT with the texts of a Zeebe gateway.
pub fn check_stream(request: &StreamActivatedJobsRequest) -> Result<(), Status> {
    if request.r#type.trim().is_empty() {
        return Err(invalid("Expected to stream activated jobs with type to be present, but it was blank"));
    }
    if request.timeout < 1 {
        return Err(invalid(format!(
            "Expected to stream activated jobs with timeout to be greater than zero, but it was {}",
            request.timeout
        )));
    }
    check_name("type", &request.r#type)?;
    check_name("worker", &request.worker)?;
    check_tenants("StreamActivatedJobs", &request.tenant_ids)
}

/// The frame that opens the stream on a shard.
pub fn stream_open<'a>(
    request: &'a StreamActivatedJobsRequest,
    stream_id: i64,
    credit: u32,
    list: &'a mut ListBuffer,
) -> StreamOpenFrame<'a> {
    list.clear();
    for name in &request.fetch_variable {
        list.push(&name.as_str());
    }
    StreamOpenFrame {
        stream_id,
        job_type: &request.r#type,
        worker: &request.worker,
        timeout: request.timeout,
        fetch_variables: list.as_list(),
        credit: i32::try_from(credit).expect("credits are few"),
    }
}

/// Bytes that the names of fetched variables take in a frame, at most.
pub fn names_bytes(request: &StreamActivatedJobsRequest) -> usize {
    request.fetch_variable.iter().map(|name| name.len() + 10).sum()
}

/// The job that a push brings.
///
/// # Errors
/// INTERNAL when it cannot be read.
pub fn read_push(push: &PushFrame<'_>) -> Result<ActivatedJob, Status> {
    let job = JobValue::take(push.job).map_err(unreadable)?;
    Ok(activated_job(push.job_key, &JobValue { job_kind: push.job_kind, ..job }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_record::frame::encoded;

    #[test]
    fn a_stream_needs_a_type_and_a_timeout() {
        let check = |job_type: &str, timeout: i64, expected: &str| {
            let request =
                StreamActivatedJobsRequest { r#type: job_type.to_owned(), timeout, ..Default::default() };
            assert_eq!(check_stream(&request).unwrap_err().message(), expected);
        };
        check("", 5, "Expected to stream activated jobs with type to be present, but it was blank");
        check("t", 0, "Expected to stream activated jobs with timeout to be greater than zero, but it was 0");
    }

    #[test]
    fn a_stream_opens_with_names_and_credit() {
        let request = StreamActivatedJobsRequest {
            r#type: "t".to_owned(),
            timeout: 7,
            fetch_variable: vec!["a".to_owned()],
            ..Default::default()
        };
        let mut list = ListBuffer::default();
        let bytes = encoded(&stream_open(&request, 3, 64, &mut list));
        let frame = StreamOpenFrame::take(&bytes).unwrap();
        assert_eq!((frame.stream_id, frame.credit, frame.timeout, frame.job_type), (3, 64, 7, "t"));
        assert_eq!(frame.fetch_variables.iter().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_push_is_a_job() {
        let job = encoded(&JobValue { retries: 2, ..Default::default() });
        let push = PushFrame { job_key: 5, job: &job, ..Default::default() };
        let read = read_push(&push).unwrap();
        assert_eq!((read.key, read.retries), (5, 2));
        assert!(read_push(&PushFrame { job: &[0xff; 3], ..push }).is_err());
    }
}
