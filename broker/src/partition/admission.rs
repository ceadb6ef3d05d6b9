//! Which commands are let in when the disk or the clients do not keep up: new work is refused before memory or latency
//! suffer; work that ends something is always taken.

use tidemill_core::limits;
use tidemill_record::{Intent, JobBatchIntent, MessageIntent, ProcessInstanceCreationIntent, ValueType};

/// An entry that waits longer than this for its disk keeps new work out, nanoseconds.
pub const STALL_NS_MAX: u64 = 1_000_000_000;

/// What the pipeline holds at the moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pressure {
    /// Entries appended and not committed.
    pub uncommitted_entries: u64,
    /// Bytes of effects that wait.
    pub held_bytes: usize,
    /// Age of the oldest uncommitted entry, nanoseconds.
    pub oldest_ns: u64,
    /// Memory of the state, bytes, and its budget.
    pub state_bytes: usize,
    /// The most that the state may take.
    pub state_bytes_max: usize,
    /// Whether the disk is nearly full.
    pub disk_full: bool,
}

/// Whether a command starts something, so that it may be refused under pressure.
pub fn is_new_work(value_type: ValueType, intent: Intent) -> bool {
    match value_type {
        ValueType::ProcessInstanceCreation => {
            intent == ProcessInstanceCreationIntent::Create.into()
                || intent == ProcessInstanceCreationIntent::CreateWithAwaitingResult.into()
        }
        ValueType::Message => intent == MessageIntent::Publish.into(),
        ValueType::JobBatch => intent == JobBatchIntent::Activate.into(),
        _ => false,
    }
}

/// Why a command is refused now, if it is. Answered RESOURCE_EXHAUSTED: clients back off and try again.
pub fn refusal(value_type: ValueType, intent: Intent, pressure: &Pressure) -> Option<&'static str> {
    if pressure.disk_full && intent_writes_much(value_type) {
        return Some("the disk of the broker's data directory is nearly full; free some space");
    }
    if !is_new_work(value_type, intent) {
        return None;
    }
    if pressure.uncommitted_entries >= limits::UNCOMMITTED_ENTRY_COUNT_MAX as u64 / 2 {
        return Some("too many commands wait for the disk; slow down and try again");
    }
    if pressure.held_bytes >= limits::HELD_OUTPUT_BYTES_MAX / 2 {
        return Some("too many answers wait to be taken; slow down and try again");
    }
    if pressure.oldest_ns >= STALL_NS_MAX {
        return Some("the disk is slow at the moment; try again");
    }
    if pressure.state_bytes >= pressure.state_bytes_max {
        return Some("the memory for running instances is used up; complete or cancel some");
    }
    None
}

/// While the disk is nearly full only what ends work is taken.
fn intent_writes_much(value_type: ValueType) -> bool {
    matches!(
        value_type,
        ValueType::ProcessInstanceCreation
            | ValueType::Message
            | ValueType::Deployment
            | ValueType::VariableDocument
            | ValueType::JobBatch
            | ValueType::DecisionEvaluation
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_record::JobIntent;

    fn check(pressure: Pressure, create_refused: bool, complete_refused: bool) {
        let budget = Pressure { state_bytes_max: 1 << 30, ..pressure };
        let create = ProcessInstanceCreationIntent::Create.into();
        let refused = refusal(ValueType::ProcessInstanceCreation, create, &budget).is_some();
        assert_eq!(refused, create_refused, "{pressure:?}");
        let refused = refusal(ValueType::Job, JobIntent::Complete.into(), &budget).is_some();
        assert_eq!(refused, complete_refused, "{pressure:?}");
    }

    #[test]
    fn new_work_is_refused_under_pressure_and_endings_never() {
        check(Pressure::default(), false, false);
        check(Pressure { uncommitted_entries: 2048, ..Pressure::default() }, true, false);
        check(Pressure { held_bytes: 16 << 20, ..Pressure::default() }, true, false);
        check(Pressure { oldest_ns: STALL_NS_MAX, ..Pressure::default() }, true, false);
        check(Pressure { state_bytes: 2 << 30, ..Pressure::default() }, true, false);
        check(Pressure { disk_full: true, ..Pressure::default() }, true, false);
    }
}
