//! CreateProcessInstance.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::{ProcessInstanceCreationValue, StartInstruction};
use tidemill_record::{Document, List, ProcessInstanceCreationIntent, ValueType};
use tonic::Status;

use super::{Command, Rpc, Scratch, check_name, put_value, take};
use crate::proto::gateway::{CreateProcessInstanceRequest, CreateProcessInstanceResponse};
use crate::route::Route;
use crate::status::unimplemented;
use crate::tenant::check_tenant;
use crate::variables::read_document;

/// The RPC.
pub struct CreateProcessInstance;

impl Rpc for CreateProcessInstance {
    type Request = CreateProcessInstanceRequest;
    type Response = CreateProcessInstanceResponse;

    fn command(request: &CreateProcessInstanceRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        put_creation("CreateProcessInstance", request, &[], scratch)?;
        Ok(creation_command(request, ProcessInstanceCreationIntent::Create))
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<CreateProcessInstanceResponse, Status> {
        let value: ProcessInstanceCreationValue<'_> = take(answer)?;
        Ok(CreateProcessInstanceResponse {
            process_definition_key: value.process_definition_key,
            bpmn_process_id: value.bpmn_process_id.to_owned(),
            version: value.version,
            process_instance_key: value.process_instance_key,
            tenant_id: value.tenant_id.to_owned(),
            ..Default::default()
        })
    }
}

/// The command of either way to create an instance.
pub(super) fn creation_command(
    request: &CreateProcessInstanceRequest,
    intent: ProcessInstanceCreationIntent,
) -> Command {
    Command::without_key(ValueType::ProcessInstanceCreation, intent, Route::Anywhere)
        .referring_to(request.operation_reference)
}

/// Encodes the value of either way to create an instance.
pub(super) fn put_creation(
    rpc: &str,
    request: &CreateProcessInstanceRequest,
    fetch_variables: &[String],
    scratch: &mut Scratch,
) -> Result<(), Status> {
    check_tenant(rpc, &request.tenant_id)?;
    check_name("bpmnProcessId", &request.bpmn_process_id)?;
    check_newer_fields(rpc, request)?;
    read_document(&request.variables, &mut scratch.document)?;
    scratch.list.clear();
    for instruction in &request.start_instructions {
        check_name("elementId", &instruction.element_id)?;
        scratch.list.push(&StartInstruction { element_id: &instruction.element_id });
    }
    scratch.other_list.clear();
    for name in fetch_variables {
        scratch.other_list.push(&name.as_str());
    }
    let start_instructions: List<'_, StartInstruction<'_>> = scratch.list.as_list();
    let value = ProcessInstanceCreationValue {
        bpmn_process_id: &request.bpmn_process_id,
        version: request.version,
        process_definition_key: request.process_definition_key,
        variables: Document(&scratch.document),
        start_instructions,
        fetch_variables: scratch.other_list.as_list(),
        ..Default::default()
    };
    put_value(&value, &mut scratch.value);
    Ok(())
}

/// What clients newer than this protocol version may ask for is not dropped silently.
fn check_newer_fields(rpc: &str, request: &CreateProcessInstanceRequest) -> Result<(), Status> {
    let asked = [
        ("runtimeInstructions", !request.runtime_instructions.is_empty()),
        ("tags", !request.tags.is_empty()),
        ("businessId", request.business_id.as_ref().is_some_and(|id| !id.is_empty())),
    ];
    match asked.into_iter().find(|(_, present)| *present) {
        Some((field, _)) => Err(unimplemented(&format!("The field '{field}' of {rpc}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json, refusal};
    use super::*;
    use crate::proto::gateway::ProcessInstanceCreationStartInstruction;
    use serde_json::json;

    #[test]
    fn everything_that_names_the_process_is_in_the_command() {
        let instruction = ProcessInstanceCreationStartInstruction { element_id: "task".to_owned() };
        let request = CreateProcessInstanceRequest {
            bpmn_process_id: "pr".to_owned(),
            version: -1,
            variables: r#"{"a":1}"#.to_owned(),
            start_instructions: vec![instruction],
            ..Default::default()
        };
        let mut scratch = Scratch::default();
        let (command, value) =
            command_json::<CreateProcessInstance, ProcessInstanceCreationValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.route), (-1, Route::Anywhere));
        assert_fields(
            &value,
            json!({"bpmnProcessId": "pr", "version": -1, "processDefinitionKey": 0, "processInstanceKey": -1,
                   "variables": {"a": 1}, "startInstructions": [{"elementId": "task"}]}),
        );
    }

    #[test]
    fn what_is_not_offered_is_said() {
        let check = |request: CreateProcessInstanceRequest, expected: &str| {
            assert_eq!(refusal::<CreateProcessInstance>(&request).1, expected);
        };
        check(
            CreateProcessInstanceRequest { tenant_id: "abc".to_owned(), ..Default::default() },
            "Expected to handle gRPC request CreateProcessInstance with tenant identifier 'abc', \
             but multi-tenancy is disabled",
        );
        check(
            CreateProcessInstanceRequest { tags: vec!["t".to_owned()], ..Default::default() },
            "The field 'tags' of CreateProcessInstance is not implemented by this broker",
        );
    }
}
