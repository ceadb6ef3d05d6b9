//! After warm-up the engine allocates nothing per record: create, push, complete, timer, message.

mod common;

use common::harness::{START_MS, config};
use serde_json::{Value, json};
use tidemill_core::alloc_counter::{CountingAllocator, allocations_of};
use tidemill_engine::{Command, Effect, Effects, Engine};
use tidemill_record::frame::{FrameKind, PushFrame, StreamOpenFrame};
use tidemill_record::json_reader::put_json_value;
use tidemill_record::value::Value as _;
use tidemill_record::{Intent, JobIntent, MessageIntent, SliceOut, ValueType};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// An engine with reused buffers and nothing that notes what happens.
struct Bare {
    engine: Engine,
    effects: Effects,
    buffer: Vec<u8>,
    entry_index: u64,
    now_ms: i64,
    pushed: Vec<i64>,
    record_count: u64,
}

fn encoded(value_type: ValueType, value: Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_json_value(value_type, &value, &mut bytes).unwrap();
    bytes
}

impl Bare {
    fn new() -> Self {
        Self {
            engine: Engine::new(config()),
            effects: Effects::default(),
            buffer: vec![0; 4 << 20],
            entry_index: 0,
            now_ms: START_MS,
            pushed: Vec::with_capacity(64),
            record_count: 0,
        }
    }

    fn give(&mut self, value_type: ValueType, intent: Intent, key: i64, value: &[u8]) {
        let command = Command { value_type, intent, key, operation_reference: -1, request_id: 7, value };
        self.run(Some(command));
        while self.engine.has_pending() {
            self.run(None);
        }
    }

    fn run(&mut self, command: Option<Command<'_>>) {
        self.entry_index += 1;
        let (index, now_ms) = (self.entry_index, self.now_ms);
        let mut out = SliceOut::new(&mut self.buffer);
        self.effects.clear();
        let processed = match &command {
            Some(command) => self.engine.process(index, command, now_ms, &mut out, &mut self.effects),
            None if self.engine.has_pending() => {
                self.engine.process_pending(index, now_ms, &mut out, &mut self.effects)
            }
            None => self.engine.process_due(index, now_ms, &mut out, &mut self.effects),
        };
        self.record_count += u64::from(processed.record_count);
        for effect in self.effects.iter() {
            if let Effect::Frame(FrameKind::Push, bytes) = effect {
                self.pushed.push(PushFrame::take(bytes).unwrap().job_key);
            }
        }
        // The window of uncommitted entries.
        self.engine.release(self.entry_index.saturating_sub(16));
    }
}

struct Commands {
    create: Vec<u8>,
    create_timer: Vec<u8>,
    create_message: Vec<u8>,
    complete: Vec<u8>,
    publish: Vec<u8>,
}

fn prepared() -> Option<(Bare, Commands)> {
    common::scenarios()?;
    use base64::Engine as _;
    let resource = |file: &str| {
        json!({"resourceName": file,
        "resource": base64::engine::general_purpose::STANDARD.encode(common::process(file))})
    };
    let files = ["one_task.bpmn", "timer_catch.bpmn", "message_catch.bpmn"];
    let mut bare = Bare::new();
    let deployment = json!({"resources": files.map(resource)});
    bare.give(ValueType::Deployment, Intent(0), -1, &encoded(ValueType::Deployment, deployment));
    let stream = StreamOpenFrame {
        stream_id: 1,
        job_type: "one_task",
        worker: "worker",
        timeout: 60_000,
        credit: 8,
        ..StreamOpenFrame::default()
    };
    assert!(bare.engine.open_stream(&stream));
    let create = |id: &str, variables: Value| {
        encoded(ValueType::ProcessInstanceCreation, json!({"bpmnProcessId": id, "variables": variables}))
    };
    let message =
        json!({"name": "message_catch", "correlationKey": "o-1", "timeToLive": 0, "variables": {"m": 1}});
    let commands = Commands {
        create: create("one_task", json!({"a": 1, "text": "some text", "list": [1, 2, 3]})),
        create_timer: create("timer_catch", json!({})),
        create_message: create("message_catch", json!({"order": "o-1"})),
        complete: encoded(ValueType::Job, json!({"variables": {"a": 2, "b": {"c": null}}})),
        publish: encoded(ValueType::Message, message),
    };
    Some((bare, commands))
}

/// A task: created, pushed to a stream, completed.
fn task(bare: &mut Bare, commands: &Commands) {
    bare.now_ms += 3;
    bare.give(ValueType::ProcessInstanceCreation, Intent(0), -1, &commands.create);
    let job = bare.pushed.pop().expect("the job is pushed");
    bare.engine.add_credit(1, 1);
    bare.give(ValueType::Job, JobIntent::Complete.into(), job, &commands.complete);
}

/// A timer: waited for and triggered.
fn timer(bare: &mut Bare, commands: &Commands) {
    bare.give(ValueType::ProcessInstanceCreation, Intent(0), -1, &commands.create_timer);
    bare.now_ms += 1_000;
    bare.run(None);
    while bare.engine.has_pending() {
        bare.run(None);
    }
}

/// A message: subscribed to and correlated.
fn message(bare: &mut Bare, commands: &Commands) {
    bare.now_ms += 3;
    bare.give(ValueType::ProcessInstanceCreation, Intent(0), -1, &commands.create_message);
    bare.give(ValueType::Message, MessageIntent::Publish.into(), -1, &commands.publish);
}

fn check(course: fn(&mut Bare, &Commands), record_count: u64) {
    let Some((mut bare, commands)) = prepared() else { return };
    (0..400).for_each(|_| course(&mut bare, &commands));
    let before = bare.record_count;
    let (count, ()) = allocations_of(|| (0..200).for_each(|_| course(&mut bare, &commands)));
    assert_eq!(bare.record_count - before, 200 * record_count, "records of 200 courses");
    assert_eq!(count, 0, "allocations in {} records", 200 * record_count);
}

#[test]
fn tasks_do_not_allocate() {
    check(task, 39);
}

#[test]
fn timers_do_not_allocate() {
    check(timer, 33);
}

#[test]
fn messages_do_not_allocate() {
    check(message, 45);
}
