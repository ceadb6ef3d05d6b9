//! Parsed texts.

use crate::syntax::{ParseError, Parser, Syntax};

/// A parsed expression: immutable, and shared between threads at will.
#[derive(Debug)]
pub struct Expression {
    source: String,
    syntax: Syntax,
}

impl Expression {
    /// Parses an expression, without a leading `=`.
    pub fn parse(source: &str) -> Result<Expression, ParseError> {
        Expression::parse_with_names(source, &[])
    }

    /// Parses an expression that may use the given names although they hold blanks or operators,
    /// such as the names of a decision's requirements.
    pub fn parse_with_names(source: &str, names: &[&str]) -> Result<Expression, ParseError> {
        let syntax = Parser::new(source, names).parse_all(Parser::expression)?;
        Ok(Expression { source: source.to_string(), syntax })
    }

    /// The text, without a leading `=`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the variables that the expression may ask for, each once. Names that loops,
    /// functions and contexts of the expression bind are left out.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.syntax.references.iter().map(|name| self.syntax.text(*name))
    }

    pub(crate) fn syntax(&self) -> &Syntax {
        &self.syntax
    }
}

/// Parsed unary tests: the text of an input entry of a decision table.
#[derive(Debug)]
pub struct UnaryTests {
    source: String,
    syntax: Syntax,
}

impl UnaryTests {
    /// Parses unary tests. An empty text and `-` accept anything.
    pub fn parse(source: &str) -> Result<UnaryTests, ParseError> {
        UnaryTests::parse_with_names(source, &[])
    }

    /// Parses unary tests that may use the given names although they hold blanks or operators.
    pub fn parse_with_names(source: &str, names: &[&str]) -> Result<UnaryTests, ParseError> {
        let syntax = Parser::new(source, names).parse_all(Parser::unary_tests)?;
        Ok(UnaryTests { source: source.to_string(), syntax })
    }

    /// The text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the variables that the tests may ask for, each once.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.syntax.references.iter().map(|name| self.syntax.text(*name))
    }

    pub(crate) fn syntax(&self) -> &Syntax {
        &self.syntax
    }
}

const fn shared_between_threads<T: Send + Sync>() {}
const _: () = shared_between_threads::<Expression>();
const _: () = shared_between_threads::<UnaryTests>();
