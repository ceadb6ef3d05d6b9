//! The engine against the record streams of the real broker: same commands in, same records out.

#![allow(clippy::print_stdout, reason = "all differences are told before the test fails")]

mod common;

use common::golden::{Golden, all};
use common::harness::Harness;
use common::normalise::Normaliser;
use common::{compare, scenarios};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Scenarios with elements that this engine refuses at deployment. One that is not refused any more must leave the
/// list.
const NOT_SUPPORTED_YET: [&str; 1] = ["create_rejections"];

fn is_refused(harness: &Harness) -> bool {
    harness.records.iter().any(|record| {
        record["valueType"] == "DEPLOYMENT"
            && record["rejectionReason"]
                .as_str()
                .is_some_and(|reason| reason.contains("is not supported yet"))
    })
}

fn check(golden: &Golden, folder: &Path) -> Result<(), String> {
    let mut harness = Harness::new();
    let actual = golden.drive(&mut harness, folder);
    let listed = NOT_SUPPORTED_YET.contains(&golden.name.as_str());
    if is_refused(&harness) && listed {
        println!("skipped: {} deploys elements that are not supported yet", golden.name);
        harness.check_replay();
        return Ok(());
    }
    if listed {
        return Err("nothing is refused any more: take it off the list".to_owned());
    }
    match compare::first_difference(&golden.records, &actual) {
        Some(difference) => Err(difference),
        None => {
            harness.check_replay();
            Ok(())
        }
    }
}

/// `TIDEMILL_SCENARIO=name` checks one alone.
#[test]
fn the_streams_are_those_of_the_real_broker() {
    let Some(folder) = scenarios() else { return };
    let only = std::env::var("TIDEMILL_SCENARIO").ok();
    let scenarios = all(&folder);
    assert!(scenarios.len() > 50, "only {} golden streams", scenarios.len());
    let mut differing = Vec::new();
    for golden in scenarios.iter().filter(|golden| only.as_ref().is_none_or(|only| *only == golden.name)) {
        let checked = catch_unwind(AssertUnwindSafe(|| check(golden, &folder)));
        if let Err(difference) = checked.unwrap_or_else(|_| Err("panicked, see above".to_owned())) {
            println!("{}: {difference}", golden.name);
            differing.push(golden.name.as_str());
        }
    }
    assert!(differing.is_empty(), "{} scenarios differ: {differing:?}", differing.len());
}

#[test]
fn keys_and_positions_start_where_the_real_broker_s_do() {
    let Some(folder) = scenarios() else { return };
    let golden = Golden::load(&folder.join("first_deployment.json")).expect("a golden stream");
    let mut harness = Harness::new();
    golden.drive(&mut harness, &folder);
    let path = folder.join("../golden/first_deployment.absolute.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("a golden line is JSON"));
    let expected: Vec<Value> = lines.filter(|line: &Value| line["kind"] == "record").collect();
    let mut normaliser = Normaliser::new(0, 0);
    let actual: Vec<Value> = harness.records.iter().map(|record| normaliser.record(record)).collect();
    assert!(expected.len() > 30, "a whole stream");
    if let Some(difference) = compare::first_difference(&expected, &actual) {
        panic!("{difference}");
    }
}
