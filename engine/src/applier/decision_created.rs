//! DECISION CREATED: a version of a decision can be evaluated.

use tidemill_record::value::DecisionValue;

use super::Applying;
use crate::state::{LatestDecisionRow, NumberRow};
use crate::table::text_hash_wide;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: DecisionValue<'_> = applying.value();
    let key = value.decision_key;
    let id = text_hash_wide(value.decision_id);
    let state = &mut *applying.state;
    state.decisions.put(&mut state.undo, key, &value);
    let place = (value.decision_requirements_key, id);
    state.decisions_of_requirements.put(&mut state.undo, place, &NumberRow { number: key });
    let latest = state.latest_decision(value.decision_id);
    if latest.is_none_or(|latest| latest.version < value.version) {
        let row = LatestDecisionRow { id: value.decision_id, version: value.version, key };
        state.latest_decisions.put(&mut state.undo, id, &row);
    }
}
