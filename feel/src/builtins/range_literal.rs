//! Ranges written in a string, such as `[1..3]`. Their ends are literals of one type.

use crate::expression::Expression;
use crate::syntax::{Node, NodeId, Syntax};
use crate::value::{Range, Value, comparable, compare};
use std::cmp::Ordering;
use std::rc::Rc;

pub(super) fn read<'a>(text: &str) -> Option<Value<'a>> {
    let expression = Expression::parse(text).ok()?;
    let syntax = expression.syntax();
    let Node::InputInRange(index) = syntax.node(syntax.root()) else { return None };
    let node = syntax.ranges[index as usize];
    let (start, end) = (literal(syntax, node.start)?, literal(syntax, node.end)?);
    let order = if comparable(&start) { compare(&start, &end) } else { None };
    if !matches!(order, Some(Ordering::Less | Ordering::Equal)) {
        return None;
    }
    Some(Value::Range(Rc::new(Range {
        start,
        start_closed: node.start_closed,
        end,
        end_closed: node.end_closed,
    })))
}

fn literal<'a>(syntax: &Syntax, id: NodeId) -> Option<Value<'a>> {
    match syntax.node(id) {
        Node::Number(index) => Some(Value::Number(syntax.numbers[index as usize].clone())),
        Node::Text(text) => Some(Value::string(syntax.text(text))),
        Node::Temporal(index) => Some(Value::Temporal(syntax.temporals[index as usize])),
        Node::Negate(inner) => match syntax.node(inner) {
            Node::Number(index) => Some(Value::Number(syntax.numbers[index as usize].negate())),
            _ => None,
        },
        _ => None,
    }
}
