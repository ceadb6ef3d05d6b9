//! DeployResource.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::{self, DeploymentResource, DeploymentValue};
use tidemill_record::{DeploymentIntent, ValueType};
use tonic::Status;

use super::{Command, Rpc, Scratch, check_name, put_value, take};
use crate::proto::gateway::deployment::Metadata;
use crate::proto::gateway::{DeployResourceRequest, DeployResourceResponse, Deployment, ProcessMetadata};
use crate::route::{DEPLOYMENT_PARTITION, Route};
use crate::tenant::check_tenant;

/// The RPC.
pub struct DeployResource;

impl Rpc for DeployResource {
    type Request = DeployResourceRequest;
    type Response = DeployResourceResponse;

    fn command(request: &DeployResourceRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        check_tenant("DeployResource", &request.tenant_id)?;
        put_deployment(request.resources.iter().map(|file| (&*file.name, &*file.content)), scratch)
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<DeployResourceResponse, Status> {
        let value: DeploymentValue<'_> = take(answer)?;
        let deployments = value
            .processes_metadata
            .iter()
            .map(|process| Deployment { metadata: Some(Metadata::Process(process_metadata(&process))) });
        Ok(DeployResourceResponse {
            key: answer.key,
            deployments: deployments.collect(),
            tenant_id: value.tenant_id.to_owned(),
        })
    }
}

/// Encodes the value of a deployment and gives its command.
pub(super) fn put_deployment<'a>(
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
    scratch: &mut Scratch,
) -> Result<Command, Status> {
    scratch.list.clear();
    for (resource_name, resource) in files {
        check_name("name", resource_name)?;
        scratch.list.push(&DeploymentResource { resource_name, resource });
    }
    let value = DeploymentValue { resources: scratch.list.as_list(), ..Default::default() };
    put_value(&value, &mut scratch.value);
    let route = Route::Partition(DEPLOYMENT_PARTITION);
    Ok(Command::without_key(ValueType::Deployment, DeploymentIntent::Create, route))
}

/// A process of a deployment, as clients see it.
pub(super) fn process_metadata(process: &value::ProcessMetadata<'_>) -> ProcessMetadata {
    ProcessMetadata {
        bpmn_process_id: process.bpmn_process_id.to_owned(),
        version: process.version,
        process_definition_key: process.process_definition_key,
        resource_name: process.resource_name.to_owned(),
        tenant_id: process.tenant_id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use crate::proto::gateway::Resource;
    use serde_json::json;
    use tidemill_record::ListBuffer;
    use tidemill_record::frame::encoded;

    #[test]
    fn files_go_to_the_first_partition() {
        let file = Resource { name: "p.bpmn".to_owned(), content: b"<x/>".to_vec() };
        let request = DeployResourceRequest { resources: vec![file], tenant_id: String::new() };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<DeployResource, DeploymentValue<'_>>(&request, &mut scratch);
        assert_eq!(command.route, Route::Partition(1));
        assert_fields(
            &value,
            json!({"resources": [{"resourceName": "p.bpmn", "resource": "PHgvPg=="}], "deploymentKey": -1}),
        );
    }

    #[test]
    fn an_answer_lists_the_processes() {
        let mut processes = ListBuffer::default();
        processes.push(&value::ProcessMetadata {
            bpmn_process_id: "pr",
            version: 2,
            process_definition_key: 7,
            resource_name: "p.bpmn",
            ..Default::default()
        });
        let value = DeploymentValue { processes_metadata: processes.as_list(), ..Default::default() };
        let value = encoded(&value);
        let answer = AnswerFrame { key: 6, value: &value, ..Default::default() };
        let response = DeployResource::reply(&answer).unwrap();
        assert_eq!((response.key, response.tenant_id.as_str()), (6, "<default>"));
        let Some(Metadata::Process(process)) = &response.deployments[0].metadata else {
            panic!("no process")
        };
        assert_eq!((process.version, process.process_definition_key), (2, 7));
        assert_eq!(process.tenant_id, "<default>");
    }
}
