//! What an evaluation tells about itself.

use std::fmt;
use tidemill_feel::Value;
use tidemill_model::dmn::{Decision, Input, Logic, Output, Rule};

/// Result and audit of one evaluation.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The value of the decision.
    pub result: Result<Value<'a>, EvaluationFailure>,
    /// What was evaluated, in the order in which it was finished: required decisions first, the decision
    /// itself last. After a failure the last one is the one that failed.
    pub evaluated: Vec<EvaluatedElement<'a>>,
}

impl Outcome<'_> {
    /// Appends the value in MessagePack; null when there is none.
    pub fn write_output(&self, out: &mut Vec<u8>) {
        self.result.as_ref().unwrap_or(&Value::Null).write_message_pack(out);
    }
}

/// Why a decision has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationFailure {
    /// Id of the decision (or knowledge model) that failed.
    pub failed_decision_id: String,
    /// `Expected to evaluate decision '<id>', but <reason>`, with the id of the decision asked for.
    pub message: String,
}

impl fmt::Display for EvaluationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvaluationFailure {}

/// An evaluated decision, or knowledge model that was called.
#[derive(Debug)]
pub struct EvaluatedElement<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The decision, unless it is a knowledge model.
    pub decision: Option<&'a Decision>,
    /// How it decides.
    pub kind: DecisionKind,
    /// Its value before the type check; null when it failed.
    pub output: Value<'a>,
    /// The input columns of its table with their values.
    pub inputs: Vec<EvaluatedInput<'a>>,
    /// The rules that matched and had their outputs evaluated.
    pub matched_rules: Vec<MatchedRule<'a>>,
}

/// An input column with its value.
#[derive(Clone, Debug)]
pub struct EvaluatedInput<'a> {
    /// The column; its `id` and `name` go into answers.
    pub input: &'a Input,
    /// The value.
    pub value: Value<'a>,
}

/// A rule that matched.
#[derive(Clone, Debug)]
pub struct MatchedRule<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its position in the table, from 1.
    pub index: u32,
    /// One value an output column.
    pub outputs: Vec<EvaluatedOutput<'a>>,
}

/// An output column with the value that a rule gives.
#[derive(Clone, Debug)]
pub struct EvaluatedOutput<'a> {
    /// The column; its `id` and `label` go into answers.
    pub output: &'a Output,
    /// The value.
    pub value: Value<'a>,
}

/// Kinds of decisions; `Display` gives the names of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum DecisionKind {
    DecisionTable,
    LiteralExpression,
    Context,
    Invocation,
    List,
    Relation,
    Unknown,
}

impl DecisionKind {
    /// The kind that a logic is of.
    pub fn of(logic: &Logic) -> DecisionKind {
        match logic {
            Logic::Table(_) => DecisionKind::DecisionTable,
            Logic::Literal(_) => DecisionKind::LiteralExpression,
            Logic::Context(_) => DecisionKind::Context,
            Logic::Invocation { .. } => DecisionKind::Invocation,
            Logic::List(_) => DecisionKind::List,
            Logic::Relation { .. } => DecisionKind::Relation,
            _ => DecisionKind::Unknown,
        }
    }
}

impl fmt::Display for DecisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DecisionKind::DecisionTable => "DECISION_TABLE",
            DecisionKind::LiteralExpression => "LITERAL_EXPRESSION",
            DecisionKind::Context => "CONTEXT",
            DecisionKind::Invocation => "INVOCATION",
            DecisionKind::List => "LIST",
            DecisionKind::Relation => "RELATION",
            DecisionKind::Unknown => "UNKNOWN",
        })
    }
}
