//! CancelProcessInstance.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::ProcessInstanceValue;
use tidemill_record::{ProcessInstanceIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, put_value};
use crate::proto::gateway::{CancelProcessInstanceRequest, CancelProcessInstanceResponse};

/// The RPC.
pub struct CancelProcessInstance;

impl Rpc for CancelProcessInstance {
    type Request = CancelProcessInstanceRequest;
    type Response = CancelProcessInstanceResponse;

    fn command(request: &CancelProcessInstanceRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        put_value(&ProcessInstanceValue::default(), &mut scratch.value);
        let key = request.process_instance_key;
        let intent = ProcessInstanceIntent::Cancel;
        let command = Command::for_key(ValueType::ProcessInstance, intent, key, Lane::Reserved);
        Ok(command.referring_to(request.operation_reference))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<CancelProcessInstanceResponse, Status> {
        Ok(CancelProcessInstanceResponse {})
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use serde_json::json;

    #[test]
    fn the_key_stands_on_the_record_and_not_in_its_value() {
        let request = CancelProcessInstanceRequest { process_instance_key: 4, operation_reference: None };
        let mut scratch = Scratch::default();
        let (command, value) =
            command_json::<CancelProcessInstance, ProcessInstanceValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.lane), (4, Lane::Reserved));
        assert_fields(&value, json!({"processInstanceKey": -1, "bpmnElementType": "UNSPECIFIED"}));
    }
}
