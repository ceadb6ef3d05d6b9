//! Nothing runs away and nothing drags others along: endless loops, oversized batches, instances that fail inside.

mod common;

use common::harness::{Cause, Harness, config};
use common::script::find;
use serde_json::json;

const LOOP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="endless" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="again" />
    <bpmn:exclusiveGateway id="again"><bpmn:incoming>a</bpmn:incoming><bpmn:incoming>c</bpmn:incoming>
      <bpmn:outgoing>b</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="b" sourceRef="again" targetRef="step" />
    <bpmn:exclusiveGateway id="step"><bpmn:incoming>b</bpmn:incoming><bpmn:outgoing>c</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="c" sourceRef="step" targetRef="again" />
  </bpmn:process>
</bpmn:definitions>"#;

fn looping() -> Harness {
    let mut harness = Harness::new();
    harness.deploy_bytes(&[("endless.bpmn".to_owned(), LOOP.as_bytes().to_vec())]);
    harness
}

/// Gives a command without running what is left over afterwards.
fn give(harness: &mut Harness, value_type: &str, intent: &str, key: i64, value: serde_json::Value) -> usize {
    use tidemill_record::{Intent, ValueType, json_reader::put_json_value};
    let value_type = ValueType::from_name(value_type).unwrap();
    let mut bytes = Vec::new();
    put_json_value(value_type, &value, &mut bytes).unwrap();
    let given = common::harness::Given {
        value_type,
        intent: Intent::from_name(value_type, intent).unwrap(),
        key,
        request_id: 1000 + harness.log.len() as i64,
        value: bytes,
    };
    harness.run(Cause::Command(given)).record_count as usize
}

#[test]
fn an_endless_loop_stays_bounded_lets_others_through_and_can_be_cancelled() {
    let mut harness = looping();
    harness.deploy(&["one_task.bpmn"]);
    let value = json!({"bpmnProcessId": "endless"});
    let count = give(&mut harness, "PROCESS_INSTANCE_CREATION", "CREATE", -1, value);
    assert!(count < 1_000, "{count} records in one entry");
    assert!(harness.engine.has_pending());
    assert!(!harness.answers.is_empty(), "the answer leaves with the first entry");
    let instance = find(&harness.records, "PROCESS_INSTANCE_CREATION", "CREATED").unwrap()["value"]
        ["processInstanceKey"]
        .as_i64()
        .unwrap();
    for turn in 0..20 {
        let processed = harness.run(Cause::Pending);
        assert!((1..1_000).contains(&processed.record_count));
        assert!(harness.engine.has_pending(), "it never ends by itself");
        if turn == 3 {
            harness.check_replay();
        }
        // Others have their turn in between.
        let before = harness.records.len();
        give(&mut harness, "PROCESS_INSTANCE_CREATION", "CREATE", -1, json!({"bpmnProcessId": "one_task"}));
        assert!(find(&harness.records[before..], "JOB", "CREATED").is_some());
    }
    give(&mut harness, "PROCESS_INSTANCE", "CANCEL", instance, json!({}));
    harness.drain();
    assert!(harness.keys_of("PROCESS_INSTANCE", "ELEMENT_TERMINATED").contains(&instance));
    harness.check_replay();
}

#[test]
fn follow_ups_stop_at_the_batch_s_bound_and_go_on_in_a_later_entry() {
    if common::scenarios().is_none() {
        return;
    }
    let streams: Vec<Vec<String>> = [1, 2, 5, 100]
        .map(|max_commands_in_batch| {
            let mut harness =
                Harness::with(tidemill_engine::EngineConfig { max_commands_in_batch, ..config() });
            harness.deploy(&["one_task.bpmn"]);
            let instance = harness.create("one_task", json!({"a": 1}));
            let job = harness.activate("one_task", 1)[0];
            harness.complete(job, json!({"b": 2}));
            assert!(harness.is_completed(instance));
            harness.check_replay();
            harness.records.iter().map(common::script::line).collect()
        })
        .into();
    // The order of records does not depend on where entries end.
    assert_eq!(streams[0], streams[3]);
    assert_eq!(streams[1], streams[3]);
    assert_eq!(streams[2], streams[3]);
}

#[test]
fn a_command_that_does_not_fit_is_refused_whole() {
    if common::scenarios().is_none() {
        return;
    }
    let mut harness = Harness::new();
    harness.deploy(&["one_task.bpmn"]);
    let digest = harness.engine.digest();
    let large = "x".repeat(3_900_000);
    let caused = {
        let first = harness.records.len();
        let value = json!({"bpmnProcessId": "one_task", "variables": {"a": large, "b": 1}});
        harness.command("PROCESS_INSTANCE_CREATION", "CREATE", -1, &value);
        harness.records[first..].to_vec()
    };
    let rejected = caused.iter().find(|record| record["recordType"] == "COMMAND_REJECTION");
    if let Some(rejected) = rejected {
        assert_eq!(rejected["rejectionType"], "EXCEEDED_BATCH_RECORD_SIZE");
        assert_eq!(caused.len(), 2, "the command and its rejection");
        assert_ne!(digest, 0);
    } else {
        assert!(find(&caused, "JOB", "CREATED").is_some(), "or it fits and is done");
    }
    harness.check_replay();
}

/// An entry with one forged event: the process instance ends while its task is still there. Processing the task then
/// finds a broken invariant and panics.
fn forge_end(harness: &mut Harness, instance: i64) {
    use tidemill_record::{ProcessInstanceIntent, RecordHeader, RecordType, ValueType, put_record, records};
    let is_activated = |header: &RecordHeader| {
        header.value_type == ValueType::ProcessInstance
            && header.intent == ProcessInstanceIntent::ElementActivated.into()
            && header.record_type == RecordType::Event
            && header.key == instance
    };
    let all = harness.log.iter().flat_map(|entry| records(&entry.bytes)).map(|record| record.unwrap());
    let activated = all.into_iter().find(|record| is_activated(&record.header)).expect("it was activated");
    let header = RecordHeader {
        position: harness.engine.next_position(),
        intent: ProcessInstanceIntent::ElementCompleted.into(),
        source_position: -1,
        ..activated.header
    };
    let body = activated.body.to_vec();
    let mut bytes = Vec::new();
    put_record(&mut bytes, &header, "", |out: &mut Vec<u8>| out.extend_from_slice(&body));
    harness.entry_index += 1;
    harness.engine.apply(harness.entry_index, &bytes).expect("an event like others");
    let (index, now_ms) = (harness.entry_index, harness.now_ms);
    harness.log.push(common::harness::Entry { index, now_ms, cause: Cause::Due, bytes });
}

#[test]
fn an_instance_that_fails_inside_is_set_aside_alone() {
    if common::scenarios().is_none() {
        return;
    }
    let mut harness = Harness::new();
    harness.deploy(&["one_task.bpmn"]);
    let broken = harness.create("one_task", json!({"a": 1}));
    let sound = harness.create("one_task", json!({"a": 1}));
    let jobs = harness.activate("one_task", 2);
    forge_end(&mut harness, broken);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let caused = harness.complete(jobs[0], json!({"b": 2}));
    std::panic::set_hook(hook);
    let error = find(&caused, "ERROR", "CREATED").expect("the failure is told");
    assert_eq!(error["value"]["processInstanceKey"], broken);
    assert!(!error["value"]["exceptionMessage"].as_str().unwrap().is_empty(), "with its cause");
    // Only the instance is set aside: others go on, and it is left alone.
    let again = harness.complete(jobs[0], json!({}));
    assert_eq!(again.last().unwrap()["recordType"], "COMMAND_REJECTION");
    harness.complete(jobs[1], json!({}));
    assert!(harness.is_completed(sound));
    let another = harness.create("one_task", json!({}));
    let job = harness.activate("one_task", 5);
    assert_eq!(job.len(), 1);
    harness.complete(job[0], json!({}));
    assert!(harness.is_completed(another));
    harness.check_replay();
}
