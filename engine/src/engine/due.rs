//! What becomes due: timers, job deadlines, back-offs, messages, subscription commands without an answer.
//!
//! Each due item becomes a command without a source, as if it came from outside, and runs a batch of its own.
//! A sweep takes a bounded number; what is left is due at once.

use tidemill_record::value::{JobValue, MessageBatchValue, TimerValue, Value};
use tidemill_record::{Document, Intent, JobIntent, MessageBatchIntent, SliceOut, TimerIntent, ValueType};

use super::Engine;
use crate::command::{Command, Processed};
use crate::effects::Effects;
use crate::limits::{DUE_IN_SWEEP_MAX, EXPIRED_IN_SWEEP_MAX, RECORDS_IN_BATCH_SOFT};
use crate::log::Log;

/// The kinds of due items, in the order of a sweep.
#[derive(Clone, Copy, Debug)]
enum Due {
    Timer(i64),
    TimeOut(i64),
    Recur(i64),
}

impl Engine {
    /// When [`Self::process_due`] has something to do next, epoch ms.
    pub fn next_due_ms(&self) -> Option<i64> {
        let state = &self.state;
        let pairs = [&state.due_timers, &state.deadlines, &state.backoffs, &state.message_deadlines];
        let firsts = pairs.into_iter().filter_map(|index| index.first().map(|(at_ms, _)| at_ms));
        firsts.chain(self.next_resend_ms()).min()
    }

    /// One entry: a bounded sweep of what is due at `now_ms`. With no records in the answer there is nothing
    /// to append, though commands to other partitions may have been sent again.
    pub fn process_due(
        &mut self,
        entry_index: u64,
        now_ms: i64,
        out: &mut SliceOut<'_>,
        effects: &mut Effects,
    ) -> Processed {
        let mut log = self.begin_entry(entry_index, now_ms, out);
        let now_ms = log.timestamp;
        self.resend(now_ms, effects);
        for _ in 0..DUE_IN_SWEEP_MAX {
            let Some(due) = self.first_due(now_ms) else { break };
            self.run_due(due, &mut log, effects);
            if log.record_count as usize > RECORDS_IN_BATCH_SOFT {
                break;
            }
        }
        self.expire_messages(now_ms, &mut log, effects);
        self.end_entry(&log)
    }

    fn first_due(&self, now_ms: i64) -> Option<Due> {
        let state = &self.state;
        let due = |(at_ms, _): &(i64, i64)| *at_ms <= now_ms;
        let timer = state.due_timers.first().filter(due).map(|(_, key)| Due::Timer(key));
        timer
            .or_else(|| state.deadlines.first().filter(due).map(|(_, key)| Due::TimeOut(key)))
            .or_else(|| state.backoffs.first().filter(due).map(|(_, key)| Due::Recur(key)))
    }

    fn run_due(&mut self, due: Due, log: &mut Log<'_, '_>, effects: &mut Effects) {
        let mut value = self.buffers.take();
        let (key, value_type, intent): (i64, ValueType, Intent) = match due {
            Due::Timer(key) => {
                let timer: TimerValue<'_> = self.state.timer(key).expect("a due timer is there");
                timer.put(&mut value);
                (key, ValueType::Timer, TimerIntent::Trigger.into())
            }
            Due::TimeOut(key) => {
                self.put_job_value(key, &mut value);
                (key, ValueType::Job, JobIntent::TimeOut.into())
            }
            Due::Recur(key) => {
                self.put_job_value(key, &mut value);
                (key, ValueType::Job, JobIntent::RecurAfterBackoff.into())
            }
        };
        self.run_scheduled(key, value_type, intent, &value, log, effects);
        self.buffers.give(value);
    }

    fn put_job_value(&self, key: i64, value: &mut Vec<u8>) {
        let job = self.state.job(key).expect("a due job is there").job;
        JobValue { variables: Document::EMPTY, ..job }.put(value);
    }

    fn run_scheduled(
        &mut self,
        key: i64,
        value_type: ValueType,
        intent: Intent,
        value: &[u8],
        log: &mut Log<'_, '_>,
        effects: &mut Effects,
    ) {
        let command = Command { value_type, intent, key, operation_reference: -1, request_id: -1, value };
        self.run_command_from_outside(&command, log, effects);
    }

    fn expire_messages(&mut self, now_ms: i64, log: &mut Log<'_, '_>, effects: &mut Effects) {
        let due = self.state.message_deadlines.range_from((i64::MIN, i64::MIN));
        let mut keys = tidemill_record::ListBuffer::default();
        due.take_while(|(at_ms, _)| *at_ms <= now_ms)
            .take(EXPIRED_IN_SWEEP_MAX)
            .for_each(|(_, key)| keys.push(&key));
        if keys.is_empty() || log.record_count as usize > RECORDS_IN_BATCH_SOFT {
            return;
        }
        let mut value = self.buffers.take();
        MessageBatchValue { message_keys: keys.as_list() }.put(&mut value);
        let intent = MessageBatchIntent::Expire.into();
        self.run_scheduled(-1, ValueType::MessageBatch, intent, &value, log, effects);
        self.buffers.give(value);
    }
}
