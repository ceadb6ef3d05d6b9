//! What a scraper sees.

use super::*;

fn rendered(registry: &Registry) -> String {
    let mut text = String::new();
    registry.render(&mut text);
    text
}

#[test]
fn counters_and_gauges_are_shown_with_their_labels() {
    let registry = Registry::new();
    let first = registry.counter("tidemill_turns_total", "Turns of the loop.", &[("shard", "0")]);
    let second = registry.counter("tidemill_turns_total", "Turns of the loop.", &[("shard", "1")]);
    let depth = registry.gauge("tidemill_depth", "Waiting\ncommands.", &[]);
    first.add(3);
    second.increment();
    depth.set(9);
    depth.add(-2);
    let expected = "# HELP tidemill_turns_total Turns of the loop.\n# TYPE tidemill_turns_total counter\n\
        tidemill_turns_total{shard=\"0\"} 3\ntidemill_turns_total{shard=\"1\"} 1\n\
        # HELP tidemill_depth Waiting\\ncommands.\n# TYPE tidemill_depth gauge\ntidemill_depth 7\n";
    assert_eq!(rendered(&registry), expected);
}

#[test]
fn the_same_name_and_labels_are_the_same_counter() {
    let registry = Registry::new();
    registry.counter("a_total", "", &[("x", "1")]).add(2);
    registry.clone().counter("a_total", "", &[("x", "1")]).add(3);
    assert_eq!(registry.counter("a_total", "", &[("x", "1")]).get(), 5);
    assert!(registry.remove("a_total", &[("x", "1")]));
    assert!(!registry.remove("a_total", &[("x", "1")]));
    assert_eq!(rendered(&registry), "");
}

#[test]
fn labels_are_escaped() {
    let registry = Registry::new();
    registry.gauge("g", "", &[("name", "a\"b\\c\nd"), ("other", "")]).set(1);
    assert!(
        rendered(&registry).contains("g{name=\"a\\\"b\\\\c\\nd\",other=\"\"} 1\n"),
        "{}",
        rendered(&registry)
    );
}

#[test]
fn histograms_are_cumulative_and_in_seconds() {
    let registry = Registry::new();
    let histogram = registry.histogram("flush_seconds", "Flushes.", &[("shard", "0")]);
    [5_000, 150_000, 150_000, 3_000_000_000, 60_000_000_000].into_iter().for_each(|ns| histogram.record(ns));
    let text = rendered(&registry);
    let check = |line: &str| assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    check("flush_seconds_bucket{shard=\"0\",le=\"0.00001\"} 1");
    check("flush_seconds_bucket{shard=\"0\",le=\"0.0002\"} 3");
    check("flush_seconds_bucket{shard=\"0\",le=\"5\"} 4");
    check("flush_seconds_bucket{shard=\"0\",le=\"10\"} 4");
    check("flush_seconds_bucket{shard=\"0\",le=\"+Inf\"} 5");
    check("flush_seconds_count{shard=\"0\"} 5");
    check("flush_seconds_sum{shard=\"0\"} 63.000305");
}

#[test]
#[should_panic(expected = "registered as a counter")]
fn one_name_has_one_kind() {
    let registry = Registry::new();
    registry.counter("a", "", &[]);
    registry.gauge("a", "", &[("x", "y")]);
}
