//! The state of one evaluation, and the dispatch over nodes.

use super::Host;
use super::bindings::{Binding, lookup};
use super::environment::Environment;
use super::variables::Variables;
use super::warning::{WarningKind, Warnings};
use crate::builtins::{RandomState, RegexCache};
use crate::limits::{EVALUATION_DEPTH_MAX, EVALUATION_STEPS_MAX, LIST_ITEMS_MAX, WARNING_VALUE_BYTES_MAX};
use crate::syntax::{Node, NodeId, Syntax};
use crate::value::{Inner, Text, Value};

/// Why a part of an expression has no value.
#[derive(Debug)]
pub(crate) enum Raised {
    /// Becomes null where the surrounding operation forgives it.
    Error(String),
    /// Ends the evaluation.
    Fatal(String),
}

pub(crate) type Outcome<'a> = Result<Value<'a>, Box<Raised>>;

/// The name of the value that unary tests look at.
pub(crate) const INPUT_NAME: &str = "cellInput";
/// The name that `?` is bound under.
pub(crate) const INPUT_SYMBOL: &str = "?";

pub(crate) struct Run<'a, 'e> {
    pub syntax: &'a Syntax,
    pub variables: &'a dyn Variables,
    pub environment: &'e Environment,
    pub bindings: Vec<Binding<'a>>,
    /// The scope that the evaluation was given.
    pub scope: &'e [Binding<'a>],
    pub warnings: &'e mut Warnings,
    pub regexes: &'e mut RegexCache,
    pub random: RandomState,
    /// Who calls functions of a decision model.
    pub host: Option<&'e dyn Host<'a>>,
    /// The cause of the first assertion that was not met.
    pub assertion: Option<String>,
    pub depth: u32,
    pub steps_left: u64,
}

impl<'a> Run<'a, '_> {
    pub fn eval(&mut self, id: NodeId) -> Outcome<'a> {
        self.spend(1)?;
        let syntax = self.syntax;
        match syntax.node(id) {
            Node::Null => Ok(Value::Null),
            Node::Boolean(value) => Ok(Value::Boolean(value)),
            Node::Number(index) => Ok(Value::Number(syntax.numbers[index as usize].clone())),
            Node::Text(text) => Ok(Value::String(Text::Borrowed(syntax.text(text)))),
            Node::Temporal(index) => Ok(Value::Temporal(syntax.temporals[index as usize])),
            Node::Variable(name) => Ok(self.variable(syntax.text(name))),
            deeper => {
                if self.depth >= EVALUATION_DEPTH_MAX {
                    let message =
                        format!("The evaluation is nested deeper than {EVALUATION_DEPTH_MAX} levels");
                    return Err(Box::new(Raised::Fatal(message)));
                }
                self.depth += 1;
                let outcome = self.eval_deeper(deeper);
                self.depth -= 1;
                outcome
            }
        }
    }

    fn eval_deeper(&mut self, node: Node) -> Outcome<'a> {
        match node {
            Node::Chain { base, links } => self.chain(base, links),
            Node::Compare { operator, left, right } => self.compare(operator, left, right),
            Node::And(items) => self.and(items),
            Node::Or(items) => self.or(items),
            Node::If(parts) => self.branch(parts),
            Node::Call(call) => self.call(call),
            Node::Group(inner) => self.eval(inner),
            Node::Negate(value) => self.negate(value),
            Node::List(items) => self.list(items),
            Node::Context(entries) => self.context(entries),
            Node::Range(range) => self.range(range),
            Node::Between { value, low, high } => self.between(value, low, high),
            Node::InstanceOf { value, type_name } => self.instance_of(value, type_name),
            Node::In { value, test } => self.is_in(value, test),
            Node::For { iterators, body, uses_partial } => self.for_loop(iterators, body, uses_partial),
            Node::Some { iterators, body } => self.quantified(iterators, body, true),
            Node::Every { iterators, body } => self.quantified(iterators, body, false),
            Node::Invoke { callee, call } => self.invoke_value(callee, call),
            Node::CallEntry { base, call } => self.call_entry(base, call),
            Node::Function { parameters, body } => Ok(self.function(parameters, body)),
            Node::Input => self.input_symbol(),
            Node::InputIs(expected) => self.input_is(expected),
            Node::InputCompare { operator, operand } => self.input_compare(operator, operand),
            Node::InputInRange(range) => self.input_in_range(range),
            Node::Test(expression) => self.test(expression),
            Node::AnyOf(tests) => self.or(tests),
            Node::Not(test) => self.not(test),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Temporal(_)
            | Node::Variable(_) => {
                unreachable!("scalars are evaluated without depth")
            }
        }
    }

    /// Pays for work; an evaluation that runs out ends.
    pub fn spend(&mut self, steps: u64) -> Result<(), Box<Raised>> {
        match self.steps_left.checked_sub(steps) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => {
                let message = format!("The evaluation takes more than {EVALUATION_STEPS_MAX} steps");
                Err(Box::new(Raised::Fatal(message)))
            }
        }
    }

    /// Pays for a list and refuses one that is too long.
    pub fn spend_items(&mut self, items: usize) -> Result<(), Box<Raised>> {
        if items > LIST_ITEMS_MAX {
            let message = format!("A list of {items} items is longer than {LIST_ITEMS_MAX}");
            return Err(Box::new(Raised::Fatal(message)));
        }
        self.spend(items as u64 / 4)
    }

    fn variable(&mut self, name: &str) -> Value<'a> {
        match self.find_variable(name) {
            Some(value) => value,
            None => {
                self.warn(WarningKind::NoVariableFound, format!("No variable found with name '{name}'"));
                Value::Null
            }
        }
    }

    pub fn find_variable(&mut self, name: &str) -> Option<Value<'a>> {
        if !self.bindings.is_empty()
            && let Some(value) = lookup(&self.bindings, name)
        {
            return Some(value);
        }
        self.variables.get(name).map(Value::from_message_pack)
    }

    pub fn warn(&mut self, kind: WarningKind, message: String) {
        self.warnings.add(kind, message);
    }

    /// Runs `body` with one more name.
    pub fn with_binding<T>(
        &mut self,
        name: &'a str,
        value: Value<'a>,
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let count = self.bindings.len();
        self.bindings.push(Binding::Name(Text::Borrowed(name), value));
        let result = body(self);
        self.bindings.truncate(count);
        result
    }
}

/// What was raised becomes null, unless it ends the evaluation.
pub(super) fn or_null<'a>(outcome: Outcome<'a>) -> Outcome<'a> {
    match outcome {
        Err(raised) if matches!(*raised, Raised::Error(_)) => Ok(Value::Null),
        other => other,
    }
}

/// A value as warnings show it, cut if long.
pub(crate) fn shown(value: &Value<'_>) -> String {
    let mut text = LimitedText(String::new());
    // The writer refuses what is beyond the limit, which ends the rendering early.
    let _ = std::fmt::write(&mut text, format_args!("{}", Inner(value, 0)));
    text.0
}

struct LimitedText(String);

impl std::fmt::Write for LimitedText {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let left = WARNING_VALUE_BYTES_MAX.saturating_sub(self.0.len());
        if part.len() <= left {
            self.0.push_str(part);
            return Ok(());
        }
        let end = (0..=left).rev().find(|end| part.is_char_boundary(*end)).unwrap_or(0);
        self.0.push_str(&part[..end]);
        self.0.push('…');
        Err(std::fmt::Error)
    }
}
