//! Jobs on their way to workers: polls, long polls, streams, and what becomes of jobs that no client takes.

mod common;

use std::time::{Duration, Instant};

use common::{Setup, World, eventually};
use tidemill_gateway::proto::GatewayClient;
use tidemill_gateway::proto::gateway::*;
use tidemill_record::compose_key;
use tonic::transport::Channel;
use tonic::{Code, Status};

fn request(job_type: &str, max: i32, request_timeout: i64) -> ActivateJobsRequest {
    ActivateJobsRequest {
        r#type: job_type.to_owned(),
        worker: "w".to_owned(),
        timeout: 1000,
        max_jobs_to_activate: max,
        request_timeout,
        ..Default::default()
    }
}

async fn activate(
    client: &mut GatewayClient<Channel>,
    request: ActivateJobsRequest,
) -> Result<Vec<i64>, Status> {
    let mut responses = client.activate_jobs(request).await?.into_inner();
    let mut keys = Vec::new();
    while let Some(response) = responses.message().await? {
        assert!(!response.jobs.is_empty(), "no message without a job");
        keys.extend(response.jobs.iter().map(|job| job.key));
    }
    Ok(keys)
}

fn key(partition: u32, counter: u64) -> i64 {
    compose_key(partition, counter)
}

#[tokio::test]
async fn jobs_come_from_all_partitions_up_to_the_wanted_number() {
    let world = World::start(Setup { shards: vec![vec![1, 2], vec![3]], ..Default::default() });
    let mut client = world.client().await;
    for counter in 0..4 {
        world.shards[0].state().add_job("t", key(1 + counter % 2, u64::from(counter) + 1));
        world.shards[1].state().add_job("t", key(3, u64::from(counter) + 1));
    }
    let mut keys = activate(&mut client, request("t", 6, -1)).await.unwrap();
    assert_eq!(keys.len(), 6);
    keys.extend(activate(&mut client, request("t", 6, -1)).await.unwrap());
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 8);
    assert!(activate(&mut client, request("t", 6, -1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn unusable_requests_are_told() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let status = activate(&mut client, request("", 1, 0)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(
        status.message(),
        "Command 'ACTIVATE' rejected with code 'INVALID_ARGUMENT': \
         Expected to activate job batch with type to be present, but it was blank"
    );
    let tenants = ActivateJobsRequest { tenant_ids: vec!["abc".to_owned()], ..request("t", 1, 0) };
    assert_eq!(activate(&mut client, tenants).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_poll_without_jobs_ends_well_after_its_wait() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let start = Instant::now();
    assert!(activate(&mut client, request("t", 1, 300)).await.unwrap().is_empty());
    assert!(start.elapsed() >= Duration::from_millis(300));
    let start = Instant::now();
    assert!(activate(&mut client, request("t", 0, 200)).await.unwrap().is_empty());
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(world.metric("tidemill_gateway_parked_polls"), 0);
}

#[tokio::test]
async fn a_waiting_poll_gets_the_next_job() {
    let world = World::start(Setup { shards: vec![vec![1], vec![2]], ..Default::default() });
    let mut client = world.client().await;
    for round in 1..20 {
        let mut waiting_client = client.clone();
        let waiting =
            tokio::spawn(async move { activate(&mut waiting_client, request("t", 5, 60_000)).await });
        // Some jobs come before the poll waits, some after: none may be missed.
        tokio::time::sleep(Duration::from_micros(round * 150)).await;
        let partition = round as u32 % 2 + 1;
        world.shards[partition as usize - 1].state().add_job("t", key(partition, round));
        assert_eq!(waiting.await.unwrap().unwrap(), [key(partition, round)]);
    }
    assert!(activate(&mut client, request("t", 1, -1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn many_waiting_polls_share_the_jobs() {
    let world = World::start(Setup { threads: 2, ..Default::default() });
    let mut polls = Vec::new();
    for _ in 0..10 {
        let mut client = world.client().await;
        polls
            .push(tokio::spawn(async move { activate(&mut client, request("t", 1, 60_000)).await.unwrap() }));
    }
    let parked = || {
        let mut text = String::new();
        world.registry.render(&mut text);
        let lines = text.lines().filter(|line| line.starts_with("tidemill_gateway_parked_polls{"));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum::<i64>()
    };
    eventually("all are parked", || parked() == 10).await;
    for counter in 1..=10 {
        world.shards[0].state().add_job("t", key(1, counter));
    }
    for poll in polls {
        let keys = tokio::time::timeout(Duration::from_secs(8), poll).await;
        assert_eq!(keys.expect("no poll waits while jobs lie there").unwrap().len(), 1);
    }
    assert!(world.shards[0].state().jobs["t"].is_empty());
}

#[tokio::test]
async fn a_client_that_leaves_a_long_poll_takes_no_job_with_it() {
    let world = World::start(Setup::default());
    let client = world.client().await;
    let mut leaving = client.clone();
    let poll = tokio::spawn(async move { activate(&mut leaving, request("t", 1, 60_000)).await });
    eventually("it is parked", || world.metric("tidemill_gateway_parked_polls") == 1).await;
    poll.abort();
    eventually("it is gone", || world.metric("tidemill_gateway_parked_polls") == 0).await;

    // One that leaves while a partition is asked: the job is given back.
    world.shards[0].state().paused = true;
    let mut leaving = client.clone();
    let poll = tokio::spawn(async move { activate(&mut leaving, request("u", 1, 60_000)).await });
    let sent = world.metric("tidemill_gateway_requests_total");
    eventually("it asked", || world.metric("tidemill_gateway_requests_total") > sent).await;
    poll.abort();
    let _ = poll.await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.shards[0].state().add_job("u", key(1, 5));
    world.shards[0].state().paused = false;
    let yielded = format!("COMMAND JOB YIELD {} 1", key(1, 5));
    eventually("the job came back", || world.shards[0].state().count(&yielded) == 1).await;
}

fn stream_request(job_type: &str, timeout: i64) -> StreamActivatedJobsRequest {
    StreamActivatedJobsRequest {
        r#type: job_type.to_owned(),
        worker: "w".to_owned(),
        timeout,
        ..Default::default()
    }
}

fn stream_of(world: &World) -> Option<(i64, i32)> {
    world.shards[0].state().streams.iter().next().map(|(id, (_, credit))| (*id, *credit))
}

#[tokio::test]
async fn pushed_jobs_use_credit_that_comes_back() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let mut jobs = client.stream_activated_jobs(stream_request("t", 500)).await.unwrap().into_inner();
    eventually("the stream is open", || stream_of(&world).is_some()).await;
    assert_eq!(world.shards[0].state().count("OPEN t w 500"), 1);
    let (stream_id, credit) = stream_of(&world).unwrap();
    assert_eq!(credit, tidemill_core::limits::JOB_STREAM_CREDIT_COUNT_MAX as i32);
    for counter in 1..=800 {
        eventually("there is credit", || stream_of(&world).unwrap().1 > 0).await;
        world.shards[0].state().push(stream_id, key(1, counter));
        assert_eq!(jobs.message().await.unwrap().unwrap().key, key(1, counter));
    }
    drop(jobs);
    eventually("the stream is closed", || stream_of(&world).is_none()).await;
    assert_eq!(world.metric("tidemill_gateway_job_streams"), 0);
    assert_eq!(world.metric("tidemill_gateway_yielded_jobs_total"), 0);
}

#[tokio::test]
async fn a_client_that_takes_nothing_stops_the_pushes_and_loses_no_job() {
    let world = World::start(Setup::default());
    let mut client = GatewayClient::new(
        tonic::transport::Endpoint::new(format!("http://{}", world.gateway.address()))
            .unwrap()
            .initial_stream_window_size(1024)
            .initial_connection_window_size(65_535)
            .connect()
            .await
            .unwrap(),
    );
    let jobs = client.stream_activated_jobs(stream_request("t", 500)).await.unwrap().into_inner();
    eventually("the stream is open", || stream_of(&world).is_some()).await;
    let stream_id = stream_of(&world).unwrap().0;
    let mut pushed = 0;
    let mut quiet = 0;
    while quiet < 20 {
        match stream_of(&world).unwrap().1 {
            0 => {
                quiet += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            _ => {
                quiet = 0;
                pushed += 1;
                world.shards[0].state().push(stream_id, key(1, pushed));
            }
        }
    }
    assert!(pushed < 5000, "{pushed} jobs were pushed to a client that takes none");
    eventually("what lay there is given back", || world.shards[0].state().count("COMMAND JOB YIELD") > 30)
        .await;
    drop(jobs);
    eventually("the stream is closed", || stream_of(&world).is_none()).await;
}

#[tokio::test]
async fn a_push_for_a_stream_that_is_gone_is_given_back() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let jobs = client.stream_activated_jobs(stream_request("t", 500)).await.unwrap();
    eventually("the stream is open", || stream_of(&world).is_some()).await;
    let stream_id = stream_of(&world).unwrap().0;
    drop(jobs);
    eventually("the stream is closed", || stream_of(&world).is_none()).await;
    world.shards[0].state().streams.insert(stream_id, (0, 1));
    world.shards[0].state().push(stream_id, key(1, 77));
    let yielded = format!("COMMAND JOB YIELD {} 1", key(1, 77));
    eventually("the job came back", || world.shards[0].state().count(&yielded) == 1).await;
}

#[tokio::test]
async fn streams_are_checked() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let check = |status: Status, text: &str| {
        assert_eq!((status.code(), status.message()), (Code::InvalidArgument, text));
    };
    check(
        client.stream_activated_jobs(stream_request("", 5)).await.unwrap_err(),
        "Expected to stream activated jobs with type to be present, but it was blank",
    );
    check(
        client.stream_activated_jobs(stream_request("t", 0)).await.unwrap_err(),
        "Expected to stream activated jobs with timeout to be greater than zero, but it was 0",
    );
}

#[tokio::test]
async fn going_down_ends_polls_and_streams() {
    let world = World::start(Setup::default());
    let mut client = world.client().await;
    let mut jobs = client.stream_activated_jobs(stream_request("t", 500)).await.unwrap().into_inner();
    let mut waiting_client = client.clone();
    let poll = tokio::spawn(async move { activate(&mut waiting_client, request("t", 1, 60_000)).await });
    eventually("it is parked", || world.metric("tidemill_gateway_parked_polls") == 1).await;
    let start = Instant::now();
    tokio::task::spawn_blocking(move || {
        world.gateway.shutdown().unwrap();
        drop(world.shards);
    })
    .await
    .unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(poll.await.unwrap().unwrap().is_empty());
    assert_eq!(jobs.message().await.unwrap_err().code(), Code::Unavailable);
}
