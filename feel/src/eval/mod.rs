//! Evaluation: a walk over the arena of an expression.
//!
//! What the language forgives (an unknown variable, a wrong type) becomes null and a warning; what
//! it does not forgive ends the evaluation with a [`Failure`]. Depth and steps are bounded.

mod arithmetic;
mod bindings;
mod chain;
mod collection;
mod comparison;
mod environment;
mod evaluator;
mod failure;
mod fast;
mod filter;
mod function;
mod host;
mod instance;
mod invoke;
mod logic;
mod loops;
mod path;
mod run;
mod temporal_arithmetic;
mod unary;
mod variables;
mod warning;

pub use bindings::Scope;
pub use environment::Environment;
pub use evaluator::Evaluator;
pub use failure::Failure;
pub use function::Function;
pub use host::{Host, HostFailure, Surroundings};
pub use variables::{MessagePackMap, NoVariables, Variables};
pub use warning::{Warning, WarningKind, with_warnings};

pub(crate) use bindings::Binding;
pub(crate) use run::{Raised, Run};
