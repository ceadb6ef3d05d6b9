//! Three-valued logic and branches.

use super::run::{Outcome, Raised, Run, shown};
use super::warning::WarningKind;
use crate::syntax::{NodeId, Slice};
use crate::value::Value;

impl<'a> Run<'a, '_> {
    pub(super) fn and(&mut self, items: Slice) -> Outcome<'a> {
        self.fold(items, false)
    }

    pub(super) fn or(&mut self, items: Slice) -> Outcome<'a> {
        self.fold(items, true)
    }

    /// Left to right; `decisive` is the answer that ends the search.
    fn fold(&mut self, items: Slice, decisive: bool) -> Outcome<'a> {
        let syntax = self.syntax;
        let items = syntax.list(items);
        assert!(!items.is_empty(), "a conjunction has operands");
        if let Some(answer) = self.logic_fast(items, decisive) {
            return Ok(Value::Boolean(answer));
        }
        let mut result = self.eval(items[0]);
        for item in &items[1..] {
            let before = self.boolean_or_null(result)?;
            if before == Some(decisive) {
                result = Ok(Value::Boolean(decisive));
                continue;
            }
            let next = self.eval(*item);
            result = self.combine(before, next, decisive);
        }
        result
    }

    /// One step: a known `before` takes the next answer; an unknown one only a decisive one.
    pub(super) fn combine(&mut self, before: Option<bool>, next: Outcome<'a>, decisive: bool) -> Outcome<'a> {
        match before {
            Some(_) => self.boolean_or_null(next).map(from_optional),
            None => match next {
                Ok(Value::Boolean(answer)) if answer == decisive => Ok(Value::Boolean(decisive)),
                Err(raised) if matches!(*raised, Raised::Fatal(_)) => Err(raised),
                _ => Ok(Value::Null),
            },
        }
    }

    /// Anything but a boolean is null, with a warning.
    pub(super) fn boolean_or_null(&mut self, outcome: Outcome<'a>) -> Result<Option<bool>, Box<Raised>> {
        match outcome {
            Ok(Value::Boolean(answer)) => Ok(Some(answer)),
            Ok(other) => {
                let message = format!("Expected boolean but found '{}'", shown(&other));
                self.warn(WarningKind::InvalidType, message);
                Ok(None)
            }
            Err(raised) if matches!(*raised, Raised::Fatal(_)) => Err(raised),
            Err(_) => Ok(None),
        }
    }

    /// Conditions and branches in turn; the last part is the `else` branch.
    pub(super) fn branch(&mut self, parts: Slice) -> Outcome<'a> {
        let syntax = self.syntax;
        let parts = syntax.list(parts);
        assert!(parts.len() % 2 == 1, "each condition has a branch");
        for pair in parts.chunks_exact(2) {
            let condition = self.eval(pair[0]);
            if self.boolean_or_null(condition)? == Some(true) {
                return self.eval(pair[1]);
            }
        }
        self.eval(parts[parts.len() - 1])
    }

    pub(super) fn not(&mut self, test: NodeId) -> Outcome<'a> {
        let answer = self.eval(test);
        let answer = self.boolean_or_null(answer)?;
        Ok(from_optional(answer.map(|answer| !answer)))
    }
}

pub(super) fn from_optional<'a>(answer: Option<bool>) -> Value<'a> {
    answer.map_or(Value::Null, Value::Boolean)
}
