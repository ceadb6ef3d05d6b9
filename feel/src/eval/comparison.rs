//! Comparisons.

use super::run::{Outcome, Run, shown};
use super::warning::WarningKind;
use crate::syntax::{Comparison, NodeId};
use crate::value::{Equality, Value, compare};

impl<'a> Run<'a, '_> {
    pub(super) fn compare(&mut self, operator: Comparison, left: NodeId, right: NodeId) -> Outcome<'a> {
        if let Some(answer) = self.compare_fast(operator, left, right) {
            return Ok(Value::Boolean(answer));
        }
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        Ok(self.compare_values(operator, &left, &right))
    }

    pub(super) fn compare_values(
        &mut self,
        operator: Comparison,
        left: &Value<'a>,
        right: &Value<'a>,
    ) -> Value<'a> {
        let answer = match operator {
            Comparison::Equal => equal(left, right),
            Comparison::NotEqual => equal(left, right).map(|equal| !equal),
            order => compare(left, right).map(|found| order.holds(found)),
        };
        match answer {
            Some(answer) => Value::Boolean(answer),
            None => {
                let message = format!("Can't compare '{}' with '{}'", shown(left), shown(right));
                self.warn(WarningKind::NotComparable, message);
                if operator == Comparison::NotEqual {
                    self.warn(WarningKind::InvalidType, "Expected boolean but found 'null'".into());
                }
                Value::Null
            }
        }
    }

    /// `value >= low and value <= high`, with the value evaluated once more for the second half.
    pub(super) fn between(&mut self, value: NodeId, low: NodeId, high: NodeId) -> Outcome<'a> {
        let above = self.compare(Comparison::GreaterOrEqual, value, low);
        let above = self.boolean_or_null(above)?;
        if above == Some(false) {
            return Ok(Value::Boolean(false));
        }
        let below = self.compare(Comparison::LessOrEqual, value, high);
        self.combine(above, below, false)
    }
}

fn equal<'a>(left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
    match left.equality(right) {
        Equality::Equal => Some(true),
        Equality::Different => Some(false),
        Equality::Incomparable => None,
    }
}
