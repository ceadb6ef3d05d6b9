//! A model property: `=expression`, or a static value. The only place that knows the expression language.

use crate::graph::TimerKind;
use std::fmt;
use std::sync::Arc;
use tidemill_feel::{Environment, Evaluator, NoVariables, Property, ResultType, unexpected_type_message};

/// Text of a property as written in the model, parsed once. Cheap to clone.
#[derive(Clone)]
pub struct Text {
    source: Arc<str>,
    parsed: Result<Arc<Property>, Arc<str>>,
}

impl Text {
    /// Parses the text as written.
    pub fn new(source: &str) -> Self {
        let parsed = Property::parse(source).map(Arc::new).map_err(|error| error.to_string().into());
        Self { source: source.into(), parsed }
    }

    /// The text as written, a leading `=` included.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The parsed property, to evaluate.
    ///
    /// # Errors
    /// Why the expression does not parse. Deployment rejects such properties where the reference does.
    pub fn property(&self) -> Result<&Property, &str> {
        self.parsed.as_deref().map_err(|error| &**error)
    }

    /// Whether the text is an expression (starts with `=` and goes on).
    pub fn is_expression(&self) -> bool {
        self.source.len() > 1 && self.source.starts_with('=')
    }

    /// The expression without its `=`, `None` for a static value.
    pub fn expression(&self) -> Option<&str> {
        self.source.strip_prefix('=').filter(|expression| !expression.is_empty())
    }

    /// The value itself, `None` for an expression.
    pub fn static_value(&self) -> Option<&Arc<str>> {
        if self.is_expression() { None } else { Some(&self.source) }
    }

    /// Why the expression does not parse; `None` when it does, and for static values.
    pub fn expression_error(&self) -> Option<String> {
        self.parsed.as_ref().err().map(|error| error.to_string())
    }

    /// The string that the text stands for without any variable; a static text always is one.
    ///
    /// # Errors
    /// The type found instead, or why there is no value.
    pub fn constant_string(&self) -> Result<Arc<str>, String> {
        if let Some(text) = self.static_value() {
            return Ok(text.clone());
        }
        let property = self.property().map_err(str::to_owned)?;
        let mut evaluator = Evaluator::new();
        let value = property.evaluate(&mut evaluator, &NoVariables, &Environment::default());
        let value = value.map_err(|failure| failure.to_string())?;
        match value.as_str() {
            Some(text) => Ok(text.into()),
            None => Err(value.kind().to_string()),
        }
    }

    /// Whether the text stands for a timer without any variable. Values that depend on the clock are of the
    /// right type at any time, so the time of evaluation does not matter.
    ///
    /// # Errors
    /// What was expected and what was found.
    pub fn constant_timer(&self, kind: TimerKind) -> Result<(), String> {
        let property = self.property().map_err(str::to_owned)?;
        let mut evaluator = Evaluator::new();
        let value = property.evaluate(&mut evaluator, &NoVariables, &Environment::default());
        let value = value.map_err(|failure| failure.to_string())?;
        if let Some(text) = value.as_str() {
            return crate::timer::parse(kind, text).map(|_| ());
        }
        let expected: &[ResultType] = match kind {
            TimerKind::Date => &[ResultType::DateTime, ResultType::String],
            TimerKind::Duration => &[ResultType::Duration, ResultType::Period, ResultType::String],
            TimerKind::Cycle => &[ResultType::String],
        };
        let found = value.kind();
        if expected.contains(&found) {
            return Ok(());
        }
        Err(unexpected_type_message(property.source(), expected, found))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.source)
    }
}
