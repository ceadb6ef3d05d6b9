//! The engine by example: what is given, and which records come of it.

mod common;

use common::harness::Harness;
use common::script::{expect, find};
use serde_json::json;
use tidemill_record::RejectionType;

fn with(files: &[&str]) -> Option<Harness> {
    common::scenarios()?;
    let mut harness = Harness::new();
    harness.deploy(files);
    Some(harness)
}

#[test]
fn a_task_is_worked_on() {
    let Some(mut harness) = with(&["one_task.bpmn"]) else { return };
    let instance = harness.create("one_task", json!({"a": 1}));
    let jobs = harness.activate("one_task", 10);
    assert_eq!(jobs.len(), 1);
    expect(
        &harness.complete(jobs[0], json!({})),
        "C JOB COMPLETE
         E JOB COMPLETED task
         E PROCESS_EVENT TRIGGERING
         C PROCESS_INSTANCE COMPLETE_ELEMENT task
         E PROCESS_INSTANCE ELEMENT_COMPLETING task
         E PROCESS_EVENT TRIGGERED
         E PROCESS_INSTANCE ELEMENT_COMPLETED task
         E PROCESS_INSTANCE SEQUENCE_FLOW_TAKEN to_end
         C PROCESS_INSTANCE ACTIVATE_ELEMENT end
         E PROCESS_INSTANCE ELEMENT_ACTIVATING end
         E PROCESS_INSTANCE ELEMENT_ACTIVATED end
         C PROCESS_INSTANCE COMPLETE_ELEMENT end
         E PROCESS_INSTANCE ELEMENT_COMPLETING end
         E PROCESS_INSTANCE ELEMENT_COMPLETED end
         C PROCESS_INSTANCE COMPLETE_ELEMENT one_task
         E PROCESS_INSTANCE ELEMENT_COMPLETING one_task
         E PROCESS_INSTANCE ELEMENT_COMPLETED one_task",
    );
    assert!(harness.is_completed(instance));
}

#[test]
fn what_has_ended_leaves_nothing_behind() {
    let Some(mut harness) = with(&["one_task.bpmn", "timer_boundary_unused.bpmn", "message_catch.bpmn"])
    else {
        return;
    };
    let count = |harness: &Harness| -> Vec<(&str, usize)> { harness.row_counts() };
    let before = count(&harness);
    let instance = harness.create("one_task", json!({"a": 1, "b": [1, 2]}));
    let job = harness.activate("one_task", 1)[0];
    harness.fail(job, 1, 0);
    let job = harness.activate("one_task", 1)[0];
    harness.fail(job, 0, 0);
    harness.command("JOB", "UPDATE_RETRIES", job, &json!({"retries": 1}));
    let incident = harness.keys_of("INCIDENT", "CREATED")[0];
    harness.resolve(incident);
    let job = harness.activate("one_task", 1)[0];
    harness.complete(job, json!({"c": 1}));
    assert!(harness.is_completed(instance));
    let instance = harness.create("timer_boundary_unused", json!({}));
    let job = harness.activate("timer_boundary_unused", 1)[0];
    harness.complete(job, json!({}));
    assert!(harness.is_completed(instance));
    let instance = harness.create("message_catch", json!({"order": "o"}));
    harness.publish("message_catch", "o", 0, json!({"amount": 1}));
    assert!(harness.is_completed(instance));
    let instance = harness.create("message_catch", json!({"order": "p"}));
    harness.cancel(instance);
    assert_eq!(count(&harness), before);
}

#[test]
fn a_rejected_command_says_why() {
    let Some(mut harness) = with(&["one_task.bpmn"]) else { return };
    let digest = harness.engine.digest();
    let caused = harness.complete(5, json!({}));
    assert_eq!(caused.len(), 2);
    assert_eq!(caused[1]["rejectionType"], "NOT_FOUND");
    let answer = harness.answers.last().unwrap();
    assert_eq!(answer.rejection_type, RejectionType::NotFound);
    assert_eq!(answer.reason, caused[1]["rejectionReason"]);
    assert_ne!(harness.engine.digest(), 0);
    // Only the log's position and time moved.
    harness.check_replay();
    let _ = digest;
}

#[test]
fn a_timer_waits_for_its_time() {
    let Some(mut harness) = with(&["timer_catch.bpmn"]) else { return };
    let instance = harness.create("timer_catch", json!({}));
    let due = harness.engine.next_due_ms().expect("a timer");
    assert_eq!(due, harness.now_ms + 1_000);
    assert!(harness.wait(999).is_empty());
    assert!(!harness.is_completed(instance));
    let caused = harness.wait(1);
    assert!(find(&caused, "TIMER", "TRIGGERED").is_some());
    assert!(harness.is_completed(instance));
    assert_eq!(harness.engine.next_due_ms(), None);
}

#[test]
fn time_never_runs_backwards() {
    let Some(mut harness) = with(&["one_task.bpmn"]) else { return };
    harness.now_ms += 10_000;
    harness.create("one_task", json!({}));
    let last = harness.records.last().unwrap()["timestamp"].clone();
    harness.now_ms -= 60_000;
    harness.create("one_task", json!({}));
    assert_eq!(harness.records.last().unwrap()["timestamp"], last);
}
