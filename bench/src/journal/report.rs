//! Medians over rounds, ratios to the bare ring within each round.

use std::fmt::Write as _;

use tidemill_core::io::DurableMethod;

use super::load::Round;

/// The figures of one subject at one point: medians over rounds.
#[derive(Debug, Clone)]
pub struct Line {
    /// The subject.
    pub name: String,
    /// Records acknowledged a second.
    pub records_per_second: f64,
    /// Megabytes (10^6) of records a second.
    pub megabytes_per_second: f64,
    /// Median latency, microseconds.
    pub p50_us: f64,
    /// 99th percentile of it.
    pub p99_us: f64,
    /// CPU time for a record, microseconds.
    pub cpu_us_per_record: f64,
    /// Bytes written for a byte of record; 0 when the subject does not know.
    pub write_amplification: f64,
    /// Median latency against the bare ring.
    pub p50_ratio: f64,
    /// Records a second against the bare ring.
    pub rate_ratio: f64,
    /// CPU for a record against the bare ring.
    pub cpu_ratio: f64,
}

/// One size of record with one number in flight.
#[derive(Debug, Clone)]
pub struct Point {
    /// Bytes of a record.
    pub record_bytes: usize,
    /// Records in flight.
    pub in_flight: usize,
    /// One line a subject, the bare ring first.
    pub lines: Vec<Line>,
}

/// All points of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The durable step of ours and of the bare ring.
    pub method: DurableMethod,
    /// Whether past the page cache.
    pub direct: bool,
    /// Rounds of each subject at each point.
    pub rounds: usize,
    /// The points.
    pub points: Vec<Point>,
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    assert!(!values.is_empty(), "the median of nothing");
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn rate(round: &Round) -> f64 {
    round.record_count as f64 * 1e9 / round.elapsed_ns as f64
}

fn p50(round: &Round) -> f64 {
    round.latency.percentile_ns(0.5) as f64 / 1e3
}

fn cpu(round: &Round) -> f64 {
    round.cpu_ns as f64 / 1e3 / round.record_count.max(1) as f64
}

impl Point {
    pub(crate) fn new(record_bytes: usize, in_flight: usize, rounds: Vec<(String, Vec<Round>)>) -> Self {
        let floor = rounds[0].1.clone();
        let line = |(name, own): (String, Vec<Round>)| {
            let over = |value: fn(&Round) -> f64| median(own.iter().map(value));
            let ratio = |value: fn(&Round) -> f64| {
                median(own.iter().zip(&floor).map(|(own, floor)| value(own) / value(floor)))
            };
            Line {
                records_per_second: over(rate),
                megabytes_per_second: over(|round| round.record_bytes as f64 * 1e3 / round.elapsed_ns as f64),
                p50_us: over(p50),
                p99_us: over(|round| round.latency.percentile_ns(0.99) as f64 / 1e3),
                cpu_us_per_record: over(cpu),
                write_amplification: over(|round| {
                    round.written_bytes as f64 / round.record_bytes.max(1) as f64
                }),
                p50_ratio: ratio(p50),
                rate_ratio: ratio(rate),
                cpu_ratio: ratio(cpu),
                name,
            }
        };
        Self { record_bytes, in_flight, lines: rounds.into_iter().map(line).collect() }
    }
}

impl Report {
    /// A table for people.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "durable step {}, direct {}, {} rounds, medians; ratios to the bare ring, within rounds\n",
            self.method.name(),
            self.direct,
            self.rounds
        );
        for point in &self.points {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n{} B records, {} in flight", point.record_bytes, point.in_flight);
            let _ = writeln!(
                text,
                "{:<20}{:>12}{:>10}{:>10}{:>10}{:>12}{:>8}{:>8}{:>8}{:>8}",
                "",
                "records/s",
                "MB/s",
                "p50 us",
                "p99 us",
                "cpu us/rec",
                "w/byte",
                "p50 x",
                "rate x",
                "cpu x"
            );
            for line in &point.lines {
                let _ = writeln!(
                    text,
                    "{:<20}{:>12.0}{:>10.1}{:>10.1}{:>10.1}{:>12.3}{:>8.2}{:>8.2}{:>8.2}{:>8.2}",
                    line.name,
                    line.records_per_second,
                    line.megabytes_per_second,
                    line.p50_us,
                    line.p99_us,
                    line.cpu_us_per_record,
                    line.write_amplification,
                    line.p50_ratio,
                    line.rate_ratio,
                    line.cpu_ratio
                );
            }
        }
        text
    }

    /// One JSON object for programs.
    pub fn to_json(&self) -> String {
        let line = |line: &Line| {
            format!(
                "{{\"name\":\"{}\",\"records_per_second\":{:.0},\"megabytes_per_second\":{:.3},\
                \"p50_us\":{:.2},\
                 \"p99_us\":{:.2},\"cpu_us_per_record\":{:.4},\"write_amplification\":{:.3},\
                 \"p50_ratio\":{:.3},\
                 \"rate_ratio\":{:.3},\"cpu_ratio\":{:.3}}}",
                line.name,
                line.records_per_second,
                line.megabytes_per_second,
                line.p50_us,
                line.p99_us,
                line.cpu_us_per_record,
                line.write_amplification,
                line.p50_ratio,
                line.rate_ratio,
                line.cpu_ratio
            )
        };
        let point = |point: &Point| {
            let lines: Vec<String> = point.lines.iter().map(line).collect();
            format!(
                "{{\"record_bytes\":{},\"in_flight\":{},\"subjects\":[{}]}}",
                point.record_bytes,
                point.in_flight,
                lines.join(",")
            )
        };
        let points: Vec<String> = self.points.iter().map(point).collect();
        format!(
            "{{\"method\":\"{}\",\"direct\":{},\"rounds\":{},\"points\":[{}]}}",
            self.method.name(),
            self.direct,
            self.rounds,
            points.join(",")
        )
    }
}
