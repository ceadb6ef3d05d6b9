//! Evaluates decisions: decision tables, boxed expressions, knowledge models and decision services over a
//! requirements graph.
//!
//! A [`Program`] prepares a graph once; a [`DecisionEvaluator`] evaluates its decisions many times against
//! [`tidemill_feel::Variables`]. Deterministic and sans-io: clock, zone and seed are inputs. No input makes
//! it panic, overflow the stack or run without bound (see [`limits`]).
//!
//! What the reference engine can evaluate is evaluated as there. What it refuses (names with blanks, decision
//! services, boxed conditionals, filters and iterations) follows the DMN standard; see [`TypeRules`].

mod audit;
mod boxed;
mod callable;
pub mod corpus;
mod evaluation;
mod evaluator;
mod hit_policy;
pub mod limits;
mod program;
mod report;
mod service;
mod table;
mod types;

pub use audit::{
    DecisionKind, EvaluatedElement, EvaluatedInput, EvaluatedOutput, EvaluationFailure, MatchedRule, Outcome,
};
pub use evaluator::DecisionEvaluator;
pub use program::{Program, TypeRules};
pub use report::{json, report};
