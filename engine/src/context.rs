//! What a processor works with: the state to read, the log to write, follow-ups, answers, effects.
//!
//! An event is written into the entry's buffer and applied from those bytes: `log.event` gives a [`Written`],
//! [`Context::apply`] takes it. Rows may be borrowed from `state` while `log.event` encodes them, because the
//! two are separate fields; [`Context::event`] is the short form for values that borrow nothing from the
//! state.

use std::collections::VecDeque;
use std::sync::Arc;

use tidemill_dmn::DecisionEvaluator;
use tidemill_feel::Evaluator;
use tidemill_record::frame::{AnswerFrame, FrameKind};
use tidemill_record::value::Value;
use tidemill_record::{DeploymentIntent, Intent, ListBuffer, RejectionType, ValueType};

use crate::applier;
use crate::awaiting::{Awaiting, AwaitingResults};
use crate::behavior::document_order::DocumentOrder;
use crate::buffers::Buffers;
use crate::definition::{Definition, Definitions};
use crate::effects::Effects;
use crate::engine::EngineConfig;
use crate::keys::Keys;
use crate::log::{Log, Written};
use crate::state::State;
use crate::streams::JobStreams;

/// The command at hand, apart from its value.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// What it is about.
    pub value_type: ValueType,
    /// What shall happen.
    pub intent: Intent,
    /// The entity; -1 for none.
    pub key: i64,
    /// Who waits for the answer; -1 for nobody.
    pub request_id: i64,
}

/// Everything that processing one command may touch.
pub struct Context<'e, 'b, 'm> {
    /// All tables.
    pub state: &'e mut State,
    /// The records of the batch.
    pub log: &'e mut Log<'b, 'm>,
    /// Compiled definitions.
    pub definitions: &'e mut Definitions,
    /// Open job streams.
    pub streams: &'e mut JobStreams,
    /// Waiting creators.
    pub awaiting: &'e mut AwaitingResults,
    /// What leaves the partition.
    pub effects: &'e mut Effects,
    /// Follow-up commands written so far and not processed yet.
    pub queue: &'e mut VecDeque<Written>,
    /// Keys to draw.
    pub keys: &'e mut Keys,
    /// Scratch memory.
    pub buffers: &'e mut Buffers,
    /// Evaluates expressions.
    pub evaluator: &'e mut Evaluator,
    /// Evaluates decisions.
    pub decision_evaluator: &'e mut DecisionEvaluator,
    /// Orders the variables of documents.
    pub document_order: &'e mut DocumentOrder,
    /// Bounds and the partition.
    pub config: &'e EngineConfig,
    /// The command at hand.
    pub head: Head,
}

/// Whether the command was done or rejected; a rejection is written already.
pub type Outcome = Result<(), Rejected>;

/// The mark of a rejection that was written.
#[derive(Clone, Copy, Debug)]
pub struct Rejected;

impl Context<'_, '_, '_> {
    /// Engine time of the batch.
    pub fn now_ms(&self) -> i64 {
        self.log.timestamp
    }

    /// Draws a key.
    pub fn next_key(&mut self) -> i64 {
        self.keys.draw()
    }

    /// Writes an event and applies it.
    pub fn event<'a>(
        &mut self,
        key: i64,
        value_type: ValueType,
        intent: impl Into<Intent>,
        value: &impl Value<'a>,
    ) -> Written {
        let written = self.log.event(key, value_type, intent, value);
        self.apply(written);
        written
    }

    /// Applies an event that was written.
    pub fn apply(&mut self, written: Written) {
        // An event that did not fit is not applied: the batch takes the whole command back.
        if let Some(record) = self.log.view(written) {
            let applied = applier::apply(self.state, self.definitions, &record);
            assert!(applied, "no applier for an event that this engine writes: {:?}", record.header);
        }
    }

    /// Writes a follow-up command, to be processed after those written before.
    pub fn command<'a>(
        &mut self,
        key: i64,
        value_type: ValueType,
        intent: impl Into<Intent>,
        value: &impl Value<'a>,
    ) {
        let written = self.log.command(key, value_type, intent, value);
        self.queue.push_back(written);
    }

    /// Rejects the command at hand and answers so.
    pub fn reject(&mut self, rejection_type: RejectionType, reason: &str, value: &[u8]) -> Outcome {
        let head = self.head;
        let rejection = (rejection_type, reason);
        let _ = self.log.rejection(head.key, head.value_type, head.intent, rejection, value);
        self.answer_rejection(rejection, value);
        Err(Rejected)
    }

    /// Rejects the command at hand; the client is told another type than the record shows.
    pub fn reject_as(
        &mut self,
        recorded: RejectionType,
        answered: RejectionType,
        reason: &str,
        value: &[u8],
    ) -> Outcome {
        let head = self.head;
        let _ = self.log.rejection(head.key, head.value_type, head.intent, (recorded, reason), value);
        self.answer_rejection((answered, reason), value);
        Err(Rejected)
    }

    fn answer_rejection(&mut self, (rejection_type, rejection_reason): (RejectionType, &str), value: &[u8]) {
        if self.head.request_id < 0 {
            return;
        }
        let frame = AnswerFrame {
            request_id: self.head.request_id,
            partition_id: self.config.partition_id as i32,
            rejection_type,
            rejection_reason,
            value_type: self.head.value_type,
            intent: i32::from(self.head.intent.0),
            key: self.head.key,
            value,
        };
        self.effects.frame(FrameKind::Answer, &frame);
    }

    /// Answers the command at hand with a record of this batch.
    pub fn respond(&mut self, written: Written) {
        self.respond_to(self.head.request_id, written);
    }

    /// Answers the command at hand with itself: what it asks for follows.
    pub fn answer_with_command(&mut self, value: &[u8]) {
        if self.head.request_id < 0 {
            return;
        }
        let frame = AnswerFrame {
            request_id: self.head.request_id,
            partition_id: self.config.partition_id as i32,
            value_type: self.head.value_type,
            intent: i32::from(self.head.intent.0),
            key: self.head.key,
            value,
            ..AnswerFrame::default()
        };
        self.effects.frame(FrameKind::Answer, &frame);
    }

    /// Remembers who waits for a command to reach all partitions, and the answer.
    pub fn await_distribution(&mut self, key: i64, answer: Written) {
        if self.head.request_id < 0 {
            return;
        }
        if let Some(record) = self.log.view(answer) {
            let value = record.body.to_vec();
            let request_id = self.head.request_id;
            self.awaiting.insert(key, Awaiting { request_id, fetch_variables: ListBuffer::default(), value });
        }
    }

    /// Answers who waits for a deployment to reach all partitions.
    pub fn answer_distribution(&mut self, key: i64) {
        let Some(awaiting) = self.awaiting.remove(key) else { return };
        let frame = AnswerFrame {
            request_id: awaiting.request_id,
            partition_id: self.config.partition_id as i32,
            value_type: ValueType::Deployment,
            intent: i32::from(Intent::from(DeploymentIntent::Created).0),
            key,
            value: &awaiting.value,
            ..AnswerFrame::default()
        };
        self.effects.frame(FrameKind::Answer, &frame);
    }

    /// Answers a request with a record of this batch.
    pub fn respond_to(&mut self, request_id: i64, written: Written) {
        if request_id < 0 {
            return;
        }
        let Some(record) = self.log.view(written) else { return };
        let frame = AnswerFrame {
            request_id,
            partition_id: self.config.partition_id as i32,
            value_type: record.header.value_type,
            intent: i32::from(record.header.intent.0),
            key: record.header.key,
            value: record.body,
            ..AnswerFrame::default()
        };
        self.effects.frame(FrameKind::Answer, &frame);
    }

    /// The compiled definition; `None` when there is none with this key.
    pub fn definition(&mut self, key: i64) -> Option<Arc<Definition>> {
        self.definitions.get(self.state, key)
    }

    /// Whether the partition of a correlation key is another one, and which.
    pub fn is_own_partition(&self, partition_id: i32) -> bool {
        partition_id == self.config.partition_id as i32
    }
}
