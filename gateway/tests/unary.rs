//! Calls that are a command and its answer, through sockets, gateway threads and rings.

mod common;

use std::time::Duration;

use common::{Setup, World, eventually};
use tidemill_gateway::proto::gateway::*;
use tidemill_gateway::proto::health::HealthCheckRequest;
use tidemill_gateway::proto::{GatewayClient, HealthClient};
use tidemill_record::compose_key;
use tonic::{Code, Status};

fn key(counter: u64) -> i64 {
    compose_key(1, counter)
}

fn text<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.unwrap_err();
    assert!(!status.details().is_empty(), "{status:?} has no details");
    (status.code(), status.message().to_owned())
}

#[tokio::test]
async fn each_rpc_reaches_its_partition_and_comes_back() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;

    let topology = client.topology(TopologyRequest {}).await.unwrap().into_inner();
    assert_eq!((topology.gateway_version.as_str(), topology.partitions_count), ("8.6.0", 1));
    assert_eq!(topology.brokers[0].partitions[0].partition_id, 1);

    let file = Resource { name: "p.bpmn".to_owned(), content: b"<x/>".to_vec() };
    let request = DeployResourceRequest { resources: vec![file], tenant_id: String::new() };
    let deployed = client.deploy_resource(request).await.unwrap().into_inner();
    assert_eq!((deployed.deployments.len(), deployed.tenant_id.as_str()), (1, "<default>"));
    let file = ProcessRequestObject { name: "p.bpmn".to_owned(), definition: b"<x/>".to_vec() };
    let deployed = client.deploy_process(DeployProcessRequest { processes: vec![file] }).await.unwrap();
    assert_eq!(deployed.into_inner().processes[0].resource_name, "p.bpmn");

    let request = CreateProcessInstanceRequest {
        bpmn_process_id: "pr".to_owned(),
        version: -1,
        variables: r#"{"a":1}"#.to_owned(),
        ..Default::default()
    };
    let created = client.create_process_instance(request.clone()).await.unwrap().into_inner();
    assert_eq!((created.bpmn_process_id.as_str(), created.version), ("pr", 3));
    assert_eq!(created.process_instance_key >> 51, 1);
    let request = CreateProcessInstanceWithResultRequest { request: Some(request), ..Default::default() };
    let result = client.create_process_instance_with_result(request).await.unwrap().into_inner();
    assert_eq!(result.variables, r#"{"a":1}"#);

    client.complete_job(CompleteJobRequest { job_key: key(9), ..Default::default() }).await.unwrap();
    client.fail_job(FailJobRequest { job_key: key(9), ..Default::default() }).await.unwrap();
    client.throw_error(ThrowErrorRequest { job_key: key(9), ..Default::default() }).await.unwrap();
    let request = UpdateJobRetriesRequest { job_key: key(9), retries: 1, operation_reference: None };
    client.update_job_retries(request).await.unwrap();
    let request = UpdateJobTimeoutRequest { job_key: key(9), timeout: 1, operation_reference: None };
    client.update_job_timeout(request).await.unwrap();
    let request = ResolveIncidentRequest { incident_key: key(9), operation_reference: None };
    client.resolve_incident(request).await.unwrap();
    let request = CancelProcessInstanceRequest { process_instance_key: key(9), operation_reference: None };
    client.cancel_process_instance(request).await.unwrap();
    let request = SetVariablesRequest { element_instance_key: key(9), ..Default::default() };
    assert!(client.set_variables(request).await.unwrap().into_inner().key > 0);
    let request = PublishMessageRequest { name: "m".to_owned(), ..Default::default() };
    let published = client.publish_message(request).await.unwrap().into_inner();
    assert_eq!((published.key >> 51, published.tenant_id.as_str()), (1, "<default>"));

    let seen = world.shards[0].state().seen.join("\n");
    for command in
        ["JOB COMPLETE", "JOB FAIL", "INCIDENT RESOLVE", "PROCESS_INSTANCE CANCEL", "MESSAGE PUBLISH"]
    {
        assert!(seen.contains(&format!("COMMAND {command} ")), "{command} in\n{seen}");
    }
    assert_eq!(world.metric("tidemill_gateway_unclaimed_total"), 0);
    world.gateway.shutdown().unwrap();
}

#[tokio::test]
async fn errors_have_codes_and_texts_of_zeebe() {
    let world = World::start(Setup { request_timeout_ms: 100, ..Default::default() });
    let mut client = world.client().await;
    let complete = |job_key, variables: &str| CompleteJobRequest {
        job_key,
        variables: variables.to_owned(),
        result: None,
    };
    assert_eq!(
        text(client.complete_job(complete(key(404), "")).await),
        (
            Code::NotFound,
            "Command 'COMPLETE' rejected with code 'NOT_FOUND': \
             Expected to find it, but no such thing was found"
                .to_owned()
        )
    );
    for (job_key, partition) in [(123, 0), (compose_key(9, 1), 9), (-5, -1), (i64::MAX, 4095)] {
        let expected = format!(
            "Expected to execute command on partition {partition}, \
             but either it does not exist, or the gateway is not yet aware of it"
        );
        assert_eq!(text(client.complete_job(complete(job_key, "")).await), (Code::Unavailable, expected));
    }
    let (code, message) = text(client.complete_job(complete(key(1), "[1]")).await);
    assert_eq!(code, Code::InvalidArgument);
    assert!(message.ends_with("root level object, but was 'ARRAY'"), "{message}");

    let creation = CreateProcessInstanceRequest { bpmn_process_id: "never".to_owned(), ..Default::default() };
    let request = CreateProcessInstanceWithResultRequest {
        request: Some(creation),
        request_timeout: 250,
        fetch_variables: Vec::new(),
    };
    assert_eq!(
        text(client.create_process_instance_with_result(request).await),
        (
            Code::DeadlineExceeded,
            "Time out between gateway and broker: \
             Request command-api-1 to 127.0.0.1:26501 timed out in PT0.25S"
                .to_owned()
        )
    );
    world.shards[0].state().silent = true;
    assert_eq!(text(client.complete_job(complete(key(1), "")).await).0, Code::DeadlineExceeded);

    let (code, message) = text(client.broadcast_signal(BroadcastSignalRequest::default()).await);
    assert_eq!(code, Code::Unimplemented);
    assert_eq!(message, "The RPC BroadcastSignal is not implemented by this broker");
    let deleted = client.delete_resource(DeleteResourceRequest::default()).await;
    assert_eq!(text(deleted).0, Code::Unimplemented);
}

#[tokio::test]
async fn messages_are_bounded() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let file = |bytes| Resource { name: "p".to_owned(), content: vec![0; bytes] };
    let request = |bytes| DeployResourceRequest { resources: vec![file(bytes)], tenant_id: String::new() };
    let error = client.deploy_resource(request(5 << 20)).await.unwrap_err();
    assert_eq!(error.code(), Code::ResourceExhausted, "{error:?}");
    client.deploy_resource(request((4 << 20) - 100)).await.unwrap();
    // JSON may need more room as MessagePack than it had as text; what is too much is said, not cut.
    let variables = format!("{{\"a\":[{}]}}", vec!["1.5"; 1_000_000].join(","));
    let request = CompleteJobRequest { job_key: key(1), variables, result: None };
    let error = client.complete_job(request).await.unwrap_err();
    assert_eq!(error.code(), Code::ResourceExhausted, "{error:?}");
}

#[tokio::test]
async fn creations_go_round_and_past_partitions_that_refuse() {
    let world = World::start(Setup { shards: vec![vec![1, 2], vec![3]], ..Default::default() });
    let mut client = world.client().await;
    let request = CreateProcessInstanceRequest { bpmn_process_id: "pr".to_owned(), ..Default::default() };
    let mut partitions = Vec::new();
    for _ in 0..6 {
        let created = client.create_process_instance(request.clone()).await.unwrap().into_inner();
        partitions.push(created.process_instance_key >> 51);
    }
    partitions.sort_unstable();
    assert_eq!(partitions, [1, 1, 2, 2, 3, 3]);

    world.shards[0]
        .state()
        .refuse
        .extend([(1, Code::ResourceExhausted as i32), (2, Code::Unavailable as i32)]);
    for _ in 0..3 {
        let created = client.create_process_instance(request.clone()).await.unwrap().into_inner();
        assert_eq!(created.process_instance_key >> 51, 3);
    }
    world.shards[1].state().refuse.insert(3, Code::ResourceExhausted as i32);
    assert_eq!(text(client.create_process_instance(request.clone()).await).0, Code::ResourceExhausted);
    world.shards[0].state().refuse.insert(1, Code::InvalidArgument as i32);
    let refused: Vec<Code> = vec![text(client.create_process_instance(request).await).0];
    assert!(refused.iter().all(|code| matches!(code, Code::InvalidArgument | Code::ResourceExhausted)));
}

#[tokio::test]
async fn a_full_ring_refuses_new_work_at_once_and_takes_what_ends_work() {
    let world = World::start(Setup { ring_bytes: 4096, ..Default::default() });
    let mut client = world.client().await;
    world.shards[0].state().paused = true;
    let mut open = Vec::new();
    let create = CreateProcessInstanceRequest {
        bpmn_process_id: "pr".to_owned(),
        variables: format!("{{\"text\":\"{}\"}}", "x".repeat(300)),
        ..Default::default()
    };
    for _ in 0..30 {
        let (mut client, create) = (client.clone(), create.clone());
        open.push(tokio::spawn(async move { client.create_process_instance(create).await }));
    }
    eventually("refusals", || world.metric("tidemill_gateway_refusals_total") > 10).await;
    assert_eq!(text(client.create_process_instance(create).await).0, Code::ResourceExhausted);
    for _ in 0..100 {
        let mut client = client.clone();
        open.push(tokio::spawn(async move {
            let request = CompleteJobRequest { job_key: key(7), ..Default::default() };
            client.complete_job(request).await.map(|_| tonic::Response::new(Default::default()))
        }));
    }
    let sent = || world.metric("tidemill_gateway_requests_total");
    eventually("all completions are handed over", || sent() >= 100).await;
    world.shards[0].state().paused = false;
    let (mut done, mut refused) = (0, 0);
    for task in open {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(status) => {
                assert_eq!(status.code(), Code::ResourceExhausted);
                refused += 1;
            }
        }
    }
    assert!(done >= 100 && refused > 10, "{done} done, {refused} refused");
    assert_eq!(world.shards[0].state().count("COMMAND JOB COMPLETE"), 100);
}

#[tokio::test]
async fn too_many_open_requests_are_refused() {
    let world = World::start(Setup { open_request_count_max: 16, ..Default::default() });
    world.shards[0].state().silent = true;
    let client = world.client().await;
    let mut tasks = Vec::new();
    for _ in 0..40 {
        let mut client = client.clone();
        tasks.push(tokio::spawn(async move {
            client.publish_message(PublishMessageRequest::default()).await.unwrap_err().code()
        }));
    }
    eventually("refusals", || world.metric("tidemill_gateway_refusals_total") == 26).await;
    let mut client = client.clone();
    let request = CompleteJobRequest { job_key: key(7), ..Default::default() };
    let complete = tokio::spawn(async move { client.complete_job(request).await });
    eventually("the reserved share", || world.shards[0].state().count("COMMAND JOB COMPLETE") == 1).await;
    complete.abort();
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_client_that_goes_away_frees_its_request() {
    let world = World::start(Setup { open_request_count_max: 8, ..Default::default() });
    world.shards[0].state().silent = true;
    let client = world.client().await;
    for _ in 0..20 {
        let mut client = client.clone();
        let request = CompleteJobRequest { job_key: key(7), ..Default::default() };
        let before = world.shards[0].state().seen.len();
        let task = tokio::spawn(async move { client.complete_job(request).await });
        eventually("the command came", || world.shards[0].state().seen.len() > before).await;
        task.abort();
        let _ = task.await;
    }
    world.shards[0].state().silent = false;
    let mut client = client.clone();
    client.complete_job(CompleteJobRequest { job_key: key(7), ..Default::default() }).await.unwrap();
}

#[tokio::test]
async fn a_shard_that_dies_leaves_nobody_waiting() {
    let mut world = World::start(Setup::default());
    world.shards[0].state().silent = true;
    let mut client = world.client().await;
    let request = CompleteJobRequest { job_key: key(7), ..Default::default() };
    let waiting = tokio::spawn({
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.complete_job(request).await }
    });
    eventually("the command came", || world.shards[0].state().seen.len() == 1).await;
    world.shards[0].stop();
    // It was handed over: never UNAVAILABLE.
    assert_eq!(text(waiting.await.unwrap()).0, Code::Aborted);
    assert_eq!(text(client.complete_job(request).await).0, Code::Unavailable);
}

#[tokio::test]
async fn malformed_bodies_are_errors() {
    let world = World::start(Setup::default());
    let channel = tonic::transport::Endpoint::new(format!("http://{}", world.gateway.address())).unwrap();
    let channel = channel.connect().await.unwrap();
    let mut raw = tonic::client::Grpc::new(channel.clone());
    // A health request whose only field is a string is not a CompleteJobRequest: field 1 has another wire
    // type.
    for path in ["/gateway_protocol.Gateway/CompleteJob", "/gateway_protocol.Gateway/Nonsense", "/x/y"] {
        raw.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<HealthCheckRequest, CompleteJobResponse>::default();
        let request = tonic::Request::new(HealthCheckRequest { service: "text".to_owned() });
        let path = http::uri::PathAndQuery::from_static(path);
        let error = raw.unary(request, path, codec).await.unwrap_err();
        assert!(matches!(error.code(), Code::Internal | Code::Unimplemented), "{error:?}");
    }
    let mut client = GatewayClient::new(channel);
    client.topology(TopologyRequest {}).await.unwrap();
}

#[tokio::test]
async fn health_is_told() {
    let world = World::start(Setup::default());
    let mut client = HealthClient::connect(format!("http://{}", world.gateway.address())).await.unwrap();
    for service in ["", "gateway_protocol.Gateway"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        assert_eq!(client.check(request).await.unwrap().into_inner().status, 1);
    }
    let request = HealthCheckRequest { service: "other".to_owned() };
    assert_eq!(text(client.check(request).await).0, Code::NotFound);
    let mut watch = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 1);
    world.gateway.begin_shutdown();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 2);
    assert!(watch.message().await.unwrap().is_none());
    world.gateway.shutdown().unwrap();
}

#[tokio::test]
async fn going_down_answers_what_is_held_and_refuses_the_rest() {
    let world = World::start(Setup { threads: 2, ..Default::default() });
    world.shards[0].state().silent = true;
    let mut client = world.client().await;
    let request = CompleteJobRequest { job_key: key(7), ..Default::default() };
    let held = tokio::spawn({
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.complete_job(request).await }
    });
    eventually("the command came", || world.shards[0].state().seen.len() == 1).await;
    world.gateway.begin_shutdown();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let refused = client.complete_job(request).await.unwrap_err();
    // From us, or from the client itself, which was told to use this connection no more.
    assert!(matches!(refused.code(), Code::Unavailable | Code::Cancelled), "{refused:?}");
    let mut answer = tidemill_record::frame::AnswerFrame::default();
    // The first request of the first or the second thread: slot 0.
    for thread in 0..2 {
        answer.request_id = (thread as i64) << 48;
        let bytes = tidemill_record::frame::encoded(&answer);
        let frame = (thread, tidemill_record::frame::FrameKind::Answer, bytes);
        world.shards[0].state().outgoing.push(frame);
    }
    held.await.unwrap().unwrap();
    tokio::task::spawn_blocking(move || world.gateway.shutdown().unwrap()).await.unwrap();
}
