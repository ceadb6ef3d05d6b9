//! The expression language FEEL, evaluated over MessagePack.
//!
//! [`Expression::parse`] turns a text into an immutable arena once; an [`Evaluator`] evaluates it
//! against [`Variables`] many times. Evaluation is deterministic: clock, zone and seed are inputs
//! ([`Environment`]). Nothing here reads files, clocks or the network, and no input makes it panic,
//! overflow the stack or run without bound (see [`limits`]).
//!
//! ```
//! use tidemill_feel::{Environment, Evaluator, Expression, MessagePackMap};
//!
//! let expression = Expression::parse("price * 2 > 10").expect("it parses");
//! let variables = MessagePackMap(b"\x81\xa5price\x07");
//! let mut evaluator = Evaluator::new();
//! let value = evaluator.evaluate(&expression, &variables, &Environment::default());
//! assert_eq!(value.ok().and_then(|v| v.as_bool()), Some(true));
//! ```

mod builtins;
pub mod corpus;
pub mod decimal;
mod eval;
mod expression;
mod json;
pub mod limits;
mod message_pack;
mod property;
mod simple_test;
mod syntax;
pub mod temporal;
mod value;

pub use eval::{
    Environment, Evaluator, Failure, Function, Host, HostFailure, MessagePackMap, NoVariables, Scope,
    Surroundings, Variables, Warning, WarningKind, with_warnings,
};
pub use expression::{Expression, UnaryTests};
pub use property::{Property, StaticValue, unexpected_type_message};
pub use simple_test::{Probe, SimpleTest};
pub use syntax::ParseError;
pub use temporal::Zone;
pub use value::{Context, Entries, List, Range, ResultType, Text, Value};
