//! DeployProcess: the older way to deploy, still used by some clients.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::DeploymentValue;
use tonic::Status;

use super::deploy_resource::{process_metadata, put_deployment};
use super::{Command, Rpc, Scratch, take};
use crate::proto::gateway::{DeployProcessRequest, DeployProcessResponse};

/// The RPC.
pub struct DeployProcess;

impl Rpc for DeployProcess {
    type Request = DeployProcessRequest;
    type Response = DeployProcessResponse;

    fn command(request: &DeployProcessRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        put_deployment(request.processes.iter().map(|file| (&*file.name, &*file.definition)), scratch)
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<DeployProcessResponse, Status> {
        let value: DeploymentValue<'_> = take(answer)?;
        let processes = value.processes_metadata.iter().map(|process| process_metadata(&process));
        Ok(DeployProcessResponse { key: answer.key, processes: processes.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use crate::proto::gateway::ProcessRequestObject;
    use serde_json::json;

    #[test]
    fn it_is_a_deployment_like_any_other() {
        let file = ProcessRequestObject { name: "p.bpmn".to_owned(), definition: b"x".to_vec() };
        let request = DeployProcessRequest { processes: vec![file] };
        let mut scratch = Scratch::default();
        let (_, value) = command_json::<DeployProcess, DeploymentValue<'_>>(&request, &mut scratch);
        assert_fields(&value, json!({"resources": [{"resourceName": "p.bpmn", "resource": "eA=="}]}));
    }
}
