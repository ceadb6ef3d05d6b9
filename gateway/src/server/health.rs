//! `grpc.health.v1`: whether this broker takes work.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep};
use tonic::{Code, Request, Response, Status};

use crate::here;
use crate::proto::HealthService;
use crate::proto::health::health_check_response::ServingStatus;
use crate::proto::health::{HealthCheckRequest, HealthCheckResponse};
use crate::status;
use crate::topology::TopologySource;

/// How often a watch looks: more often than a gateway that goes down gives its clients to hear of it.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// The health service of one gateway thread.
#[derive(Clone)]
pub(crate) struct HealthFront {
    pub(crate) topology: Arc<dyn TopologySource>,
}

impl HealthFront {
    fn serving(&self) -> ServingStatus {
        let draining = here::with(|desk| desk.is_draining());
        if !draining && self.topology.is_healthy() {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        }
    }
}

fn is_known(service: &str) -> bool {
    matches!(service, "" | "gateway_protocol.Gateway" | "grpc.health.v1.Health")
}

#[tonic::async_trait]
impl HealthService for HealthFront {
    type WatchStream = Watch;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = &request.get_ref().service;
        if !is_known(service) {
            let shown: String = service.chars().take(100).collect();
            return Err(status::status(Code::NotFound, format!("unknown service '{shown}'")));
        }
        Ok(Response::new(HealthCheckResponse { status: self.serving().into() }))
    }

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Watch>, Status> {
        let known = is_known(&request.get_ref().service);
        let sleep = Box::pin(sleep(Duration::ZERO));
        Ok(Response::new(Watch { front: self.clone(), known, last: None, sleep }))
    }
}

/// The health of a service, now and whenever it changes.
pub(crate) struct Watch {
    front: HealthFront,
    known: bool,
    last: Option<ServingStatus>,
    sleep: Pin<Box<Sleep>>,
}

impl Stream for Watch {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.last == Some(ServingStatus::NotServing) && here::with(|desk| desk.is_draining()) {
                return Poll::Ready(None);
            }
            ready!(self.sleep.as_mut().poll(context));
            self.sleep.as_mut().reset(Instant::now() + WATCH_INTERVAL);
            let now = if self.known { self.front.serving() } else { ServingStatus::ServiceUnknown };
            if self.last.replace(now) != Some(now) {
                return Poll::Ready(Some(Ok(HealthCheckResponse { status: now.into() })));
            }
        }
    }
}
