//! Latencies in an HDR histogram: three digits, from a microsecond to ten minutes.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::json;

const HIGHEST_US: u64 = 600_000_000;

/// Latencies of one kind.
#[derive(Debug)]
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, HIGHEST_US, 3).expect("the bounds are usable"))
    }
}

/// The quantiles that are reported.
const QUANTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)];

impl Latency {
    /// Adds one; longer ones than the highest count as the highest.
    pub fn record(&mut self, latency: Duration) {
        self.0.saturating_record((latency.as_micros() as u64).max(1));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// A quantile in milliseconds.
    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1_000.0
    }

    /// Quantiles and maximum in milliseconds.
    pub fn to_json(&self) -> serde_json::Value {
        let mut object = serde_json::Map::new();
        for (name, quantile) in QUANTILES {
            object.insert(name.into(), json!(self.quantile_ms(quantile)));
        }
        object.insert("max".into(), json!(self.0.max() as f64 / 1_000.0));
        object.insert("mean".into(), json!((self.0.mean()).round() / 1_000.0));
        object.insert("count".into(), json!(self.count()));
        object.into()
    }

    /// One line for people.
    pub fn to_text(&self) -> String {
        let quantiles = QUANTILES.map(|(name, quantile)| format!("{name} {:.3}", self.quantile_ms(quantile)));
        format!("{}  max {:.3}  ms", quantiles.join("  "), self.0.max() as f64 / 1_000.0)
    }
}
