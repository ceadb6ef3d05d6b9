//! Literals of lists, contexts, ranges and functions.

use super::Function;
use super::bindings::Binding;
use super::function::{Body, Closure};
use super::run::{Outcome, Raised, Run, shown};
use super::warning::WarningKind;
use crate::syntax::{NodeId, Slice, TextId};
use crate::value::{Context, Entries, Range, Text, Value, comparable, compare};
use std::rc::Rc;

impl<'a> Run<'a, '_> {
    pub(super) fn list(&mut self, items: Slice) -> Outcome<'a> {
        let syntax = self.syntax;
        let nodes = syntax.list(items);
        let mut items = Vec::with_capacity(nodes.len());
        for node in nodes {
            items.push(self.eval(*node)?);
        }
        Ok(Value::list(items))
    }

    /// Entries see the entries before them.
    pub(super) fn context(&mut self, entries: Slice) -> Outcome<'a> {
        let syntax = self.syntax;
        let bound = self.bindings.len();
        let mut context = Entries::default();
        for entry in &syntax.entries[entries.range()] {
            let key = Text::Borrowed(syntax.text(entry.key));
            let value = match self.eval(entry.value) {
                Ok(value) => value,
                Err(raised) => {
                    self.bindings.truncate(bound);
                    return Err(raised);
                }
            };
            self.bindings.push(Binding::Name(key.clone(), value.clone()));
            match value {
                Value::Function(_) => context.insert_function(key, value),
                value => context.insert(key, value),
            }
        }
        self.bindings.truncate(bound);
        Ok(Value::Context(Context::from(context)))
    }

    /// Both ends are of one comparable type.
    pub(super) fn range(&mut self, range: u32) -> Outcome<'a> {
        let node = self.syntax.ranges[range as usize];
        let start = self.eval(node.start)?;
        let end = self.eval(node.end)?;
        if !comparable(&start) || compare(&start, &end).is_none() {
            let message = format!("Invalid range definition '{}..{}'", shown(&start), shown(&end));
            self.warn(WarningKind::InvalidType, message.clone());
            return Err(Box::new(Raised::Error(message)));
        }
        let range = Range { start, start_closed: node.start_closed, end, end_closed: node.end_closed };
        Ok(Value::Range(Rc::new(range)))
    }

    /// A function keeps the names around it.
    pub(super) fn function(&mut self, parameters: Slice, body: NodeId) -> Value<'a> {
        let syntax = self.syntax;
        let parameters = syntax.list(parameters).iter().map(|id| syntax.text(TextId(id.0))).collect();
        let body = Body::Syntax { syntax, root: body, captured: Some(self.bindings.clone()) };
        Value::Function(Function(Rc::new(Closure { parameters, body })))
    }
}
