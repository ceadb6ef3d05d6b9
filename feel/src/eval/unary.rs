//! Unary tests.

use super::run::{INPUT_NAME, INPUT_SYMBOL, Outcome, Raised, Run, shown};
use super::warning::WarningKind;
use crate::syntax::{Comparison, NodeId};
use crate::value::{Value, compare};
use std::cmp::Ordering;

impl<'a> Run<'a, '_> {
    /// The value that tests look at.
    fn input(&mut self) -> Value<'a> {
        self.find_variable(INPUT_NAME).unwrap_or_else(|| {
            self.warn(WarningKind::NoVariableFound, "No input value found.".into());
            Value::Null
        })
    }

    pub(super) fn input_symbol(&mut self) -> Outcome<'a> {
        self.find_variable(INPUT_SYMBOL).ok_or_else(|| {
            let text = "No input value available. '?' can only be used inside an unary-test expression.";
            Box::new(Raised::Fatal(text.into()))
        })
    }

    pub(super) fn is_in(&mut self, value: NodeId, test: NodeId) -> Outcome<'a> {
        let value = self.eval(value)?;
        self.with_binding(INPUT_NAME, value, |run| run.eval(test))
    }

    pub(super) fn input_is(&mut self, expected: bool) -> Outcome<'a> {
        let input = self.input();
        Ok(self.compare_values(Comparison::Equal, &input, &Value::Boolean(expected)))
    }

    pub(super) fn input_compare(&mut self, operator: Comparison, operand: NodeId) -> Outcome<'a> {
        let input = self.input();
        let operand = self.eval(operand)?;
        Ok(self.compare_values(operator, &input, &operand))
    }

    pub(super) fn input_in_range(&mut self, range: u32) -> Outcome<'a> {
        let range = self.syntax.ranges[range as usize];
        let start = self.eval(range.start)?;
        let end = self.eval(range.end)?;
        let input = self.input();
        let (Some(above), Some(below)) = (compare(&input, &start), compare(&input, &end)) else {
            let input = self.input();
            let message =
                format!("Can't compare '{}' with '{}' and '{}'", shown(&input), shown(&start), shown(&end));
            self.warn(WarningKind::NotComparable, message);
            return Ok(Value::Null);
        };
        let in_start = above == Ordering::Greater || (range.start_closed && above == Ordering::Equal);
        let in_end = below == Ordering::Less || (range.end_closed && below == Ordering::Equal);
        Ok(Value::Boolean(in_start && in_end))
    }

    /// An expression as a test. One that asks for `?` passes if it is true; any other one also
    /// passes if it is the input or a list or range that holds it.
    pub(super) fn test(&mut self, expression: NodeId) -> Outcome<'a> {
        let input = self.input();
        let steps = self.steps_left;
        let value = match self.eval(expression) {
            Err(raised) if matches!(*raised, Raised::Fatal(_)) => {
                // The first attempt may have ended for want of `?`; the second tells.
                assert!(self.steps_left <= steps, "steps are only spent");
                let second = self.with_binding(INPUT_SYMBOL, input, |run| run.eval(expression))?;
                return Ok(match second {
                    Value::Boolean(answer) => Value::Boolean(answer),
                    _ => Value::Null,
                });
            }
            other => other?,
        };
        match &value {
            Value::Boolean(true) => return Ok(value),
            Value::List(list) if list.items().iter().any(|item| item.equals(&input)) => {
                return Ok(Value::Boolean(true));
            }
            Value::Range(range) => return Ok(self.in_range_value(&input, range)),
            _ => {}
        }
        Ok(match self.compare_values(Comparison::Equal, &input, &value) {
            Value::Boolean(true) => Value::Boolean(true),
            _ if matches!(value, Value::Boolean(false) | Value::List(_)) => Value::Boolean(false),
            Value::Null => Value::Null,
            _ => Value::Boolean(false),
        })
    }

    fn in_range_value(&mut self, input: &Value<'a>, range: &crate::value::Range<'a>) -> Value<'a> {
        let (Some(above), Some(below)) = (compare(input, &range.start), compare(input, &range.end)) else {
            let message = format!(
                "Can't compare '{}' with '{}' and '{}'",
                shown(input),
                shown(&range.start),
                shown(&range.end)
            );
            self.warn(WarningKind::NotComparable, message);
            return Value::Null;
        };
        let in_start = above == Ordering::Greater || (range.start_closed && above == Ordering::Equal);
        let in_end = below == Ordering::Less || (range.end_closed && below == Ordering::Equal);
        Value::Boolean(in_start && in_end)
    }
}
