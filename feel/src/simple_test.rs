//! Unary tests that need no evaluation: literals, comparisons with literals, intervals of literals,
//! alternatives and negations of them. They cover most cells of decision tables, cost a few nanoseconds and
//! give the answer that evaluation gives, without its warnings.

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
    /// For integers the test comes down to bounds; `general` answers for other inputs.
    Integers {
        low: i64,
        high: i64,
        general: Box<Kind>,
    },
    Text(ShortKey, Box<str>),
    Boolean(bool),
    Compare {
        operator: Comparison,
        literal: Literal,
    },
    Equals(Literal),
    Interval(Box<Interval>),
    AnyOf(Box<[Kind]>),
    Not(Box<Kind>),
}

/// The first bytes of a text, zeros behind its end. Texts that fit are equal if keys and lengths are.
type ShortKey = u64;
const SHORT_KEY_BYTES: usize = size_of::<ShortKey>();

fn short_key(text: &str) -> ShortKey {
    let mut bytes = [0; SHORT_KEY_BYTES];
    let length = text.len().min(SHORT_KEY_BYTES);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    ShortKey::from_le_bytes(bytes)
}

/// An input, looked at once for many tests.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'v, 'a> {
    value: &'v Value<'a>,
    integer: Option<i64>,
    text: Option<(ShortKey, &'v str)>,
}

impl<'v, 'a> Probe<'v, 'a> {
    /// Looks at an input.
    pub fn of(value: &'v Value<'a>) -> Probe<'v, 'a> {
        let integer = match value {
            Value::Number(number) => match number.as_small() {
                Some((mantissa, 0)) => i64::try_from(mantissa).ok(),
                _ => None,
            },
            _ => None,
        };
        let text = value.as_str().map(|text| (short_key(text), text));
        Probe { value, integer, text }
    }
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
    pub fn accepts(&self, input: &Probe<'_, '_>) -> Option<bool> {
        accepts(&self.0, input)
    }
}

/// The depth of the parsed text bounds the recursion.
fn kind(syntax: &Syntax, id: NodeId) -> Option<Kind> {
    Some(match syntax.node(id) {
        Node::Boolean(true) => Kind::Any,
        Node::InputIs(expected) => Kind::Boolean(expected),
        Node::InputCompare { operator, operand } => comparison(operator, literal(syntax, operand)?),
        Node::InputInRange(range) => {
            let range = syntax.ranges[range as usize];
            let (start, end) = (literal(syntax, range.start)?, literal(syntax, range.end)?);
            let low = start.integer().and_then(|low| low.checked_add(i64::from(!range.start_closed)));
            let high = end.integer().and_then(|high| high.checked_sub(i64::from(!range.end_closed)));
            let (start_closed, end_closed) = (range.start_closed, range.end_closed);
            let general = Kind::Interval(Box::new(Interval { start, start_closed, end, end_closed }));
            integers(low, high, general)
        }
        // A test for true passes whatever the input is.
        Node::Test(expression) => match literal(syntax, expression)? {
            Literal::Boolean(_) => return None,
            Literal::Text(text) => Kind::Text(short_key(&text), text),
            literal => integers(literal.integer(), literal.integer(), Kind::Equals(literal)),
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

fn integers(low: Option<i64>, high: Option<i64>, general: Kind) -> Kind {
    match (low, high) {
        (Some(low), Some(high)) => Kind::Integers { low, high, general: Box::new(general) },
        _ => general,
    }
}

fn comparison(operator: Comparison, literal: Literal) -> Kind {
    let bound = literal.integer();
    let (low, high) = match operator {
        Comparison::Equal => (bound, bound),
        Comparison::NotEqual => (None, None),
        Comparison::Less => (Some(i64::MIN), bound.and_then(|bound| bound.checked_sub(1))),
        Comparison::LessOrEqual => (Some(i64::MIN), bound),
        Comparison::Greater => (bound.and_then(|bound| bound.checked_add(1)), Some(i64::MAX)),
        Comparison::GreaterOrEqual => (bound, Some(i64::MAX)),
    };
    integers(low, high, Kind::Compare { operator, literal })
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

    fn integer(&self) -> Option<i64> {
        match self {
            Literal::Number(number) => match number.as_small() {
                Some((mantissa, 0)) => i64::try_from(mantissa).ok(),
                _ => None,
            },
            _ => None,
        }
    }

    fn equality(&self, input: &Value<'_>) -> Equality {
        match (self, input) {
            (Literal::Text(text), Value::String(input)) => (**text == **input).into(),
            (Literal::Number(number), Value::Number(input)) => (number == input).into(),
            _ => self.value().equality(input),
        }
    }
}

#[inline]
fn same_text(key: ShortKey, text: &str, (other_key, other): (ShortKey, &str)) -> bool {
    key == other_key && text.len() == other.len() && (text.len() <= SHORT_KEY_BYTES || text == other)
}

#[inline]
fn accepts(kind: &Kind, input: &Probe<'_, '_>) -> Option<bool> {
    match kind {
        Kind::Any => return Some(true),
        Kind::Integers { low, high, .. } => {
            if let Some(integer) = input.integer {
                return Some(*low <= integer && integer <= *high);
            }
        }
        Kind::Text(key, text) => {
            if let Some(input) = input.text {
                return Some(same_text(*key, text, input));
            }
        }
        Kind::Boolean(expected) => {
            if let Value::Boolean(input) = input.value {
                return Some(expected == input);
            }
        }
        Kind::AnyOf(kinds) => return any_of(kinds, input),
        _ => {}
    }
    accepts_other(kind, input)
}

/// One that accepts suffices; else an answer that is null makes all of it null.
fn any_of(kinds: &[Kind], input: &Probe<'_, '_>) -> Option<bool> {
    let mut answer = Some(false);
    for kind in kinds {
        let accepted = match (kind, input.text) {
            // Lists of texts are the most common alternatives.
            (Kind::Text(key, text), Some(input)) => Some(same_text(*key, text, input)),
            _ => accepts_other(kind, input),
        };
        match accepted {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

fn accepts_other(kind: &Kind, input: &Probe<'_, '_>) -> Option<bool> {
    match kind {
        Kind::Any => Some(true),
        Kind::Integers { low, high, general } => match input.integer {
            Some(integer) => Some(*low <= integer && integer <= *high),
            None => accepts_other(general, input),
        },
        Kind::Text(_, text) => match Value::String(Text::Borrowed(text)).equality(input.value) {
            Equality::Incomparable => None,
            equality => Some(equality == Equality::Equal),
        },
        Kind::Compare { operator, literal } => compared(*operator, literal, input.value),
        Kind::Equals(literal) => match literal.equality(input.value) {
            Equality::Equal => Some(true),
            Equality::Different => Some(false),
            Equality::Incomparable => None,
        },
        Kind::Interval(interval) => {
            let above = compare(input.value, &interval.start.value())?;
            let below = compare(input.value, &interval.end.value())?;
            let in_start = above == Ordering::Greater || (interval.start_closed && above == Ordering::Equal);
            let in_end = below == Ordering::Less || (interval.end_closed && below == Ordering::Equal);
            Some(in_start && in_end)
        }
        Kind::AnyOf(kinds) => any_of(kinds, input),
        Kind::Boolean(expected) => compared(Comparison::Equal, &Literal::Boolean(*expected), input.value),
        Kind::Not(kind) => accepts_other(kind, input).map(|accepted| !accepted),
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
