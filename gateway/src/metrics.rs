//! What a gateway thread counts.

use tidemill_core::metrics::{Counter, Gauge, Registry};

/// Counters and gauges of one gateway thread.
#[derive(Debug, Clone, Default)]
pub struct GatewayMetrics {
    /// Commands handed to partitions.
    pub requests: Counter,
    /// Commands refused before anything was appended, here or by a partition.
    pub refusals: Counter,
    /// Requests that got no answer in time.
    pub timeouts: Counter,
    /// Answers that nobody waited for any more.
    pub unclaimed: Counter,
    /// Jobs pushed to streams.
    pub pushes: Counter,
    /// Jobs given back because no client took them.
    pub yields: Counter,
    /// Open job streams.
    pub streams: Gauge,
    /// Long polls that wait for jobs.
    pub parked_polls: Gauge,
    /// Connections of clients.
    pub connections: Gauge,
}

impl GatewayMetrics {
    /// Registers the series of a thread.
    pub fn register(registry: &Registry, thread: usize) -> Self {
        let thread = thread.to_string();
        let labels: &[(&str, &str)] = &[("thread", &thread)];
        let counter = |name: &str, help: &str| registry.counter(name, help, labels);
        let gauge = |name: &str, help: &str| registry.gauge(name, help, labels);
        Self {
            requests: counter("tidemill_gateway_requests_total", "Commands handed to partitions."),
            refusals: counter(
                "tidemill_gateway_refusals_total",
                "Commands refused before they were appended.",
            ),
            timeouts: counter("tidemill_gateway_timeouts_total", "Requests without an answer in time."),
            unclaimed: counter(
                "tidemill_gateway_unclaimed_total",
                "Answers that nobody waited for any more.",
            ),
            pushes: counter("tidemill_gateway_pushed_jobs_total", "Jobs pushed to streams."),
            yields: counter(
                "tidemill_gateway_yielded_jobs_total",
                "Jobs given back because no client took them.",
            ),
            streams: gauge("tidemill_gateway_job_streams", "Open job streams."),
            parked_polls: gauge("tidemill_gateway_parked_polls", "Long polls that wait for jobs."),
            connections: gauge("tidemill_gateway_connections", "Connections of clients."),
        }
    }
}
