//! Serving HTTP/1.1.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tidemill_core::limits::MESSAGE_BYTES_MAX;
use tidemill_core::metrics::Gauge;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::answer::response;
use super::target::Target;
use super::{HttpAnswer, HttpParts, HttpRequest, RecordRequest, query};
use crate::server::{Shutdown, accept, close_or};

/// Blocking work under way.
const HELPER_COUNT_MAX: usize = 4;
/// Time that a client has for its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The door with its helpers.
#[derive(Clone)]
pub(crate) struct HttpDoor {
    parts: HttpParts,
    helpers: Arc<Semaphore>,
}

impl HttpDoor {
    pub(crate) fn new(parts: HttpParts) -> Self {
        Self { parts, helpers: Arc::new(Semaphore::new(HELPER_COUNT_MAX)) }
    }

    async fn answer(&self, request: Request<Incoming>) -> HttpAnswer {
        let (head, body) = request.into_parts();
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or(""));
        let target = if head.method == Method::GET { Target::parse(path, query) } else { Ok(Target::Other) };
        match target {
            Err(text) => HttpAnswer::error(400, text),
            Ok(Target::Metrics) => self.metrics(),
            Ok(Target::Health) => self.health(),
            Ok(Target::Records(request)) => self.records(request).await,
            Ok(Target::Instance(key)) => query::instance(key).await,
            Ok(Target::Incidents) => query::incidents().await,
            Ok(Target::Digest(partition_id)) => query::digest(partition_id).await,
            Ok(Target::Other) => {
                let method = head.method.as_str().to_owned();
                self.other(method, path.to_owned(), query.to_owned(), body).await
            }
        }
    }

    fn metrics(&self) -> HttpAnswer {
        let mut text = String::new();
        (self.parts.metrics)(&mut text);
        HttpAnswer::ok("text/plain; version=0.0.4; charset=utf-8", text)
    }

    fn health(&self) -> HttpAnswer {
        let mut json = String::new();
        let well = (self.parts.health)(&mut json);
        HttpAnswer { status: if well { 200 } else { 503 }, ..HttpAnswer::json(json) }
    }

    async fn records(&self, request: RecordRequest) -> HttpAnswer {
        let records = self.parts.records.clone();
        self.help(move || {
            let mut lines = String::new();
            match records.read(&request, &mut lines) {
                Ok(()) => HttpAnswer::ok("application/x-ndjson", lines),
                Err(text) => HttpAnswer::error(400, text),
            }
        })
        .await
    }

    async fn other(&self, method: String, path: String, query: String, body: Incoming) -> HttpAnswer {
        let Some(routes) = self.parts.routes.clone() else { return not_found() };
        let body = match Limited::new(body, MESSAGE_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return HttpAnswer::error(400, format_args!("unusable body: {error}")),
        };
        self.help(move || {
            let request = HttpRequest { method: &method, path: &path, query: &query, body: &body };
            routes.handle(&request).unwrap_or_else(not_found)
        })
        .await
    }

    /// Runs blocking work on a helper thread, when one is free.
    async fn help(&self, work: impl FnOnce() -> HttpAnswer + Send + 'static) -> HttpAnswer {
        let Ok(permit) = self.helpers.clone().try_acquire_owned() else {
            return HttpAnswer::error(503, "too many readers at the same time; try again later");
        };
        let done = tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(permit);
            answer
        });
        done.await.unwrap_or_else(|error| HttpAnswer::error(500, format_args!("the reader failed: {error}")))
    }
}

fn not_found() -> HttpAnswer {
    HttpAnswer::error(404, "there is nothing here; see /health, /metrics, /records and /query/...")
}

/// Serves until the gateway goes down and no client is left.
pub(crate) async fn serve_http(listener: TcpListener, door: HttpDoor, shutdown: Shutdown) {
    let open = Rc::new(RefCell::new(JoinSet::new()));
    accept(listener, Gauge::default(), shutdown.clone(), |stream, counted| {
        let (door, shutdown) = (door.clone(), shutdown.clone());
        let mut open = open.borrow_mut();
        while open.try_join_next().is_some() {}
        open.spawn_local(async move {
            let service = service_fn(move |request| serve_one(door.clone(), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service);
            close_or(connection, shutdown, |connection| connection.graceful_shutdown()).await;
            drop(counted);
        });
    })
    .await;
    let mut open = open.take();
    while open.join_next().await.is_some() {}
}

async fn serve_one(door: HttpDoor, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(response(door.answer(request).await))
}
