//! The service that Zeebe clients call: each RPC by name, the work is done elsewhere.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::activate_jobs::ActivatedJobs;
use super::job_stream::JobStream;
use super::pending::call;
use crate::proto::GatewayService;
use crate::proto::gateway::*;
use crate::rpc;
use crate::status::unimplemented;
use crate::tenant::check_tenants;
use crate::topology::TopologySource;

/// The service of one gateway thread.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) topology: Arc<dyn TopologySource>,
}

type Answer<T> = Result<Response<T>, Status>;

/// What an async method of the generated trait is.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = Answer<T>> + Send + 'a>>;

macro_rules! commands {
    ($($method:ident($request:ty) -> $response:ty = $rpc:ty;)+) => {
        $(fn $method<'s, 'a>(&'s self, request: Request<$request>) -> Boxed<'a, $response>
        where
            's: 'a,
            Self: 'a,
        {
            Box::pin(call::<$rpc>(request.into_inner()))
        })+
    };
}

macro_rules! absent {
    ($($method:ident($request:ty) -> $response:ty = $name:literal;)+) => {
        $(fn $method<'s, 'a>(&'s self, _request: Request<$request>) -> Boxed<'a, $response>
        where
            's: 'a,
            Self: 'a,
        {
            Box::pin(ready(Err(unimplemented(concat!("The RPC ", $name)))))
        })+
    };
}

#[tonic::async_trait]
impl GatewayService for Front {
    type ActivateJobsStream = ActivatedJobs;
    type StreamActivatedJobsStream = JobStream;

    async fn activate_jobs(&self, request: Request<ActivateJobsRequest>) -> Answer<ActivatedJobs> {
        let request = request.into_inner();
        check_tenants("ActivateJobs", &request.tenant_ids)?;
        Ok(Response::new(ActivatedJobs::new(request)))
    }

    async fn stream_activated_jobs(&self, request: Request<StreamActivatedJobsRequest>) -> Answer<JobStream> {
        JobStream::open(request.get_ref()).map(Response::new)
    }

    async fn topology(&self, _request: Request<TopologyRequest>) -> Answer<TopologyResponse> {
        Ok(Response::new(rpc::topology_response(&self.topology.topology())))
    }

    commands! {
        cancel_process_instance(CancelProcessInstanceRequest) -> CancelProcessInstanceResponse
            = rpc::CancelProcessInstance;
        complete_job(CompleteJobRequest) -> CompleteJobResponse = rpc::CompleteJob;
        create_process_instance(CreateProcessInstanceRequest) -> CreateProcessInstanceResponse
            = rpc::CreateProcessInstance;
        create_process_instance_with_result(CreateProcessInstanceWithResultRequest)
            -> CreateProcessInstanceWithResultResponse = rpc::CreateProcessInstanceWithResult;
        deploy_process(DeployProcessRequest) -> DeployProcessResponse = rpc::DeployProcess;
        deploy_resource(DeployResourceRequest) -> DeployResourceResponse = rpc::DeployResource;
        evaluate_decision(EvaluateDecisionRequest) -> EvaluateDecisionResponse = rpc::EvaluateDecision;
        fail_job(FailJobRequest) -> FailJobResponse = rpc::FailJob;
        throw_error(ThrowErrorRequest) -> ThrowErrorResponse = rpc::ThrowError;
        publish_message(PublishMessageRequest) -> PublishMessageResponse = rpc::PublishMessage;
        resolve_incident(ResolveIncidentRequest) -> ResolveIncidentResponse = rpc::ResolveIncident;
        set_variables(SetVariablesRequest) -> SetVariablesResponse = rpc::SetVariables;
        update_job_retries(UpdateJobRetriesRequest) -> UpdateJobRetriesResponse = rpc::UpdateJobRetries;
        update_job_timeout(UpdateJobTimeoutRequest) -> UpdateJobTimeoutResponse = rpc::UpdateJobTimeout;
    }

    absent! {
        modify_process_instance(ModifyProcessInstanceRequest) -> ModifyProcessInstanceResponse
            = "ModifyProcessInstance";
        migrate_process_instance(MigrateProcessInstanceRequest) -> MigrateProcessInstanceResponse
            = "MigrateProcessInstance";
        delete_resource(DeleteResourceRequest) -> DeleteResourceResponse = "DeleteResource";
        broadcast_signal(BroadcastSignalRequest) -> BroadcastSignalResponse = "BroadcastSignal";
        evaluate_conditional(EvaluateConditionalRequest) -> EvaluateConditionalResponse
            = "EvaluateConditional";
    }
}
