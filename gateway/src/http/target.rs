//! Paths and queries: plain synchronous parsing.

use std::time::Duration;

use super::{RECORDS_WAIT_MAX, RecordRequest};

/// What a GET asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Metrics,
    Health,
    Records(RecordRequest),
    Instance(i64),
    Incidents,
    Digest(u32),
    /// None of ours.
    Other,
}

impl Target {
    /// Reads a path and its query.
    ///
    /// # Errors
    /// Which part is unusable.
    pub(super) fn parse(path: &str, query: &str) -> Result<Self, String> {
        Ok(match path {
            "/metrics" => Self::Metrics,
            "/health" => Self::Health,
            "/records" => Self::Records(record_request(query)?),
            "/query/incidents" => Self::Incidents,
            "/query/digest" => Self::Digest(parameter(query, "partition")?.unwrap_or(1)),
            _ => match path.strip_prefix("/query/instance/") {
                Some(key) => Self::Instance(number("key", key)?),
                None => Self::Other,
            },
        })
    }
}

fn record_request(query: &str) -> Result<RecordRequest, String> {
    let wait_ms: u64 = parameter(query, "wait_ms")?.unwrap_or(0);
    Ok(RecordRequest {
        partition_id: parameter(query, "partition")?.unwrap_or(1),
        from: parameter(query, "from")?.unwrap_or(0),
        wait: Duration::from_millis(wait_ms).min(RECORDS_WAIT_MAX),
    })
}

fn parameter<T: std::str::FromStr>(query: &str, name: &str) -> Result<Option<T>, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.rev().find(|(key, _)| *key == name);
    found.map(|(_, value)| number(name, value)).transpose()
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("'{name}' should be a number, but was '{}'", shown(text)))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_queries_are_read() {
        let check = |path: &str, query: &str, expected: Target| {
            assert_eq!(Target::parse(path, query), Ok(expected), "{path}?{query}");
        };
        check("/metrics", "", Target::Metrics);
        check("/query/instance/2251799813685250", "", Target::Instance(2_251_799_813_685_250));
        check("/query/digest", "partition=3", Target::Digest(3));
        check("/test/reset", "", Target::Other);
        let request = RecordRequest { partition_id: 2, from: 7, wait: Duration::from_millis(50) };
        check("/records", "partition=2&from=7&wait_ms=50", Target::Records(request));
        let request = RecordRequest { partition_id: 1, from: 0, wait: RECORDS_WAIT_MAX };
        check("/records", "wait_ms=999999999", Target::Records(request));
    }

    #[test]
    fn what_is_no_number_is_named() {
        let error = Target::parse("/records", "partition=one").unwrap_err();
        assert_eq!(error, "'partition' should be a number, but was 'one'");
        assert!(Target::parse("/query/instance/x", "").is_err());
    }
}
