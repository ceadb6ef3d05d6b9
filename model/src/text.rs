//! A model property: `=expression`, or a static value. The only place that decides which one it is.

use crate::graph::TimerKind;
use std::fmt;
use std::sync::Arc;

/// Text of a property as written in the model.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text {
    source: Arc<str>,
}

impl Text {
    /// Wraps the text as written.
    pub fn new(source: &str) -> Self {
        Self { source: source.into() }
    }

    /// The text as written, a leading `=` included.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// Whether the text is an expression (starts with `=` and goes on).
    pub fn is_expression(&self) -> bool {
        self.source.len() > 1 && self.source.starts_with('=')
    }

    /// The expression without its `=`, `None` for a static value.
    pub fn expression(&self) -> Option<&str> {
        self.source.strip_prefix('=').filter(|expression| !expression.is_empty())
    }

    /// Why the expression does not parse; `None` when it does, and for static values.
    pub fn expression_error(&self) -> Option<String> {
        None
    }

    /// The string that the text stands for without any variable.
    ///
    /// # Errors
    /// The type found instead, in capitals.
    pub fn constant_string(&self) -> Result<Arc<str>, &'static str> {
        let Some(expression) = self.expression() else { return Ok(self.source.clone()) };
        let literal = expression.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        literal.filter(|text| !text.contains(['"', '\\'])).map(Into::into).ok_or("NULL")
    }

    /// Whether the text stands for a timer without any variable.
    ///
    /// # Errors
    /// What was expected and what was found.
    pub fn constant_timer(&self, kind: TimerKind) -> Result<(), String> {
        match self.static_value() {
            Some(text) => crate::timer::parse(kind, text).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The value itself, `None` for an expression.
    pub fn static_value(&self) -> Option<&Arc<str>> {
        if self.is_expression() { None } else { Some(&self.source) }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.source)
    }
}
