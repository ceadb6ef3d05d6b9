//! A random but sensible course of commands over the processes of the record scenarios.

use super::harness::{Cause, Harness};
use super::random::Random;
use serde_json::{Value, json};

pub const FILES: [&str; 18] = [
    "one_task.bpmn",
    "two_tasks.bpmn",
    "sub_process.bpmn",
    "parallel_gateway.bpmn",
    "exclusive_gateway.bpmn",
    "error_boundary.bpmn",
    "event_gateway.bpmn",
    "message_catch.bpmn",
    "message_boundary_non_interrupting.bpmn",
    "timer_boundary_cycle.bpmn",
    "timer_catch.bpmn",
    "mappings.bpmn",
    "job_expression_incident.bpmn",
    "cancel_all.bpmn",
    "terminate_end.bpmn",
    "gateway_order.bpmn",
    "manual_tasks.bpmn",
    "error_end.bpmn",
];

/// Processes with decisions, deployed apart from the others.
pub const DECISION_FILES: [&str; 4] = [
    "business_rule_task.bpmn",
    "business_rule_task.dmn",
    "business_rule_incident.bpmn",
    "business_rule_incident.dmn",
];

const DECISIONS: [&str; 4] = [
    "business_rule_task_price",
    "business_rule_incident_price",
    "business_rule_incident_discount",
    "unknown",
];

fn process_id(file: &str) -> &str {
    file.trim_end_matches(".bpmn").trim_end_matches(".dmn")
}

/// Some key that was seen, mostly one of this kind.
fn key(harness: &Harness, random: &mut Random, value_type: &str, intent: &str) -> i64 {
    let keys = harness.keys_of(value_type, intent);
    match random.below(20) {
        0 => harness
            .records
            .get(random.below(harness.records.len().max(1) as u64) as usize)
            .map_or(-1, |record| record["key"].as_i64().unwrap_or(-1)),
        // The latest are the ones that are likely still there.
        1..12 => random.pick(&keys[keys.len().saturating_sub(8)..]).copied().unwrap_or(-1),
        _ => random.pick(keys).copied().unwrap_or(-1),
    }
}

fn variables(random: &mut Random) -> Value {
    let mut out = json!({});
    for name in ["a", "order", "amount", "region", "total"] {
        match random.below(6) {
            0 => out[name] = json!(random.below(200)),
            1 => out[name] = json!(format!("o-{}", random.below(3))),
            2 => out[name] = json!({"id": random.below(9), "deep": [1, null, true]}),
            _ => {}
        }
    }
    out
}

/// One step; everything that goes on from it is done as well.
pub fn step(harness: &mut Harness, random: &mut Random) {
    harness.now_ms += random.below(40) as i64;
    let of_decisions = random.below(6) == 0;
    let files = if of_decisions { &DECISION_FILES[..] } else { &FILES[..] };
    let file = *random.pick(files).expect("files");
    let id = process_id(file);
    match random.below(26) {
        0 => drop(harness.deploy(&[file])),
        1..7 => drop(harness.create(id, variables(random))),
        7..11 => drop(harness.activate(id, 1 + random.below(3) as i64)),
        11..15 => {
            let job = key(harness, random, "JOB", "CREATED");
            harness.complete(job, variables(random));
        }
        15 => {
            let job = key(harness, random, "JOB", "CREATED");
            harness.fail(job, random.below(3) as i64, random.below(2) as i64 * 500);
        }
        16 => {
            let job = key(harness, random, "JOB", "CREATED");
            harness.command("JOB", "THROW_ERROR", job, &json!({"errorCode": "FAILURE"}));
        }
        17..20 => {
            let correlation = format!("o-{}", random.below(3));
            harness.publish(id, &correlation, random.below(3) as i64 * 1_000, variables(random));
        }
        20 => {
            let scope = key(harness, random, "PROCESS_INSTANCE", "ELEMENT_ACTIVATED");
            harness.set_variables(scope, variables(random), random.below(2) == 0);
        }
        21 => {
            let instance = key(harness, random, "PROCESS_INSTANCE_CREATION", "CREATED") - 1;
            harness.cancel(instance);
        }
        22 => {
            let incident = key(harness, random, "INCIDENT", "CREATED");
            harness.resolve(incident);
        }
        23 => {
            let decision = *random.pick(&DECISIONS).expect("decisions");
            let by_key = random.below(3) == 0;
            let key = if by_key { key(harness, random, "DECISION", "CREATED") } else { -1 };
            let id = if by_key { "" } else { decision };
            let value = json!({"decisionId": id, "decisionKey": key, "variables": variables(random)});
            harness.command("DECISION_EVALUATION", "EVALUATE", -1, &value);
        }
        24 => {
            let scope = key(harness, random, "PROCESS_INSTANCE", "ELEMENT_ACTIVATED");
            let which = *random.pick(&DECISIONS).expect("decisions");
            let total = random.below(3) * 100_000;
            harness.set_variables(scope, json!({"which": which, "total": total}), false);
        }
        _ => drop(harness.wait(random.below(1_500) as i64)),
    }
}

/// Goes through causes again at their times.
pub fn repeat(harness: &mut Harness, entries: &[super::harness::Entry]) {
    for entry in entries {
        harness.now_ms = entry.now_ms;
        let before = harness.log.len();
        harness.run(entry.cause.clone());
        assert_eq!(harness.log.len(), before + 1, "the same cause writes an entry again");
        let again = &harness.log[before];
        if again.bytes != entry.bytes {
            let text = |bytes: &[u8]| {
                tidemill_record::records(bytes)
                    .map(|record| format!("{:?}\n", record.unwrap().header))
                    .collect::<String>()
            };
            panic!("entry {} differs:\n{}\n{}", entry.index, text(&entry.bytes), text(&again.bytes));
        }
        assert!(!matches!(entry.cause, Cause::Pending) || harness.log.len() > 1, "something was left over");
    }
}
