//! What a one-task instance costs the engine alone: create, push, complete. Prints the mean and the best of several
//! rounds, in microseconds an instance.
//!
//! `cargo run --release -p tidemill-engine --example one_task_speed`

#![allow(clippy::print_stdout, reason = "it is there to print")]

use std::time::Instant;

use tidemill_engine::{Command, Effect, Effects, Engine, EngineConfig};
use tidemill_record::frame::{FrameKind, PushFrame, StreamOpenFrame};
use tidemill_record::value::{
    DeploymentResource, DeploymentValue, JobValue, ProcessInstanceCreationValue, Value,
};
use tidemill_record::{
    DeploymentIntent, Document, Intent, JobIntent, ListBuffer, ProcessInstanceCreationIntent, SliceOut,
    ValueType,
};

const PROCESS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="speed" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="task" />
    <bpmn:serviceTask id="task">
      <bpmn:extensionElements><zeebe:taskDefinition type="speed" /></bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="b" sourceRef="task" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"#;

const INSTANCES_A_ROUND: u64 = 20_000;
const ROUNDS: u64 = 5;

struct Driver {
    engine: Engine,
    out: Vec<u8>,
    effects: Effects,
    entry_index: u64,
    records: u64,
    bytes: u64,
}

impl Driver {
    fn process(&mut self, value_type: ValueType, intent: impl Into<Intent>, key: i64, value: &[u8]) {
        self.entry_index += 1;
        self.effects.clear();
        let command =
            Command { value_type, intent: intent.into(), key, operation_reference: -1, request_id: 1, value };
        let mut out = SliceOut::new(&mut self.out);
        let processed = self.engine.process(self.entry_index, &command, 1_000, &mut out, &mut self.effects);
        self.records += u64::from(processed.record_count);
        self.bytes += out.bytes().len() as u64;
        self.engine.release(self.entry_index);
    }

    fn pushed_job(&self) -> i64 {
        let job = self.effects.iter().find_map(|effect| match effect {
            Effect::Frame(FrameKind::Push, bytes) => PushFrame::take(bytes).ok().map(|frame| frame.job_key),
            _ => None,
        });
        job.expect("the job is pushed to the open stream")
    }
}

fn encoded<'a>(value: &impl Value<'a>) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

fn main() {
    let mut driver = Driver {
        engine: Engine::new(EngineConfig::new(1, 1)),
        out: vec![0; 4 << 20],
        effects: Effects::default(),
        entry_index: 0,
        records: 0,
        bytes: 0,
    };
    let mut resources = ListBuffer::default();
    resources.push(&DeploymentResource { resource_name: "speed.bpmn", resource: PROCESS.as_bytes() });
    let deployment = encoded(&DeploymentValue { resources: resources.as_list(), ..Default::default() });
    driver.process(ValueType::Deployment, DeploymentIntent::Create, -1, &deployment);
    let frame = StreamOpenFrame {
        stream_id: 1,
        job_type: "speed",
        worker: "w",
        timeout: 60_000,
        ..Default::default()
    };
    assert!(driver.engine.open_stream(&frame), "one stream is not too many");
    let variables = Document(b"\x82\xa1a\x01\xa4text\xa5hello");
    let create =
        encoded(&ProcessInstanceCreationValue { bpmn_process_id: "speed", variables, ..Default::default() });
    let complete = encoded(&JobValue { variables: Document(b"\x81\xa1b\x02"), ..Default::default() });
    let mut best = f64::INFINITY;
    for round in 0..ROUNDS {
        let (records, bytes) = (driver.records, driver.bytes);
        let start = Instant::now();
        for _ in 0..INSTANCES_A_ROUND {
            driver.engine.add_credit(1, 1);
            driver.process(
                ValueType::ProcessInstanceCreation,
                ProcessInstanceCreationIntent::Create,
                -1,
                &create,
            );
            let job = driver.pushed_job();
            driver.process(ValueType::Job, JobIntent::Complete, job, &complete);
        }
        let us = start.elapsed().as_secs_f64() * 1e6 / INSTANCES_A_ROUND as f64;
        best = best.min(us);
        println!(
            "round {round}: {us:.2} us an instance, {} records, {} bytes",
            (driver.records - records) / INSTANCES_A_ROUND,
            (driver.bytes - bytes) / INSTANCES_A_ROUND
        );
    }
    println!("best {best:.2} us an instance; memory in use {} bytes", driver.engine.memory_bytes());
}
