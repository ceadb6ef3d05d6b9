//! One partition driven by hand: JSON commands in, records as exporter JSON out, a clock that only moves when told.
//!
//! Everything that went in is kept, so that a run can be replayed, undone and repeated.

use serde_json::Value;
use std::collections::HashMap;
use tidemill_engine::table::Registry;
use tidemill_engine::{Command, Effect, Effects, Engine, EngineConfig, Processed};
use tidemill_record::frame::{AnswerFrame, FrameKind, PushFrame};
use tidemill_record::json_reader::put_json_value;
use tidemill_record::print::print_record;
use tidemill_record::value::Value as _;
use tidemill_record::{Intent, RejectionType, SliceOut, ValueType, records};

pub const START_MS: i64 = 1_700_000_000_000;
const BUFFER_BYTES: usize = 8 << 20;

/// A command as it was given.
#[derive(Clone, Debug)]
pub struct Given {
    pub value_type: ValueType,
    pub intent: Intent,
    pub key: i64,
    pub request_id: i64,
    pub value: Vec<u8>,
}

/// Why an entry was written.
#[derive(Clone, Debug)]
pub enum Cause {
    Command(Given),
    Pending,
    Due,
}

/// An entry of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub index: u64,
    pub now_ms: i64,
    pub cause: Cause,
    pub bytes: Vec<u8>,
}

/// What came back for a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub request_id: i64,
    pub rejection_type: RejectionType,
    pub reason: String,
    pub key: i64,
    pub value_type: ValueType,
    pub value: Vec<u8>,
}

pub struct Harness {
    pub engine: Engine,
    pub now_ms: i64,
    pub log: Vec<Entry>,
    /// All records so far, as exporters print them.
    pub records: Vec<Value>,
    /// Their keys by value type and intent.
    keys: HashMap<(String, String), Vec<i64>>,
    pub answers: Vec<Answer>,
    /// Pushed jobs: stream and job key.
    pub pushes: Vec<(i64, i64)>,
    pub jobs_available: Vec<String>,
    /// Commands for other partitions: the partition and the encoded record.
    pub sent: Vec<(i32, Vec<u8>)>,
    pub config: EngineConfig,
    pub entry_index: u64,
    /// Effects of the last entry only; kept for its memory.
    effects: Effects,
    buffer: Vec<u8>,
    request_id: i64,
}

fn kind_of(record: &Value) -> (String, String) {
    let text = |name: &str| record[name].as_str().expect("a name").to_owned();
    (text("valueType"), text("intent"))
}

pub fn config() -> EngineConfig {
    EngineConfig::new(1, 1)
}

impl Harness {
    pub fn new() -> Self {
        Self::with(config())
    }

    pub fn with(config: EngineConfig) -> Self {
        Self {
            engine: Engine::new(config.clone()),
            now_ms: START_MS,
            log: Vec::new(),
            records: Vec::new(),
            keys: HashMap::new(),
            answers: Vec::new(),
            pushes: Vec::new(),
            jobs_available: Vec::new(),
            sent: Vec::new(),
            config,
            entry_index: 0,
            effects: Effects::default(),
            buffer: vec![0; BUFFER_BYTES],
            request_id: 0,
        }
    }

    /// Processes a command and everything left over by it; the records it caused.
    pub fn command(&mut self, value_type: &str, intent: &str, key: i64, value: &Value) -> Vec<Value> {
        let value_type = ValueType::from_name(value_type).expect("a value type of the protocol");
        let intent = Intent::from_name(value_type, intent).expect("an intent of the value type");
        let mut bytes = Vec::new();
        put_json_value(value_type, value, &mut bytes).expect("a usable value");
        self.raw_command(value_type, intent, key, bytes)
    }

    /// The same for a value of any bytes.
    pub fn raw_command(
        &mut self,
        value_type: ValueType,
        intent: Intent,
        key: i64,
        value: Vec<u8>,
    ) -> Vec<Value> {
        let first = self.records.len();
        self.request_id += 1;
        let given = Given { value_type, intent, key, request_id: self.request_id, value };
        self.run(Cause::Command(given));
        self.drain();
        self.records[first..].to_vec()
    }

    /// Goes on with left-over follow-ups until there are none.
    pub fn drain(&mut self) {
        for _ in 0..10_000 {
            if !self.engine.has_pending() {
                return;
            }
            self.run(Cause::Pending);
        }
        panic!("left-over commands never end");
    }

    /// Lets time pass and everything happen that is due by then; the records it caused.
    pub fn wait(&mut self, duration_ms: i64) -> Vec<Value> {
        let first = self.records.len();
        let end_ms = self.now_ms + duration_ms;
        for _ in 0..10_000 {
            match self.engine.next_due_ms().filter(|due_ms| *due_ms <= end_ms) {
                None => {
                    self.now_ms = end_ms;
                    return self.records[first..].to_vec();
                }
                Some(due_ms) => self.now_ms = self.now_ms.max(due_ms),
            }
            self.run(Cause::Due);
            self.drain();
        }
        panic!("due work never ends");
    }

    /// Writes one entry.
    pub fn run(&mut self, cause: Cause) -> Processed {
        let index = self.entry_index + 1;
        let mut out = SliceOut::new(&mut self.buffer);
        self.effects.clear();
        let processed = match &cause {
            Cause::Command(given) => {
                let command = Command {
                    value_type: given.value_type,
                    intent: given.intent,
                    key: given.key,
                    operation_reference: -1,
                    request_id: given.request_id,
                    value: &given.value,
                };
                self.engine.process(index, &command, self.now_ms, &mut out, &mut self.effects)
            }
            Cause::Pending => self.engine.process_pending(index, self.now_ms, &mut out, &mut self.effects),
            Cause::Due => self.engine.process_due(index, self.now_ms, &mut out, &mut self.effects),
        };
        assert!(!out.overflowed(), "an entry is whole");
        let bytes = out.bytes().to_vec();
        assert_eq!(processed.record_count == 0, bytes.is_empty(), "no record, no bytes");
        if !bytes.is_empty() {
            self.entry_index = index;
            self.note_records(&bytes, processed);
            self.log.push(Entry { index, now_ms: self.now_ms, cause, bytes });
        }
        self.note_effects();
        processed
    }

    fn note_records(&mut self, bytes: &[u8], processed: Processed) {
        let mut position = processed.first_position;
        for record in records(bytes) {
            let record = record.expect("a record that the engine wrote");
            assert_eq!(record.header.position, position, "positions are contiguous");
            assert_eq!(record.header.timestamp, processed.timestamp);
            position += 1;
            let mut line = String::new();
            print_record(self.config.partition_id, &record, &mut line)
                .expect("a value that the engine wrote");
            let json: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            self.keys.entry(kind_of(&json)).or_default().push(json["key"].as_i64().expect("a key"));
            self.records.push(json);
        }
        assert_eq!(processed.last_position, position - 1);
        assert_eq!(self.engine.next_position(), position);
    }

    fn note_effects(&mut self) {
        for effect in self.effects.iter() {
            match effect {
                Effect::Frame(FrameKind::Answer, bytes) => {
                    let frame = AnswerFrame::take(bytes).expect("an answer");
                    self.answers.push(Answer {
                        request_id: frame.request_id,
                        rejection_type: frame.rejection_type,
                        reason: frame.rejection_reason.to_owned(),
                        key: frame.key,
                        value_type: frame.value_type,
                        value: frame.value.to_vec(),
                    });
                }
                Effect::Frame(FrameKind::Push, bytes) => {
                    let frame = PushFrame::take(bytes).expect("a push");
                    self.pushes.push((frame.stream_id, frame.job_key));
                }
                Effect::Frame(FrameKind::JobsAvailable, bytes) => {
                    let frame = tidemill_record::frame::JobInterestFrame::take(bytes).expect("a notice");
                    self.jobs_available.push(frame.job_type.to_owned());
                }
                Effect::Send(frame) => {
                    assert!(
                        frame.partition_id as u32 <= self.config.partition_count,
                        "a partition that exists"
                    );
                    self.sent.push((frame.partition_id, frame.record.to_vec()));
                }
                other => panic!("engines do not cause {other:?}"),
            }
        }
    }

    /// A second engine that only applied this one's log.
    pub fn replayed(&self) -> Engine {
        let mut engine = Engine::new(self.config.clone());
        for entry in &self.log {
            engine
                .apply(entry.index, &entry.bytes)
                .unwrap_or_else(|error| panic!("{}: {error}", entry.index));
        }
        engine
    }

    /// Replay must end in the same state.
    pub fn check_replay(&self) {
        let replayed = self.replayed();
        assert_eq!(replayed.digest(), self.engine.digest(), "replay ends in another state");
        assert_eq!(replayed.next_position(), self.engine.next_position());
        assert_eq!(replayed.has_pending(), self.engine.has_pending());
        // When commands are sent again to other partitions is volatile.
        if self.config.partition_count == 1 {
            assert_eq!(replayed.next_due_ms(), self.engine.next_due_ms());
        }
    }

    /// Keys of all records of this kind, in order.
    pub fn keys_of(&self, value_type: &str, intent: &str) -> &[i64] {
        self.keys.get(&(value_type.to_owned(), intent.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// How many rows each table holds, but the one of counters.
    pub fn row_counts(&self) -> Vec<(&'static str, usize)> {
        fn counts<R: Registry>(state: &R) -> Vec<(&'static str, usize)> {
            R::TABLES[1..]
                .iter()
                .map(|(id, name)| (*name, state.store(*id).expect("declared").row_count()))
                .collect()
        }
        counts(self.engine.state())
    }

    /// Takes back every entry behind the first `keep` ones and gives their causes.
    pub fn undo_to(&mut self, keep: usize) -> Vec<Entry> {
        let undone = self.log.split_off(keep);
        self.entry_index = self.log.last().map_or(0, |entry| entry.index);
        self.engine.undo_after(self.entry_index);
        let count = self.log.iter().map(|entry| records(&entry.bytes).count()).sum();
        for record in self.records.split_off(count) {
            self.keys.get_mut(&kind_of(&record)).and_then(Vec::pop).expect("each record's key was noted");
        }
        undone
    }
}
