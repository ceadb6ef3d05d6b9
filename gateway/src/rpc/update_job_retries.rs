//! UpdateJobRetries.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::JobValue;
use tidemill_record::{JobIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, put_value};
use crate::proto::gateway::{UpdateJobRetriesRequest, UpdateJobRetriesResponse};

/// The RPC.
pub struct UpdateJobRetries;

impl Rpc for UpdateJobRetries {
    type Request = UpdateJobRetriesRequest;
    type Response = UpdateJobRetriesResponse;

    fn command(request: &UpdateJobRetriesRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        put_value(&JobValue { retries: request.retries, ..Default::default() }, &mut scratch.value);
        let command =
            Command::for_key(ValueType::Job, JobIntent::UpdateRetries, request.job_key, Lane::Normal);
        Ok(command.referring_to(request.operation_reference))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<UpdateJobRetriesResponse, Status> {
        Ok(UpdateJobRetriesResponse {})
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use serde_json::json;

    #[test]
    fn the_reference_travels_with_the_command() {
        let request = UpdateJobRetriesRequest { job_key: 3, retries: 7, operation_reference: Some(11) };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<UpdateJobRetries, JobValue<'_>>(&request, &mut scratch);
        assert_eq!(command.operation_reference, 11);
        assert_fields(&value, json!({"retries": 7}));
    }
}
