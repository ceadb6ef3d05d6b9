//! From text to an arena of nodes.
//!
//! The parser is one pass of recursive descent over the text, without a token list, because what a
//! word means depends on what follows it: `a b (` is a function name, `a b :` a context key.
//! Depth and steps are bounded; chains of operators become one node with a list of links, so
//! neither parsing nor evaluating `1 + 1 + …` recurses.

pub(crate) mod characters;
mod collection;
mod control;
mod cursor;
mod error;
mod expression;
mod invocation;
mod literal;
mod name;
mod node;
mod operator;
mod primary;
mod type_name;
mod unary;

pub(crate) use cursor::Parser;
pub use error::ParseError;
pub(crate) use node::{
    Argument, Call, ChainOperator, Comparison, Iterator, Link, Node, NodeId, Slice, Syntax, TextId, TypeName,
};
