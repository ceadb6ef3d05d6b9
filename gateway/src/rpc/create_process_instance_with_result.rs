//! CreateProcessInstanceWithResult: the answer comes when the instance has ended.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::ProcessInstanceResultValue;
use tidemill_record::{ProcessInstanceCreationIntent, ValueType};
use tonic::Status;

use super::create_process_instance::{creation_command, put_creation};
use super::{Command, Rpc, Scratch, take};
use crate::proto::gateway::{
    CreateProcessInstanceWithResultRequest, CreateProcessInstanceWithResultResponse,
};
use crate::status::{invalid, unreadable};
use crate::variables::document_text;

/// The RPC.
pub struct CreateProcessInstanceWithResult;

impl Rpc for CreateProcessInstanceWithResult {
    type Request = CreateProcessInstanceWithResultRequest;
    type Response = CreateProcessInstanceWithResultResponse;

    fn command(
        request: &CreateProcessInstanceWithResultRequest,
        scratch: &mut Scratch,
    ) -> Result<Command, Status> {
        let Some(creation) = &request.request else {
            return Err(invalid("Expected to create an instance with a result, but 'request' was missing"));
        };
        put_creation("CreateProcessInstanceWithResult", creation, &request.fetch_variables, scratch)?;
        Ok(creation_command(creation, ProcessInstanceCreationIntent::CreateWithAwaitingResult))
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<CreateProcessInstanceWithResultResponse, Status> {
        if answer.value_type != ValueType::ProcessInstanceResult {
            return Err(unreadable("it is no result of a process instance"));
        }
        let value: ProcessInstanceResultValue<'_> = take(answer)?;
        Ok(CreateProcessInstanceWithResultResponse {
            process_definition_key: value.process_definition_key,
            bpmn_process_id: value.bpmn_process_id.to_owned(),
            version: value.version,
            process_instance_key: value.process_instance_key,
            variables: document_text(value.variables.0),
            tenant_id: value.tenant_id.to_owned(),
            ..Default::default()
        })
    }

    fn timeout_ms(request: &CreateProcessInstanceWithResultRequest) -> Option<u64> {
        u64::try_from(request.request_timeout).ok().filter(|timeout_ms| *timeout_ms > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::refusal;
    use super::*;
    use crate::proto::gateway::CreateProcessInstanceRequest;
    use tidemill_record::value::{ProcessInstanceCreationValue, Value};

    #[test]
    fn the_names_to_fetch_travel_with_the_command() {
        let request = CreateProcessInstanceWithResultRequest {
            request: Some(CreateProcessInstanceRequest::default()),
            request_timeout: 0,
            fetch_variables: vec!["a".to_owned(), "b".to_owned()],
        };
        let mut scratch = Scratch::default();
        let command = CreateProcessInstanceWithResult::command(&request, &mut scratch).unwrap();
        assert_eq!(command.intent, ProcessInstanceCreationIntent::CreateWithAwaitingResult.into());
        let value = ProcessInstanceCreationValue::take(&scratch.value).unwrap();
        assert_eq!(value.fetch_variables.iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(CreateProcessInstanceWithResult::timeout_ms(&request), None);
    }

    #[test]
    fn a_request_without_a_request_is_refused() {
        let request = CreateProcessInstanceWithResultRequest::default();
        assert_eq!(refusal::<CreateProcessInstanceWithResult>(&request).0, tonic::Code::InvalidArgument);
    }
}
