//! FailJob.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::JobValue;
use tidemill_record::{Document, JobIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, put_value};
use crate::proto::gateway::{FailJobRequest, FailJobResponse};
use crate::variables::read_document;

/// The RPC.
pub struct FailJob;

impl Rpc for FailJob {
    type Request = FailJobRequest;
    type Response = FailJobResponse;

    fn command(request: &FailJobRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        read_document(&request.variables, &mut scratch.document)?;
        let value = JobValue {
            retries: request.retries,
            retry_backoff: request.retry_back_off,
            error_message: &request.error_message,
            variables: Document(&scratch.document),
            ..Default::default()
        };
        put_value(&value, &mut scratch.value);
        Ok(Command::for_key(ValueType::Job, JobIntent::Fail, request.job_key, Lane::Reserved))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<FailJobResponse, Status> {
        Ok(FailJobResponse {})
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_the_worker_says_is_in_the_command() {
        let request = FailJobRequest {
            job_key: 9,
            retries: 2,
            error_message: "no".to_owned(),
            retry_back_off: 500,
            variables: String::new(),
        };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<FailJob, JobValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.intent), (9, JobIntent::Fail.into()));
        assert_fields(
            &value,
            json!({"retries": 2, "errorMessage": "no", "retryBackoff": 500, "variables": {}}),
        );
    }
}
