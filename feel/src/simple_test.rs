//! Unary tests that need no evaluation: literals, comparisons with literals, intervals of literals, alternatives
//! and negations of them. They cover most cells of decision tables, cost a few nanoseconds and give the answer
//! that evaluation gives, without its warnings.

use crate::decimal::Decimal;
use crate::expression::UnaryTests;
use crate::syntax::{Comparison, Node, NodeId, Syntax};
use crate::temporal::Temporal;
use crate::value::{Equality, Text, Value, compare};
use std::cmp::Ordering;

/// A test that needs no evaluation.
#[derive(Debug)]
pub struct SimpleTest(Kind);

#[derive(Debug)]
enum Kind {
    Any,
    Number { operator: Comparison, literal: i128 },
    Compare { operator: Comparison, literal: Literal },
    Equals(Literal),
    Interval(Box<Interval>),
    AnyOf(Box<[Kind]>),
    Not(Box<Kind>),
}

#[derive(Debug)]
enum Literal {
    Null,
    Boolean(bool),
    Number(Decimal),
    Text(Box<str>),
    Temporal(Temporal),
}

#[derive(Debug)]
struct Interval {
    start: Literal,
    start_closed: bool,
    end: Literal,
    end_closed: bool,
}

impl UnaryTests {
    /// The same tests in the form that needs no evaluation, if they have one.
    pub fn simple(&self) -> Option<SimpleTest> {
        kind(self.syntax(), self.syntax().root()).map(SimpleTest)
    }
}

impl SimpleTest {
    /// Whether the input passes; `None` stands for the answer null.
    #[inline]
    pub fn accepts(&self, input: &Value<'_>) -> Option<bool> {
        accepts(&self.0, input)
    }

    /// Whether every input passes.
    pub fn accepts_all(&self) -> bool {
        matches!(self.0, Kind::Any)
    }
}

/// The depth of the parsed text bounds the recursion.
fn kind(syntax: &Syntax, id: NodeId) -> Option<Kind> {
    Some(match syntax.node(id) {
        Node::Boolean(true) => Kind::Any,
        Node::InputIs(expected) => {
            Kind::Compare { operator: Comparison::Equal, literal: Literal::Boolean(expected) }
        }
        Node::InputCompare { operator, operand } => comparison(operator, literal(syntax, operand)?),
        Node::InputInRange(range) => {
            let range = syntax.ranges[range as usize];
            Kind::Interval(Box::new(Interval {
                start: literal(syntax, range.start)?,
                start_closed: range.start_closed,
                end: literal(syntax, range.end)?,
                end_closed: range.end_closed,
            }))
        }
        // A test for true passes whatever the input is.
        Node::Test(expression) => match literal(syntax, expression)? {
            Literal::Boolean(_) => return None,
            literal => Kind::Equals(literal),
        },
        Node::AnyOf(tests) => {
            let kinds: Option<Vec<Kind>> =
                syntax.list(tests).iter().map(|test| kind(syntax, *test)).collect();
            Kind::AnyOf(kinds?.into())
        }
        Node::Not(test) => Kind::Not(Box::new(kind(syntax, test)?)),
        _ => return None,
    })
}

fn comparison(operator: Comparison, literal: Literal) -> Kind {
    match &literal {
        Literal::Number(number) => match number.as_small() {
            Some((mantissa, 0)) => Kind::Number { operator, literal: mantissa },
            _ => Kind::Compare { operator, literal },
        },
        _ => Kind::Compare { operator, literal },
    }
}

fn literal(syntax: &Syntax, id: NodeId) -> Option<Literal> {
    Some(match syntax.node(id) {
        Node::Null => Literal::Null,
        Node::Boolean(value) => Literal::Boolean(value),
        Node::Number(index) => Literal::Number(syntax.numbers[index as usize].clone()),
        Node::Text(text) => Literal::Text(syntax.text(text).into()),
        Node::Temporal(index) => Literal::Temporal(syntax.temporals[index as usize]),
        _ => return None,
    })
}

impl Literal {
    fn value(&self) -> Value<'_> {
        match self {
            Literal::Null => Value::Null,
            Literal::Boolean(value) => Value::Boolean(*value),
            Literal::Number(value) => Value::Number(value.clone()),
            Literal::Text(text) => Value::String(Text::Borrowed(text)),
            Literal::Temporal(value) => Value::Temporal(*value),
        }
    }

    #[inline]
    fn equality(&self, input: &Value<'_>) -> Equality {
        match (self, input) {
            (Literal::Text(text), Value::String(input)) => (**text == **input).into(),
            (Literal::Number(number), Value::Number(input)) => (number == input).into(),
            _ => self.value().equality(input),
        }
    }
}

#[inline]
fn accepts(kind: &Kind, input: &Value<'_>) -> Option<bool> {
    match kind {
        Kind::Any => Some(true),
        Kind::Number { operator, literal } => match input {
            Value::Number(number) => {
                let order = match number.as_small() {
                    Some((mantissa, 0)) => mantissa.cmp(literal),
                    _ => number.cmp(&Decimal::small(*literal, 0)),
                };
                Some(operator.holds(order))
            }
            other => compared(*operator, &Literal::Number(Decimal::small(*literal, 0)), other),
        },
        Kind::Compare { operator, literal } => compared(*operator, literal, input),
        Kind::Equals(literal) => match literal.equality(input) {
            Equality::Equal => Some(true),
            Equality::Different => Some(false),
            Equality::Incomparable => None,
        },
        Kind::Interval(interval) => {
            let above = compare(input, &interval.start.value())?;
            let below = compare(input, &interval.end.value())?;
            let in_start = above == Ordering::Greater || (interval.start_closed && above == Ordering::Equal);
            let in_end = below == Ordering::Less || (interval.end_closed && below == Ordering::Equal);
            Some(in_start && in_end)
        }
        Kind::AnyOf(kinds) => {
            let mut answer = Some(false);
            for kind in kinds {
                match accepts(kind, input) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => answer = None,
                }
            }
            answer
        }
        Kind::Not(kind) => accepts(kind, input).map(|accepted| !accepted),
    }
}

fn compared(operator: Comparison, literal: &Literal, input: &Value<'_>) -> Option<bool> {
    match operator {
        Comparison::Equal | Comparison::NotEqual => match literal.equality(input) {
            Equality::Incomparable => None,
            equality => Some((equality == Equality::Equal) == (operator == Comparison::Equal)),
        },
        order => compare(input, &literal.value()).map(|found| order.holds(found)),
    }
}
