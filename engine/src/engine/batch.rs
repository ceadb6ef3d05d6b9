//! One batch: an outside command and the follow-ups it causes, in the order they were written.
//!
//! Fault model: a command that panics, or that finds a broken invariant, is taken back alone; its instance is
//! set aside and an ERROR record tells. A command whose records do not fit is taken back; the outside command
//! is then rejected, a follow-up is left for a batch of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tidemill_record::value::ErrorValue;
use tidemill_record::{ErrorIntent, RecordView, RejectionType, ValueType};

use super::Engine;
use crate::context::{Context, Head};
use crate::effects::Effects;
use crate::keys::Keys;
use crate::limits::{RECORDS_IN_BATCH_MAX, RECORDS_IN_BATCH_SOFT};
use crate::log::{Log, LogMark};
use crate::processor;
use crate::state::BytesRow;
use crate::table::{Registry, UndoPoint};

/// Where a command began, in everything that it may change.
struct Begin {
    log: LogMark,
    effects: (usize, usize),
    queue: usize,
    keys: Keys,
    point: UndoPoint,
}

/// How processing one command ended.
enum End {
    Done,
    Overflow,
    Failed(String),
}

impl Engine {
    /// Processes the record in `self.current` and every follow-up until the bounds of the batch.
    pub(super) fn run_batch(&mut self, log: &mut Log<'_, '_>, effects: &mut Effects, request_id: i64) {
        assert!(self.queue.is_empty(), "a batch starts without follow-ups");
        let first_record = log.record_count;
        self.run_outside(log, effects, request_id);
        let mut command_count = 1;
        while let Some(written) = self.queue.front().copied() {
            let records = (log.record_count - first_record) as usize;
            if command_count >= self.config.max_commands_in_batch || records >= RECORDS_IN_BATCH_SOFT {
                break;
            }
            self.queue.pop_front();
            self.current.clear();
            self.current.extend_from_slice(log.bytes(written));
            log.mark_processed(written);
            match self.run_command(log, effects, -1) {
                End::Done => {}
                End::Overflow => {
                    log.mark_unprocessed(written);
                    self.queue.push_front(written);
                    break;
                }
                End::Failed(message) => self.set_aside(log, effects, -1, &message),
            }
            command_count += 1;
        }
        self.leave_rest(log);
    }

    fn run_outside(&mut self, log: &mut Log<'_, '_>, effects: &mut Effects, request_id: i64) {
        match self.run_command(log, effects, request_id) {
            End::Done => {}
            End::Overflow => {
                let reason =
                    "Expected to process the command, but what follows from it exceeds the size of a batch";
                self.reject_current(
                    log,
                    effects,
                    request_id,
                    (RejectionType::ExceededBatchRecordSize, reason),
                );
            }
            End::Failed(message) => self.set_aside(log, effects, request_id, &message),
        }
    }

    /// Processes `self.current`. What it did is taken back when it did not end well.
    fn run_command(&mut self, log: &mut Log<'_, '_>, effects: &mut Effects, request_id: i64) -> End {
        let begin = Begin {
            log: log.mark(),
            effects: effects.mark(),
            queue: self.queue.len(),
            keys: self.keys,
            point: self.state.undo.point(),
        };
        self.streams.command_begins();
        self.awaiting.command_begins();
        let current = std::mem::take(&mut self.current);
        let (record, _) = RecordView::read(&current).expect("the engine copies whole records");
        let mut context = self.context(log, effects, &record, request_id);
        let result = catch_unwind(AssertUnwindSafe(|| processor::process(&mut context, record.body)));
        let records = log.record_count as usize;
        let end = match result {
            Ok(_) if log.overflowed() || records > RECORDS_IN_BATCH_MAX => End::Overflow,
            Ok(_) => End::Done,
            Err(panic) => End::Failed(panic_message(panic.as_ref())),
        };
        self.current = current;
        if !matches!(end, End::Done) {
            self.take_back(log, effects, &begin);
        }
        end
    }

    fn take_back(&mut self, log: &mut Log<'_, '_>, effects: &mut Effects, begin: &Begin) {
        log.truncate(begin.log);
        effects.truncate(begin.effects);
        self.queue.truncate(begin.queue);
        self.keys = begin.keys;
        self.state.take_back(begin.point);
        self.streams.command_failed();
        self.awaiting.command_failed();
        self.definitions.clear();
    }

    /// Tells that processing failed and sets the instance aside.
    fn set_aside(&mut self, log: &mut Log<'_, '_>, effects: &mut Effects, request_id: i64, message: &str) {
        let current = std::mem::take(&mut self.current);
        let (record, _) = RecordView::read(&current).expect("the engine copies whole records");
        let instance = processor::instance_of(&self.state, &record).unwrap_or(-1);
        let value = ErrorValue {
            exception_message: message,
            stacktrace: "",
            error_event_position: record.header.position,
            process_instance_key: instance,
        };
        let mut context = self.context(log, effects, &record, request_id);
        context.event(record.header.key, ValueType::Error, ErrorIntent::Created, &value);
        self.current = current;
        self.reject_current(log, effects, request_id, (RejectionType::ProcessingError, message));
    }

    /// Rejects `self.current`; when not even that fits, without its value.
    pub(super) fn reject_current(
        &mut self,
        log: &mut Log<'_, '_>,
        effects: &mut Effects,
        request_id: i64,
        rejection: (RejectionType, &str),
    ) {
        let current = std::mem::take(&mut self.current);
        let (record, _) = RecordView::read(&current).expect("the engine copies whole records");
        let (mark, effects_mark) = (log.mark(), effects.mark());
        for value in [record.body, &[]] {
            let mut context = self.context(log, effects, &record, request_id);
            let _ = context.reject(rejection.0, rejection.1, value);
            if !log.overflowed() {
                break;
            }
            log.truncate(mark);
            effects.truncate(effects_mark);
        }
        self.current = current;
    }

    /// Leaves follow-ups that were not processed for later batches.
    fn leave_rest(&mut self, log: &Log<'_, '_>) {
        while let Some(written) = self.queue.pop_front() {
            let bytes = log.bytes(written);
            let (record, _) = RecordView::read(bytes).expect("the log holds whole records");
            self.remember(record.header.position, bytes);
        }
    }

    /// Remembers a command that is on the log and not processed.
    pub(super) fn remember(&mut self, position: i64, bytes: &[u8]) {
        self.state.pending.put(&mut self.state.undo, position, &BytesRow { bytes });
    }

    fn context<'e, 'b, 'm>(
        &'e mut self,
        log: &'e mut Log<'b, 'm>,
        effects: &'e mut Effects,
        record: &RecordView<'_>,
        request_id: i64,
    ) -> Context<'e, 'b, 'm> {
        let head = Head {
            value_type: record.header.value_type,
            intent: record.header.intent,
            key: record.header.key,
            request_id,
        };
        self.context_of(log, effects, head)
    }

    /// Everything that what `head` names may touch.
    pub(super) fn context_of<'e, 'b, 'm>(
        &'e mut self,
        log: &'e mut Log<'b, 'm>,
        effects: &'e mut Effects,
        head: Head,
    ) -> Context<'e, 'b, 'm> {
        Context {
            state: &mut self.state,
            log,
            definitions: &mut self.definitions,
            streams: &mut self.streams,
            awaiting: &mut self.awaiting,
            effects,
            queue: &mut self.queue,
            keys: &mut self.keys,
            buffers: &mut self.buffers,
            evaluator: &mut self.evaluator,
            decision_evaluator: &mut self.decision_evaluator,
            document_order: &mut self.document_order,
            config: &self.config,
            head,
        }
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "processing failed without a message".to_owned())
}
