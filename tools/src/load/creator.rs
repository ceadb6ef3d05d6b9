//! Starts instances, in a closed loop or at due times, and notes when they were answered.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tidemill_gateway::proto::GatewayClient;
use tidemill_gateway::proto::gateway::{
    CreateProcessInstanceRequest, CreateProcessInstanceWithResultRequest,
};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use super::pacer;
use super::run::Shared;

/// How long a creator rests after an error, so that a broker that is down is not flooded.
const REST_AFTER_ERROR: Duration = Duration::from_millis(20);

/// Starts one instance and notes the outcome; false when it failed.
async fn create_one(shared: &Shared, client: &mut GatewayClient<Channel>, due: Instant) -> bool {
    let request = CreateProcessInstanceRequest {
        process_definition_key: shared.process_definition_key,
        version: -1,
        variables: shared.next_variables(),
        ..Default::default()
    };
    let timeout = shared.request_timeout;
    let outcome = if shared.create_only {
        let call = client.create_process_instance(request);
        tokio::time::timeout(timeout, call)
            .await
            .map(|answer| answer.map(|it| it.into_inner().process_instance_key))
    } else {
        let call = client.create_process_instance_with_result(CreateProcessInstanceWithResultRequest {
            request: Some(request),
            request_timeout: timeout.as_millis() as i64,
            fetch_variables: vec!["bench_id".into()],
        });
        tokio::time::timeout(timeout, call)
            .await
            .map(|answer| answer.map(|it| it.into_inner().process_instance_key))
    };
    let answer = outcome.unwrap_or_else(|_| Err(tonic::Status::deadline_exceeded("no answer in time")));
    shared.created(answer, due)
}

/// `concurrency` tasks that each start the next instance when the last one is answered, until the end.
pub async fn closed(
    shared: Rc<Shared>,
    clients: Vec<GatewayClient<Channel>>,
    concurrency: usize,
    end: Instant,
) {
    let mut tasks = JoinSet::new();
    for number in 0..concurrency {
        let shared = shared.clone();
        let mut client = clients[number % clients.len()].clone();
        tasks.spawn_local(async move {
            while Instant::now() < end {
                if !create_one(&shared, &mut client, Instant::now()).await {
                    tokio::time::sleep(REST_AFTER_ERROR).await;
                }
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

/// One instance per due time; at most `in_flight_max` unanswered, later ones wait and the wait counts.
pub async fn open(
    shared: Rc<Shared>,
    clients: Vec<GatewayClient<Channel>>,
    rate: f64,
    seconds: f64,
    in_flight_max: usize,
) {
    let mut due_times = pacer::start(rate, seconds);
    let room = Rc::new(Semaphore::new(in_flight_max));
    let mut tasks = JoinSet::new();
    let mut number = 0;
    while let Some(due) = due_times.recv().await {
        let place = room.clone().acquire_owned_local().await;
        let shared = shared.clone();
        let mut client = clients[number % clients.len()].clone();
        number += 1;
        tasks.spawn_local(async move {
            create_one(&shared, &mut client, due).await;
            drop(place);
        });
        while tasks.try_join_next().is_some() {}
    }
    while tasks.join_next().await.is_some() {}
}

/// A permit of a semaphore that is shared on one thread only.
struct Place(Rc<Semaphore>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

trait AcquireLocal {
    async fn acquire_owned_local(self) -> Place;
}

impl AcquireLocal for Rc<Semaphore> {
    async fn acquire_owned_local(self) -> Place {
        self.acquire().await.expect("the semaphore stays open").forget();
        Place(self)
    }
}
