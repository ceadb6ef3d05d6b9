//! Jobs that found no stream with credit, once credit has come back: pushed in the order of their keys.

use tidemill_record::{JobBatchIntent, SliceOut, ValueType};

use super::Engine;
use crate::behavior::push;
use crate::command::Processed;
use crate::context::{Context, Head};
use crate::effects::Effects;
use crate::limits::PUSHED_AT_ONCE_MAX;
use crate::table::text_hash_wide;

impl Engine {
    /// Whether [`Self::serve_streams`] may have something to do.
    pub fn has_hungry_streams(&self) -> bool {
        self.streams.hungry().is_some()
    }

    /// One entry: activatable jobs of a type for the streams of that type. With no records in the answer there is
    /// nothing to append.
    pub fn serve_streams(
        &mut self,
        entry_index: u64,
        now_ms: i64,
        out: &mut SliceOut<'_>,
        effects: &mut Effects,
    ) -> Processed {
        let mut log = self.begin_entry(entry_index, now_ms, out);
        (log.source_position, log.operation_reference) = (-1, -1);
        self.streams.command_begins();
        let Some(job_type) = self.streams.hungry().map(str::to_owned) else { return self.end_entry(&log) };
        let head = Head {
            value_type: ValueType::JobBatch,
            intent: JobBatchIntent::Activate.into(),
            key: -1,
            request_id: -1,
        };
        let mut context = self.context_of(&mut log, effects, head);
        push_waiting(&mut context, &job_type);
        self.end_entry(&log)
    }
}

fn push_waiting(context: &mut Context<'_, '_, '_>, job_type: &str) {
    let hash = text_hash_wide(job_type);
    let mut from = i64::MIN;
    for _ in 0..PUSHED_AT_ONCE_MAX {
        let Some(key) = context.state.activatable_from(hash, from) else {
            return context.streams.sated(job_type);
        };
        from = key + 1;
        let same = context.state.job(key).expect("an activatable job is there").job.job_type == job_type;
        if same && !push::push(context, key) {
            return;
        }
    }
}
