//! The text format of Prometheus, version 0.0.4.

use super::{Family, Labels, Series, Value};
use crate::histogram::HistogramSnapshot;
use std::fmt::Write;

/// Upper bounds of the histogram lines: 1-2-5 from 10 us to 10 s, which covers a disk and a slow client.
const BOUNDS_NS: [u64; 19] = [
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    200_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// Whether Prometheus takes the name.
pub(super) fn is_metric_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
    !name.is_empty() && name.bytes().all(good) && !name.as_bytes()[0].is_ascii_digit()
}

/// What stands between the braces.
pub(super) fn labels(labels: Labels<'_>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        assert!(is_metric_name(name) && !name.contains(':'), "no label name: {name:?}");
        let separator = if text.is_empty() { "" } else { "," };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        put(&mut text, format_args!("{separator}{name}=\"{value}\""));
    }
    text
}

pub(super) fn family(text: &mut String, family: &Family) {
    let Some(first) = family.series.first() else { return };
    let help = family.help.replace('\\', "\\\\").replace('\n', "\\n");
    put(text, format_args!("# HELP {} {help}\n# TYPE {} {}\n", family.name, family.name, first.value.kind()));
    for series in &family.series {
        one(text, &family.name, series);
    }
}

fn one(text: &mut String, name: &str, series: &Series) {
    let labels = &series.labels;
    let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    match &series.value {
        Value::Counter(counter) => put(text, format_args!("{name}{braces} {}\n", counter.get())),
        Value::Gauge(gauge) => put(text, format_args!("{name}{braces} {}\n", gauge.get())),
        Value::Histogram(values) => histogram(text, name, labels, &braces, &values.snapshot()),
    }
}

fn histogram(text: &mut String, name: &str, labels: &str, braces: &str, values: &HistogramSnapshot) {
    let comma = if labels.is_empty() { "" } else { "," };
    for bound in BOUNDS_NS {
        let count = values.count_up_to(bound);
        put(text, format_args!("{name}_bucket{{{labels}{comma}le=\"{}\"}} {count}\n", seconds(bound)));
    }
    put(text, format_args!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}\n", values.count()));
    put(text, format_args!("{name}_sum{braces} {}\n", seconds(values.sum_ns())));
    put(text, format_args!("{name}_count{braces} {}\n", values.count()));
}

fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a String takes everything");
}
