//! A scenario of the real broker, given to the engine: the commands that came from outside are those of the golden
//! stream, value by value; files, streams and fetched variables are those of the scenario's steps.

use super::harness::{Cause, Harness};
use super::normalise::{Normaliser, absolute};
use super::script::KEY_BASE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use tidemill_record::frame::StreamOpenFrame;
use tidemill_record::{ListBuffer, ValueType};

/// Intents of commands that the broker gives itself when time has come.
const SCHEDULED: [(&str, &str); 4] =
    [("TIMER", "TRIGGER"), ("JOB", "TIME_OUT"), ("JOB", "RECUR_AFTER_BACKOFF"), ("MESSAGE_BATCH", "EXPIRE")];
/// Passes between two commands, so that points in time differ.
const STEP_MS: i64 = 7;

/// How golden streams name the content of a resource.
pub fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

pub struct Golden {
    pub name: String,
    steps: Vec<Value>,
    pub records: Vec<Value>,
}

fn is_outside(record: &Value) -> bool {
    record["recordType"] == "COMMAND" && record["sourceRecordPosition"] == -1
}

fn is_scheduled(record: &Value) -> bool {
    SCHEDULED
        .iter()
        .any(|(value_type, intent)| record["valueType"] == *value_type && record["intent"] == *intent)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Golden {
    /// Reads a scenario and its golden stream; `None` where the stream is absent.
    pub fn load(scenario: &Path) -> Option<Self> {
        let name = scenario.file_stem()?.to_str()?.to_owned();
        let stream = scenario.with_file_name(format!("../golden/{name}.jsonl"));
        let text = stream.exists().then(|| read(&stream))?;
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("a golden line is JSON"));
        let records = lines.filter(|line: &Value| line["kind"] == "record").collect();
        let scenario: Value = serde_json::from_str(&read(scenario)).expect("a scenario is JSON");
        Some(Self { name, steps: scenario["steps"].as_array().expect("steps").clone(), records })
    }

    /// Gives everything from outside to an engine; what came out, normalised.
    pub fn drive(&self, harness: &mut Harness, folder: &Path) -> Vec<Value> {
        let mut steps = Steps::new(&self.steps);
        // Streams open after as many commands as there are steps before them.
        let streams = self.steps.iter().enumerate().filter(|(_, step)| step.get("stream").is_some());
        let mut streams: VecDeque<(usize, &Value)> = streams.collect();
        let (mut scheduled, mut given) = (0, 0);
        for command in self.records.iter().filter(|record| is_outside(record)) {
            if is_scheduled(command) {
                scheduled += 1;
                self.pass_time(harness, scheduled);
                continue;
            }
            while let Some((_, step)) = streams.front().filter(|(index, _)| *index <= given) {
                open_stream(harness, step);
                streams.pop_front();
            }
            given += 1;
            let mut value = absolute(&command["value"], KEY_BASE + 1);
            steps.complete(command, &mut value, folder);
            let key = absolute(&command["key"], KEY_BASE + 1).as_i64().expect("a key");
            let text = |name: &str| command[name].as_str().expect("a name").to_owned();
            harness.now_ms += STEP_MS;
            harness.command(&text("valueType"), &text("intent"), key, &value);
        }
        let mut normaliser = Normaliser::new(KEY_BASE + 1, 1);
        harness.records.iter().map(|record| normaliser.record(record)).collect()
    }

    /// Moves the clock to what is due next until `count` scheduled commands were there.
    fn pass_time(&self, harness: &mut Harness, count: usize) {
        for _ in 0..100 {
            let seen =
                harness.records.iter().filter(|record| is_outside(record) && is_scheduled(record)).count();
            let Some(due_ms) = harness.engine.next_due_ms().filter(|_| seen < count) else { return };
            harness.now_ms = harness.now_ms.max(due_ms);
            harness.run(Cause::Due);
            harness.drain();
        }
    }
}

fn open_stream(harness: &mut Harness, step: &Value) {
    let mut names = ListBuffer::default();
    for name in step["fetch"].as_array().into_iter().flatten() {
        names.push(&name.as_str().expect("a variable's name"));
    }
    let frame = StreamOpenFrame {
        stream_id: 1,
        job_type: step["stream"].as_str().expect("a job type"),
        worker: step["worker"].as_str().unwrap_or("driver"),
        timeout: step["timeout_ms"].as_i64().unwrap_or(600_000),
        fetch_variables: names.as_list(),
        credit: 64,
    };
    assert!(harness.engine.open_stream(&frame), "a stream more");
}

/// What a golden command does not hold, or not in its order: golden lines are sorted by name.
struct Steps<'s> {
    by_operation: HashMap<&'static str, VecDeque<&'s Value>>,
}

/// Operations by the command that they cause: value type, part of the intent.
const OPERATIONS: [(&str, &str, &[&str]); 9] = [
    ("DEPLOYMENT", "CREATE", &["deploy", "deploy_process"]),
    ("JOB_BATCH", "ACTIVATE", &["activate", "activate_waiting"]),
    ("PROCESS_INSTANCE_CREATION", "CREATE", &["create", "create_with_result"]),
    ("JOB", "COMPLETE", &["complete"]),
    ("JOB", "FAIL", &["fail"]),
    ("JOB", "THROW_ERROR", &["throw_error"]),
    ("MESSAGE", "PUBLISH", &["publish"]),
    ("VARIABLE_DOCUMENT", "UPDATE", &["set_variables"]),
    ("DECISION_EVALUATION", "EVALUATE", &["evaluate", "evaluate_key"]),
];

/// The step's variables as a document; `None` where the gateway refuses them.
fn document(step: &Value) -> Option<Value> {
    let variables = step.get("set_variables").or(step.get("variables")).cloned().unwrap_or(json!({}));
    let document = match &variables {
        Value::String(text) => serde_json::from_str(text).ok()?,
        _ => variables,
    };
    document.is_object().then_some(document)
}

impl<'s> Steps<'s> {
    fn new(steps: &'s [Value]) -> Self {
        let of = |names: &[&str]| {
            let caused =
                |step: &&Value| names.iter().any(|name| step.get(name).is_some()) && document(step).is_some();
            steps.iter().filter(caused).collect()
        };
        Self { by_operation: OPERATIONS.iter().map(|(_, _, names)| (names[0], of(names))).collect() }
    }

    /// Puts into a command's value what its step says.
    fn complete(&mut self, command: &Value, value: &mut Value, folder: &Path) {
        let intent = command["intent"].as_str().expect("an intent");
        let same = |(value_type, start, _): &&(&str, &str, &[&str])| {
            command["valueType"] == *value_type && intent.starts_with(start)
        };
        let Some((value_type, _, names)) = OPERATIONS.iter().find(same) else { return };
        let queue = self.by_operation.get_mut(names[0]).expect("all operations are queued");
        let Some(step) = queue.pop_front() else { return };
        match *value_type {
            "DEPLOYMENT" => put_resources(value, step, folder),
            "JOB_BATCH" => put_fetch(value, step, "variables"),
            _ => {
                put_fetch(value, step, "fetchVariables");
                let document = document(step).expect("a document");
                assert_eq!(value["variables"], document, "the step caused this command");
                value["variables"] = document;
            }
        }
    }
}

fn put_resources(value: &mut Value, step: &Value, folder: &Path) {
    let files = step.get("deploy").or(step.get("deploy_process")).and_then(Value::as_array).expect("files");
    for (index, file) in files.iter().enumerate() {
        let bytes = std::fs::read(folder.join(file.as_str().expect("a file"))).expect("the scenario's file");
        value["resources"][index]["resource"] = json!(STANDARD.encode(bytes));
    }
}

fn put_fetch(value: &mut Value, step: &Value, field: &str) {
    if let Some(names) = step.get("fetch") {
        value[field] = names.clone();
    }
}

/// All scenarios with golden streams.
pub fn all(folder: &Path) -> Vec<Golden> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let scenarios = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    scenarios.filter_map(|path| Golden::load(path)).collect()
}

/// The value types that an engine may be asked about.
pub fn value_types() -> Vec<ValueType> {
    (0..=255).filter_map(ValueType::from_number).collect()
}
