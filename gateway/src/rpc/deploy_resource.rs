//! DeployResource.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::{self, DeploymentResource, DeploymentValue};
use tidemill_record::{DeploymentIntent, ValueType};
use tonic::Status;

use super::{Command, Rpc, Scratch, check_name, put_value, take};
use crate::proto::gateway::deployment::Metadata;
use crate::proto::gateway::{
    DecisionMetadata, DecisionRequirementsMetadata, DeployResourceRequest, DeployResourceResponse,
    Deployment, ProcessMetadata,
};
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
        let processes = value.processes_metadata.iter();
        let processes = processes.map(|process| Metadata::Process(process_metadata(&process)));
        let decisions = value.decisions_metadata.iter();
        let decisions = decisions.map(|decision| Metadata::Decision(decision_metadata(&decision)));
        let requirements = value.decision_requirements_metadata.iter();
        let requirements =
            requirements.map(|graph| Metadata::DecisionRequirements(requirements_metadata(&graph)));
        let all = processes.chain(decisions).chain(requirements);
        Ok(DeployResourceResponse {
            key: answer.key,
            deployments: all.map(|metadata| Deployment { metadata: Some(metadata) }).collect(),
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

fn decision_metadata(decision: &value::DecisionValue<'_>) -> DecisionMetadata {
    DecisionMetadata {
        dmn_decision_id: decision.decision_id.to_owned(),
        dmn_decision_name: decision.decision_name.to_owned(),
        version: decision.version,
        decision_key: decision.decision_key,
        dmn_decision_requirements_id: decision.decision_requirements_id.to_owned(),
        decision_requirements_key: decision.decision_requirements_key,
        tenant_id: decision.tenant_id.to_owned(),
    }
}

fn requirements_metadata(graph: &value::DecisionRequirementsMetadata<'_>) -> DecisionRequirementsMetadata {
    DecisionRequirementsMetadata {
        dmn_decision_requirements_id: graph.decision_requirements_id.to_owned(),
        dmn_decision_requirements_name: graph.decision_requirements_name.to_owned(),
        version: graph.decision_requirements_version,
        decision_requirements_key: graph.decision_requirements_key,
        resource_name: graph.resource_name.to_owned(),
        tenant_id: graph.tenant_id.to_owned(),
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
    fn an_answer_lists_decisions_and_then_their_requirements() {
        let (mut decisions, mut graphs) = (ListBuffer::default(), ListBuffer::default());
        decisions.push(&value::DecisionValue {
            decision_id: "d",
            version: 3,
            decision_key: 8,
            decision_requirements_key: 7,
            ..Default::default()
        });
        graphs.push(&value::DecisionRequirementsMetadata {
            decision_requirements_id: "g",
            decision_requirements_version: 2,
            resource_name: "d.dmn",
            ..Default::default()
        });
        let value = DeploymentValue {
            decisions_metadata: decisions.as_list(),
            decision_requirements_metadata: graphs.as_list(),
            ..Default::default()
        };
        let value = encoded(&value);
        let answer = AnswerFrame { key: 6, value: &value, ..Default::default() };
        let deployments = DeployResource::reply(&answer).unwrap().deployments;
        let metadata: Vec<_> = deployments.into_iter().filter_map(|deployment| deployment.metadata).collect();
        let [Metadata::Decision(decision), Metadata::DecisionRequirements(graph)] = &metadata[..] else {
            panic!("{metadata:?}")
        };
        assert_eq!((decision.dmn_decision_id.as_str(), decision.version), ("d", 3));
        assert_eq!((decision.decision_key, decision.decision_requirements_key), (8, 7));
        assert_eq!((graph.dmn_decision_requirements_id.as_str(), graph.version), ("g", 2));
        assert_eq!((graph.resource_name.as_str(), graph.tenant_id.as_str()), ("d.dmn", "<default>"));
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
