//! UpdateJobTimeout.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::JobValue;
use tidemill_record::{JobIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, put_value};
use crate::proto::gateway::{UpdateJobTimeoutRequest, UpdateJobTimeoutResponse};

/// The RPC.
pub struct UpdateJobTimeout;

impl Rpc for UpdateJobTimeout {
    type Request = UpdateJobTimeoutRequest;
    type Response = UpdateJobTimeoutResponse;

    fn command(request: &UpdateJobTimeoutRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        put_value(&JobValue { timeout: request.timeout, ..Default::default() }, &mut scratch.value);
        let command =
            Command::for_key(ValueType::Job, JobIntent::UpdateTimeout, request.job_key, Lane::Normal);
        Ok(command.referring_to(request.operation_reference))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<UpdateJobTimeoutResponse, Status> {
        Ok(UpdateJobTimeoutResponse {})
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use serde_json::json;

    #[test]
    fn the_timeout_is_in_the_command() {
        let request = UpdateJobTimeoutRequest { job_key: 3, timeout: 5, operation_reference: None };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<UpdateJobTimeout, JobValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.operation_reference), (3, -1));
        assert_fields(&value, json!({"timeout": 5, "deadline": -1}));
    }
}
