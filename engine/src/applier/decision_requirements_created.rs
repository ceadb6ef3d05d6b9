//! DECISION_REQUIREMENTS CREATED: a version of a graph is there; its decisions have events of their own.

use tidemill_record::value::DecisionRequirementsValue;

use super::Applying;
use crate::state::LatestDecisionRow;
use crate::table::text_hash_wide;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: DecisionRequirementsValue<'_> = applying.value();
    let key = value.decision_requirements_key;
    let (id, version) = (value.decision_requirements_id, value.decision_requirements_version);
    let state = &mut *applying.state;
    state.requirements.put(&mut state.undo, key, &value);
    if state.latest_requirements(id).is_none_or(|latest| latest.version < version) {
        let row = LatestDecisionRow { id, version, key };
        state.latest_requirements.put(&mut state.undo, text_hash_wide(id), &row);
    }
}
