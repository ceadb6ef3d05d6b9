//! Holds decisions against the answers of the standard's test kit and of the reference engine. The corpora
//! lie beside the repository; a test whose corpus is absent says so and passes. Misses are listed in
//! `MISSES.md`.

#![allow(clippy::print_stdout, reason = "what was skipped or missed is for the reader of the test")]

use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use tidemill_dmn::corpus::Corpus;
use tidemill_feel::decimal::Decimal;
use tidemill_feel::temporal::{Temporal, parse_at_literal, parse_days_time, parse_years_months};

/// Lines of 2,427 that are answered as expected.
const PASSED_MIN: usize = 2_392;
/// Values of the reference engine that are answered differently.
const DIFFERENT_MAX: usize = 2;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "conformance", "feel"].iter().collect()
}

fn lines(name: &str) -> Option<Vec<String>> {
    match std::fs::read_to_string(folder().join(name)) {
        Ok(text) => Some(text.lines().map(str::to_string).collect()),
        Err(_) => {
            println!("skipped: corpus {name} absent");
            None
        }
    }
}

fn answers(lines: &[String]) -> Vec<(Value, Value)> {
    let models = folder().join("dmn-tck");
    let mut corpus =
        Corpus::new(|model: &str| std::fs::read(models.join(model)).map_err(|error| error.to_string()));
    let answer = |line: &String| {
        let case = serde_json::from_str(line).expect("a corpus line is JSON");
        let answer: Value = serde_json::from_str(&corpus.answer_line(line)).expect("an answer is JSON");
        (case, answer["result"].clone())
    };
    lines.iter().map(answer).collect()
}

#[test]
fn decisions_of_the_compatibility_kit() {
    let Some(lines) = lines("dmn-tck.jsonl") else { return };
    let mut passed = 0;
    for (case, result) in answers(&lines) {
        let is_nothing = matches!(result["t"].as_str(), Some("null" | "error"));
        let is_nothing_expected = case["error"] == true || case["expected"]["t"] == "null";
        if same(&case["expected"], &result) || (is_nothing && is_nothing_expected) {
            passed += 1;
        } else {
            println!("{} expected {} got {result}", case["id"], case["expected"]);
        }
    }
    println!("{passed} of {}", lines.len());
    assert!(passed >= PASSED_MIN, "{passed} of {} pass, {PASSED_MIN} did", lines.len());
}

#[test]
fn values_of_the_reference_engine() {
    let (Some(lines), Some(reference)) = (lines("dmn-tck.jsonl"), lines("baseline/camunda-dmn-plain.jsonl"))
    else {
        return;
    };
    let parsed = reference.iter().map(|line| serde_json::from_str::<Value>(line).expect("an answer is JSON"));
    let reference: HashMap<String, Value> = parsed
        .map(|answer| (answer["id"].as_str().unwrap_or("").to_string(), answer["result"].clone()))
        .collect();
    let mut different = 0;
    for (case, result) in answers(&lines) {
        let Some(expected) = reference.get(case["id"].as_str().unwrap_or("")) else { continue };
        let has_value = !matches!(expected["t"].as_str(), Some("null" | "error"));
        if has_value && !same(expected, &result) {
            println!("{} reference {expected} ours {result}", case["id"]);
            different += 1;
        }
    }
    assert!(different <= DIFFERENT_MAX, "{different} values differ, {DIFFERENT_MAX} did");
}

#[test]
fn lines_that_cannot_be_understood_get_an_error() {
    let mut corpus = Corpus::new(|_: &str| Err("no such model".to_string()));
    for line in ["", "[", "1", "{}", "{\"id\": \"a\"}", "{\"id\": \"a\", \"model\": \"m\", \"decision\": 1}"]
    {
        let answer: Value = serde_json::from_str(&corpus.answer_line(line)).expect("an answer is JSON");
        assert_eq!(answer["result"]["t"], "error", "{line}");
    }
}

/// Numbers within 1e-8, temporal values by meaning, everything else exactly.
fn same(expected: &Value, actual: &Value) -> bool {
    let (kind, actual_kind) = (expected["t"].as_str().unwrap_or(""), actual["t"].as_str().unwrap_or(""));
    let (wanted, found) = (&expected["v"], &actual["v"]);
    let text = |value: &Value| value.as_str().unwrap_or("").to_string();
    if kind.contains("duration") && actual_kind.contains("duration") {
        return duration(&text(wanted)) == duration(&text(found));
    }
    if kind != actual_kind {
        return false;
    }
    match kind {
        "error" | "null" | "function" => true,
        "number" => near(&text(wanted), &text(found)),
        "list" => {
            let (wanted, found) = (wanted.as_array(), found.as_array());
            let mut pairs = wanted.into_iter().flatten().zip(found.into_iter().flatten());
            wanted.map(Vec::len) == found.map(Vec::len) && pairs.all(|(wanted, found)| same(wanted, found))
        }
        "context" => {
            let (Some(wanted), Some(found)) = (wanted.as_object(), found.as_object()) else { return false };
            wanted.len() == found.len()
                && wanted.iter().all(|(key, value)| found.get(key).is_some_and(|other| same(value, other)))
        }
        "time" | "date and time" => moment(&text(wanted)) == moment(&text(found)),
        _ => wanted == found,
    }
}

fn near(wanted: &str, found: &str) -> bool {
    let (Some(wanted), Some(found)) = (Decimal::parse(wanted), Decimal::parse(found)) else { return false };
    let difference = wanted.subtract(&found).map(|difference| difference.absolute());
    difference.is_ok_and(|difference| difference < Decimal::small(1, 8))
}

/// Months and nanoseconds; a duration of zero has neither.
fn duration(text: &str) -> Option<(i64, i128)> {
    let months = parse_years_months(text).map(|duration| (duration.total_months(), 0));
    months.or_else(|| parse_days_time(text).map(|duration| (0, duration.nanos())))
}

/// The time on the clock and the offset.
fn moment(text: &str) -> Option<(String, Option<i32>)> {
    Some(match parse_at_literal(text)? {
        Temporal::ZonedDateTime(value) => (value.local.to_string(), Some(value.offset)),
        Temporal::ZonedTime(value) => (value.time.to_string(), Some(value.offset)),
        local => (local.to_string(), None),
    })
}
