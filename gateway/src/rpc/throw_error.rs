//! ThrowError.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::JobValue;
use tidemill_record::{Document, JobIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, check_name, put_value};
use crate::proto::gateway::{ThrowErrorRequest, ThrowErrorResponse};
use crate::variables::read_document;

/// The RPC.
pub struct ThrowError;

impl Rpc for ThrowError {
    type Request = ThrowErrorRequest;
    type Response = ThrowErrorResponse;

    fn command(request: &ThrowErrorRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        check_name("errorCode", &request.error_code)?;
        read_document(&request.variables, &mut scratch.document)?;
        let value = JobValue {
            error_code: &request.error_code,
            error_message: &request.error_message,
            variables: Document(&scratch.document),
            ..Default::default()
        };
        put_value(&value, &mut scratch.value);
        Ok(Command::for_key(ValueType::Job, JobIntent::ThrowError, request.job_key, Lane::Reserved))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<ThrowErrorResponse, Status> {
        Ok(ThrowErrorResponse {})
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use serde_json::json;

    #[test]
    fn code_and_message_are_in_the_command() {
        let request = ThrowErrorRequest {
            job_key: 9,
            error_code: "E1".to_owned(),
            error_message: "no".to_owned(),
            variables: r#"{"x":[1]}"#.to_owned(),
        };
        let mut scratch = Scratch::default();
        let (_, value) = command_json::<ThrowError, JobValue<'_>>(&request, &mut scratch);
        assert_fields(&value, json!({"errorCode": "E1", "errorMessage": "no", "variables": {"x": [1]}}));
    }
}
