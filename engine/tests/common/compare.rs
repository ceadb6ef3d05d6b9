//! The first difference between two record streams, told so that a person sees what is wrong.

use serde_json::Value;
use std::fmt::Write;

const CONTEXT: usize = 3;
const FIELDS: [&str; 7] =
    ["recordType", "valueType", "intent", "key", "sourceRecordPosition", "rejectionType", "rejectionReason"];

fn summary(record: &Value) -> String {
    let text = |name: &str| record[name].as_str().unwrap_or("?").to_owned();
    let value = &record["value"];
    let named = ["elementId", "name", "messageName", "type"].iter().find_map(|name| value[*name].as_str());
    format!(
        "{:>4} {} {} {} {} <-{} {}",
        record["position"],
        text("recordType"),
        text("valueType"),
        text("intent"),
        record["key"],
        record["sourceRecordPosition"],
        named.unwrap_or_default()
    )
}

fn differences(expected: &Value, actual: &Value, path: &str, out: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(left), Value::Object(right)) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let absent = Value::from("(absent)");
                let (left, right) = (left.get(name).unwrap_or(&absent), right.get(name).unwrap_or(&absent));
                differences(left, right, &format!("{path}.{name}"), out);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(left, right, &format!("{path}[{index}]"), out);
            }
        }
        _ if expected != actual => out.push(format!("  {path}: expected {expected}, got {actual}")),
        _ => {}
    }
}

fn record_differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for field in FIELDS {
        differences(&expected[field], &actual[field], field, &mut out);
    }
    if out.is_empty() {
        differences(expected, actual, "", &mut out);
    }
    out
}

/// What differs first, with the records around it; `None` when the streams are the same.
pub fn first_difference(expected: &[Value], actual: &[Value]) -> Option<String> {
    let ends = Value::from("(stream ends)");
    for index in 0..expected.len().max(actual.len()) {
        let found = match (expected.get(index), actual.get(index)) {
            (Some(left), Some(right)) => record_differences(left, right),
            (left, right) => {
                let side = |record: Option<&Value>| record.map_or(ends.to_string(), summary);
                vec![format!("  expected {}, got {}", side(left), side(right))]
            }
        };
        if found.is_empty() {
            continue;
        }
        let mut text = format!("record {index} differs\n");
        for same in &expected[index.saturating_sub(CONTEXT)..index.min(expected.len())] {
            writeln!(text, "    same     {}", summary(same)).unwrap();
        }
        for (side, records) in [("expected", expected), ("actual  ", actual)] {
            for record in records.iter().skip(index).take(CONTEXT) {
                writeln!(text, "    {side} {}", summary(record)).unwrap();
            }
        }
        found.iter().take(8).for_each(|line| writeln!(text, "{line}").unwrap());
        return Some(text);
    }
    None
}
