//! The HTTP door, for people, monitors and tests: metrics, health, records, questions about state.
//!
//! ```text
//!   GET /metrics                                     Prometheus text
//!   GET /health                                      JSON; 503 when something is wrong
//!   GET /records?partition=1&from=P&wait_ms=2000     JSON lines as exporters write them, from position P on
//!   GET /query/instance/<key>                        JSON of a process instance
//!   GET /query/incidents                             JSON array over all partitions
//!   GET /query/digest?partition=1                    JSON
//!   anything else                                    what the broker's own routes say, else 404
//! ```
//!
//! Reading records and the broker's own routes may block: they run on helper threads, a few at a time.

mod answer;
mod query;
mod serve;
mod target;

pub(crate) use serve::{HttpDoor, serve_http};

use std::sync::Arc;
use std::time::Duration;

/// Longest wait for records.
pub const RECORDS_WAIT_MAX: Duration = Duration::from_secs(30);

/// Appends text: metrics, or the JSON of the broker's health.
pub type TextSource<T> = Arc<dyn Fn(&mut String) -> T + Send + Sync>;

/// What the broker gives to the HTTP door.
#[derive(Clone)]
pub struct HttpParts {
    /// Appends Prometheus text.
    pub metrics: TextSource<()>,
    /// Appends a JSON object; false when the broker is not well.
    pub health: TextSource<bool>,
    /// Reads committed records.
    pub records: Arc<dyn RecordSource>,
    /// Routes of the broker itself, such as a test mode.
    pub routes: Option<Arc<dyn HttpRoutes>>,
}

/// Reads committed records. Called on helper threads, so it may block.
pub trait RecordSource: Send + Sync {
    /// Appends records as exporters print them, one JSON object a line, by position from `request.from` on:
    /// some hundred at most, and always all of one processing step. Waits up to `request.wait` for the first
    /// one.
    ///
    /// # Errors
    /// What is wrong with the request or the log, for the client.
    fn read(&self, request: &RecordRequest, lines: &mut String) -> Result<(), String>;
}

/// Which records are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRequest {
    /// The partition, from 1.
    pub partition_id: u32,
    /// The first position.
    pub from: i64,
    /// How long to wait when there is none yet.
    pub wait: Duration,
}

/// Routes of the broker itself. Called on helper threads, so they may block.
pub trait HttpRoutes: Send + Sync {
    /// The answer; `None` when there is no such route.
    fn handle(&self, request: &HttpRequest<'_>) -> Option<HttpAnswer>;
}

/// A request as routes see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpRequest<'a> {
    /// `GET`, `POST`, ...
    pub method: &'a str,
    /// The path without the query.
    pub path: &'a str,
    /// The query, as it was sent.
    pub query: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// An answer of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl HttpAnswer {
    /// 200 with JSON.
    pub fn json(body: String) -> Self {
        Self { status: 200, content_type: "application/json", body }
    }

    /// 200 with text of some other type.
    pub fn ok(content_type: &'static str, body: String) -> Self {
        Self { status: 200, content_type, body }
    }

    /// An error, as a line of text.
    pub fn error(status: u16, text: impl std::fmt::Display) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: format!("{text}\n") }
    }
}
