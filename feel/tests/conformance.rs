//! Holds the language against recorded answers: those of the reference engine's own suite, of the
//! standard's test kit and of a third engine. The corpora lie beside the repository; a test whose
//! corpus is absent says so and passes.

#![allow(clippy::print_stdout)] // What was skipped or missed is for the reader of the test.

use serde_json::Value;
use std::path::PathBuf;
use tidemill_feel::corpus::answer_line;
use tidemill_feel::decimal::Decimal;
use tidemill_feel::temporal::{Temporal, parse_at_literal, parse_days_time, parse_years_months};

fn corpus(name: &str) -> Option<Vec<String>> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "conformance", "feel", name].iter().collect();
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text.lines().map(str::to_string).collect()),
        Err(_) => {
            println!("skipped: corpus {name} absent");
            None
        }
    }
}

/// How many of the lines are answered as expected, of how many.
fn judge(name: &str) -> Option<(usize, usize)> {
    let lines = corpus(name)?;
    let mut passed = 0;
    for line in &lines {
        let case: Value = serde_json::from_str(line).expect("a corpus line is JSON");
        let answer: Value = serde_json::from_str(&answer_line(line)).expect("an answer is JSON");
        if is_expected(&case, &answer["result"]) {
            passed += 1;
        } else {
            println!("{} expected {} got {}", case["expression"], case["expected"], answer["result"]);
        }
    }
    Some((passed, lines.len()))
}

fn is_expected(case: &Value, result: &Value) -> bool {
    let is_nothing = matches!(result["t"].as_str(), Some("null" | "error"));
    let expected = &case["expected"];
    same(expected, result) || (is_nothing && (case["error"] == true || expected["t"] == "null"))
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
            let pairs = wanted.into_iter().flatten().zip(found.into_iter().flatten());
            wanted.map(Vec::len) == found.map(Vec::len) && pairs.into_iter().all(|(w, f)| same(w, f))
        }
        "context" => {
            let (Some(wanted), Some(found)) = (wanted.as_object(), found.as_object()) else { return false };
            wanted.len() == found.len()
                && wanted.iter().all(|(key, value)| found.get(key).is_some_and(|other| same(value, other)))
        }
        "range" => ["start", "end"].iter().all(|end| {
            wanted[end]["closed"] == found[end]["closed"] && same(&wanted[end]["v"], &found[end]["v"])
        }),
        "time" | "date and time" => moment(&text(wanted)) == moment(&text(found)),
        _ => wanted == found,
    }
}

fn near(wanted: &str, found: &str) -> bool {
    let (Some(wanted), Some(found)) = (Decimal::parse(wanted), Decimal::parse(found)) else { return false };
    let tolerance = Decimal::small(1, 8);
    wanted.subtract(&found).is_ok_and(|difference| difference.absolute() < tolerance)
}

/// Months and nanoseconds; a duration of zero has neither.
fn duration(text: &str) -> Option<(i64, i128)> {
    let months = parse_years_months(text).map(|d| (d.total_months(), 0));
    months.or_else(|| parse_days_time(text).map(|d| (0, d.nanos())))
}

/// The time on the clock and the offset.
fn moment(text: &str) -> Option<(String, Option<i32>)> {
    Some(match parse_at_literal(text)? {
        Temporal::ZonedDateTime(value) => (value.local.to_string(), Some(value.offset)),
        Temporal::ZonedTime(value) => (value.time.to_string(), Some(value.offset)),
        local => (local.to_string(), None),
    })
}

#[test]
fn reference_suite_agrees_entirely() {
    if let Some((passed, total)) = judge("feel-scala.jsonl") {
        assert_eq!(passed, total, "the reference engine's own suite");
    }
}

#[test]
fn standard_test_kit_agrees() {
    if let Some((passed, total)) = judge("feel-tck.jsonl") {
        assert!(passed * 1000 >= total * 975, "{passed} of {total}");
    }
}

#[test]
fn third_engine_agrees_mostly() {
    if let Some((passed, total)) = judge("feelin.jsonl") {
        assert!(passed * 1000 >= total * 885, "{passed} of {total}");
    }
}

/// Where the reference engine recorded what it forgave, so do we, in the same words.
#[test]
fn warnings_agree() {
    let Some(lines) = corpus("feel-scala.jsonl") else { return };
    for line in lines {
        let case: Value = serde_json::from_str(&line).expect("a corpus line is JSON");
        if case["failures"].is_array() {
            let answer: Value = serde_json::from_str(&answer_line(&line)).expect("an answer is JSON");
            assert_eq!(answer["failures"], case["failures"], "{}", case["expression"]);
        }
    }
}

#[test]
fn malformed_texts_are_answered() {
    let Some(lines) = corpus("malformed.jsonl") else { return };
    for line in lines {
        let answer: Value = serde_json::from_str(&answer_line(&line)).expect("an answer is JSON");
        assert!(answer["result"]["t"].is_string(), "{line}");
    }
}
