//! Reading deployed decisions.

use tidemill_record::value::{DecisionRequirementsValue, DecisionValue};

use super::{LatestDecisionRow, NumberRow, State};
use crate::table::text_hash_wide;

impl State {
    /// A decision by key.
    pub fn decision(&self, key: i64) -> Option<DecisionValue<'_>> {
        self.decisions.row(&key)
    }

    /// The latest version of a decision id.
    pub fn latest_decision(&self, decision_id: &str) -> Option<LatestDecisionRow<'_>> {
        let row: LatestDecisionRow<'_> = self.latest_decisions.row(&text_hash_wide(decision_id))?;
        assert_eq!(row.id, decision_id, "two decision ids share a hash");
        Some(row)
    }

    /// The decision with that id in a version of a requirements graph.
    pub fn decision_of(&self, requirements_key: i64, decision_id: &str) -> Option<DecisionValue<'_>> {
        let place = (requirements_key, text_hash_wide(decision_id));
        let row: NumberRow = self.decisions_of_requirements.row(&place)?;
        self.decision(row.number)
    }

    /// A version of a requirements graph by key.
    pub fn requirements(&self, key: i64) -> Option<DecisionRequirementsValue<'_>> {
        self.requirements.row(&key)
    }

    /// The latest version of a requirements graph by its id.
    pub fn latest_requirements(&self, id: &str) -> Option<LatestDecisionRow<'_>> {
        let row: LatestDecisionRow<'_> = self.latest_requirements.row(&text_hash_wide(id))?;
        assert_eq!(row.id, id, "two ids of requirements share a hash");
        Some(row)
    }
}
