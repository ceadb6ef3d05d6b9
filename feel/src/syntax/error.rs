//! What is wrong with a text, and where.

use std::fmt;

/// A text that is not an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The text that was read, without the leading `=`.
    pub expression: String,
    /// Where reading stopped, in characters from the start.
    pub offset: usize,
    /// What was expected there.
    pub message: String,
}

impl ParseError {
    /// Line and column of the error, both from 1.
    pub fn position(&self) -> (usize, usize) {
        let before = self.expression.chars().take(self.offset);
        before.fold((1, 1), |(line, column), c| if c == '\n' { (line + 1, 1) } else { (line, column + 1) })
    }

    /// The line of the error with a caret under the character.
    pub fn rendering(&self) -> String {
        let (line, column) = self.position();
        let text = self.expression.split('\n').nth(line - 1).unwrap_or("");
        format!("{}\n{text}\n{}^", self.message, " ".repeat(column - 1))
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        let (expression, message) = (&self.expression, &self.message);
        write!(f, "failed to parse expression '{expression}': {message} at {line}:{column}")?;
        let rest: String = self.expression.chars().skip(self.offset).take(10).collect();
        if rest.is_empty() { write!(f, ", found the end") } else { write!(f, ", found {rest:?}") }
    }
}

impl std::error::Error for ParseError {}
