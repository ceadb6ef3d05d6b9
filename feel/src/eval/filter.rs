//! Filters: an index, or a condition on each item.

use super::bindings::Binding;
use super::run::{Outcome, Raised, Run, shown};
use super::warning::WarningKind;
use crate::decimal::Decimal;
use crate::syntax::{Comparison, Node, NodeId};
use crate::value::{Text, Value};

impl<'a> Run<'a, '_> {
    pub(super) fn filter(&mut self, list: Value<'a>, filter: NodeId) -> Outcome<'a> {
        let Value::List(list) = &list else {
            self.warn(WarningKind::InvalidType, format!("Expected list but found '{}'", shown(&list)));
            return Ok(Value::Null);
        };
        let items = list.items();
        let syntax = self.syntax;
        match syntax.node(filter) {
            Node::Number(index) => Ok(item_at(&items, &syntax.numbers[index as usize])),
            // Conditions that cannot be an index are not tried as one.
            Node::Compare { operator, .. } if operator != Comparison::NotEqual => {
                self.matching(&items, filter)
            }
            Node::Call(_) | Node::CallEntry { .. } => self.matching(&items, filter),
            _ => match self.eval(filter) {
                Ok(Value::Number(index)) => Ok(item_at(&items, &index)),
                Err(raised) if matches!(*raised, Raised::Fatal(_)) => Err(raised),
                _ => self.matching(&items, filter),
            },
        }
    }

    /// The items for which the condition holds. If it is a number for the first item, it is an
    /// index after all.
    fn matching(&mut self, items: &[Value<'a>], filter: NodeId) -> Outcome<'a> {
        let mut kept = Vec::new();
        for (position, item) in items.iter().enumerate() {
            match self.condition(item, filter)? {
                Value::Number(index) if position == 0 => return Ok(item_at(items, &index)),
                Value::Boolean(true) => kept.push(item.clone()),
                _ => {}
            }
        }
        Ok(Value::list(kept))
    }

    fn condition(&mut self, item: &Value<'a>, filter: NodeId) -> Outcome<'a> {
        let count = self.bindings.len();
        self.bindings.push(Binding::Name(Text::Borrowed("item"), item.clone()));
        if let Value::Context(context) = item {
            self.bindings.push(Binding::Entries(context.clone()));
        }
        let outcome = self.eval(filter);
        self.bindings.truncate(count);
        outcome
    }
}

/// 1 is the first item, -1 the last.
fn item_at<'a>(items: &[Value<'a>], index: &Decimal) -> Value<'a> {
    let count = items.len() as i64;
    let position = match index.to_i64() {
        Some(position) if position > 0 => position - 1,
        Some(position) if position < 0 => position.saturating_add(count),
        _ => return Value::Null,
    };
    usize::try_from(position).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Value::Null)
}
