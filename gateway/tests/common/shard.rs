//! The other end of the rings.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use tidemill_core::ring::{Consumer, Producer};
use tidemill_core::wake::{Sleeper, Waker, waker};
use tidemill_record::frame::*;
use tidemill_record::value::*;
use tidemill_record::*;

/// What a shard knows and was told.
#[derive(Default)]
pub struct State {
    /// Activatable jobs by type: keys.
    pub jobs: BTreeMap<String, VecDeque<i64>>,
    /// Everything that came, as `KIND VALUE_TYPE INTENT key partition`.
    pub seen: Vec<String>,
    /// Partitions that refuse creations, and how.
    pub refuse: BTreeMap<i32, i32>,
    /// Commands are kept and not answered.
    pub silent: bool,
    /// Nothing is read from the rings.
    pub paused: bool,
    /// Types that a gateway thread wants a notice of, with the thread.
    pub interest: Vec<(usize, String)>,
    /// Credit by stream, with the thread that opened it.
    pub streams: BTreeMap<i64, (usize, i32)>,
    /// Frames to send: thread, kind, bytes.
    pub outgoing: Vec<(usize, FrameKind, Vec<u8>)>,
    /// Bytes of the last command's value.
    pub last_value: Vec<u8>,
    next_counter: u64,
}

impl State {
    /// A job becomes activatable: whoever asked for a notice gets one.
    pub fn add_job(&mut self, job_type: &str, key: i64) {
        self.jobs.entry(job_type.to_owned()).or_default().push_back(key);
        let (told, rest) = std::mem::take(&mut self.interest).into_iter().partition(|(_, t)| t == job_type);
        self.interest = rest;
        for (thread, job_type) in Vec::<(usize, String)>::from_iter(told) {
            let frame = encoded(&JobInterestFrame { job_type: &job_type });
            self.outgoing.push((thread, FrameKind::JobsAvailable, frame));
        }
    }

    /// Pushes a job to a stream, credit or not.
    pub fn push(&mut self, stream_id: i64, key: i64) {
        let (thread, credit) = self.streams.get_mut(&stream_id).expect("an open stream");
        *credit -= 1;
        let job = encoded(&JobValue { job_type: "pushed", retries: 3, ..Default::default() });
        let frame = PushFrame { stream_id, job_key: key, job: &job, ..Default::default() };
        self.outgoing.push((*thread, FrameKind::Push, encoded(&frame)));
    }

    /// How often something came.
    pub fn count(&self, what: &str) -> usize {
        self.seen.iter().filter(|seen| seen.starts_with(what)).count()
    }

    fn key(&mut self, partition_id: i32) -> i64 {
        self.next_counter += 1;
        compose_key(partition_id as u32, self.next_counter)
    }
}

/// The thread.
pub struct FakeShard {
    sleeper: Option<Sleeper>,
    waker: Waker,
    rings: Vec<(Consumer, Producer)>,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Default for FakeShard {
    fn default() -> Self {
        let (sleeper, waker) = waker().unwrap();
        let (state, stop) = Default::default();
        Self { sleeper: Some(sleeper), waker, rings: Vec::new(), state, stop, thread: None }
    }
}

impl FakeShard {
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    pub fn add_rings(&mut self, consumer: Consumer, producer: Producer) {
        self.rings.push((consumer, producer));
    }

    /// What it knows, to read and change.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.waker.wake();
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub fn start(&mut self) {
        let (state, stop) = (self.state.clone(), self.stop.clone());
        let mut sleeper = self.sleeper.take().expect("started once");
        let mut rings = std::mem::take(&mut self.rings);
        self.thread = Some(std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                turn(&mut state.lock().unwrap(), &mut rings);
                if sleeper.prepare_sleep() {
                    sleeper.wait(Some(1));
                }
            }
        }));
    }

    /// Ends the thread, and with it the rings.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for FakeShard {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.waker.wake();
    }
}

fn turn(state: &mut State, rings: &mut [(Consumer, Producer)]) {
    for (thread, kind, bytes) in std::mem::take(&mut state.outgoing) {
        rings[thread].1.send(kind as u32, &bytes).unwrap();
    }
    if state.paused {
        return;
    }
    for (thread, (consumer, producer)) in rings.iter_mut().enumerate() {
        while let Some(frame) = consumer.read() {
            let kind = FrameKind::from_tag(frame.kind()).expect("a known kind");
            let Some((kind, answer)) = take(state, thread, kind, &frame) else { continue };
            while producer.send(kind as u32, &answer).is_err() {
                std::thread::yield_now();
            }
        }
    }
}

fn take(state: &mut State, thread: usize, kind: FrameKind, bytes: &[u8]) -> Option<(FrameKind, Vec<u8>)> {
    match kind {
        FrameKind::Command => command(state, &CommandFrame::take(bytes).unwrap()),
        FrameKind::JobInterest => {
            let frame = JobInterestFrame::take(bytes).unwrap();
            state.seen.push(format!("INTEREST {}", frame.job_type));
            state.interest.push((thread, frame.job_type.to_owned()));
            None
        }
        FrameKind::StreamOpen => {
            let frame = StreamOpenFrame::take(bytes).unwrap();
            state.seen.push(format!("OPEN {} {} {}", frame.job_type, frame.worker, frame.timeout));
            state.streams.insert(frame.stream_id, (thread, frame.credit));
            None
        }
        FrameKind::StreamCredit => {
            let frame = StreamCreditFrame::take(bytes).unwrap();
            state.streams.get_mut(&frame.stream_id).unwrap().1 += frame.credit;
            None
        }
        FrameKind::StreamClose => {
            let frame = StreamCreditFrame::take(bytes).unwrap();
            state.seen.push("CLOSE".to_owned());
            state.streams.remove(&frame.stream_id);
            None
        }
        FrameKind::Query => {
            let frame = QueryFrame::take(bytes).unwrap();
            let json = format!("[{{\"{}\":{}}}]", frame.question, frame.partition_id);
            let found = frame.key == -1 || frame.key & 0xffff == 1;
            let answer = QueryAnswerFrame { request_id: frame.request_id, found, json: &json };
            Some((FrameKind::QueryAnswer, encoded(&answer)))
        }
        other => panic!("a gateway sent {other:?}"),
    }
}

fn command(state: &mut State, command: &CommandFrame<'_>) -> Option<(FrameKind, Vec<u8>)> {
    let name = command.intent().unwrap().name(command.value_type);
    let value_type = command.value_type.name();
    let CommandFrame { key, partition_id, .. } = *command;
    state.seen.push(format!("COMMAND {value_type} {name} {key} {partition_id}"));
    state.last_value = command.value.to_vec();
    if command.value_type == ValueType::Job && name == "YIELD" {
        return None;
    }
    let creates = command.value_type == ValueType::ProcessInstanceCreation;
    if let Some(code) = state.refuse.get(&partition_id).filter(|_| creates) {
        let frame = RefusalFrame { request_id: command.request_id, code: *code, message: "busy" };
        return Some((FrameKind::Refusal, encoded(&frame)));
    }
    if state.silent {
        return None;
    }
    let answer = AnswerFrame {
        request_id: command.request_id,
        partition_id,
        value_type: command.value_type,
        intent: command.intent,
        key,
        value: command.value,
        ..Default::default()
    };
    if key & 0xffff == 404 {
        let reason = "Expected to find it, but no such thing was found";
        let rejection_type = RejectionType::NotFound;
        let frame = AnswerFrame { rejection_type, rejection_reason: reason, ..answer };
        return Some((FrameKind::Answer, encoded(&frame)));
    }
    let bytes = match command.value_type {
        ValueType::JobBatch => activate(state, command, answer),
        ValueType::ProcessInstanceCreation => create(state, command, answer)?,
        ValueType::Deployment => deploy(state, command, answer),
        ValueType::Message | ValueType::VariableDocument => {
            encoded(&AnswerFrame { key: state.key(partition_id), ..answer })
        }
        _ => encoded(&answer),
    };
    Some((FrameKind::Answer, bytes))
}

fn activate(state: &mut State, command: &CommandFrame<'_>, answer: AnswerFrame<'_>) -> Vec<u8> {
    let batch = JobBatchValue::take(command.value).unwrap();
    if batch.job_type.is_empty() {
        let reason = "Expected to activate job batch with type to be present, but it was blank";
        let rejection_type = RejectionType::InvalidArgument;
        return encoded(&AnswerFrame { rejection_type, rejection_reason: reason, ..answer });
    }
    let here = |key: &i64| partition_of_key(*key) == i64::from(command.partition_id);
    let queue = state.jobs.entry(batch.job_type.to_owned()).or_default();
    let wanted = batch.max_jobs_to_activate.max(0) as usize;
    let given: Vec<i64> = queue.iter().copied().filter(here).take(wanted).collect();
    queue.retain(|key| !given.contains(key));
    let (mut keys, mut jobs) = (ListBuffer::default(), ListBuffer::default());
    for key in &given {
        keys.push(key);
        jobs.push(&JobValue {
            job_type: batch.job_type,
            worker: batch.worker,
            retries: 3,
            ..Default::default()
        });
    }
    let value = encoded(&JobBatchValue { job_keys: keys.as_list(), jobs: jobs.as_list(), ..batch });
    let intent = JobBatchIntent::Activated as i32;
    encoded(&AnswerFrame { intent, value: &value, ..answer })
}

fn create(state: &mut State, command: &CommandFrame<'_>, answer: AnswerFrame<'_>) -> Option<Vec<u8>> {
    let creation = ProcessInstanceCreationValue::take(command.value).unwrap();
    let process_instance_key = state.key(command.partition_id);
    if command.intent == ProcessInstanceCreationIntent::Create as i32 {
        let value = encoded(&ProcessInstanceCreationValue { version: 3, process_instance_key, ..creation });
        return Some(encoded(&AnswerFrame { key: process_instance_key, value: &value, ..answer }));
    }
    if creation.bpmn_process_id == "never" {
        return None;
    }
    let value = encoded(&ProcessInstanceResultValue {
        bpmn_process_id: creation.bpmn_process_id,
        process_instance_key,
        variables: creation.variables,
        ..Default::default()
    });
    let value_type = ValueType::ProcessInstanceResult;
    Some(encoded(&AnswerFrame { value_type, intent: 0, value: &value, ..answer }))
}

fn deploy(state: &mut State, command: &CommandFrame<'_>, answer: AnswerFrame<'_>) -> Vec<u8> {
    let deployment = DeploymentValue::take(command.value).unwrap();
    let mut processes = ListBuffer::default();
    for file in deployment.resources.iter() {
        processes.push(&ProcessMetadata {
            resource_name: file.resource_name,
            version: 1,
            ..Default::default()
        });
    }
    let value = encoded(&DeploymentValue { processes_metadata: processes.as_list(), ..deployment });
    encoded(&AnswerFrame { key: state.key(command.partition_id), value: &value, ..answer })
}
