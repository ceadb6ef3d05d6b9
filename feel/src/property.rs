//! Properties of a model: an expression if the text starts with `=`, else a static value.

use crate::decimal::Decimal;
use crate::eval::{Environment, Evaluator, Failure, Variables};
use crate::expression::Expression;
use crate::syntax::ParseError;
use crate::value::{ResultType, Text, Value};

/// The value of a property.
#[derive(Debug)]
pub enum Property {
    /// The text itself, read as null, boolean, number or string.
    Static(StaticValue),
    /// An expression.
    Expression(Box<Expression>),
}

/// A static text and what it stands for.
#[derive(Debug)]
pub struct StaticValue {
    text: String,
    meaning: Meaning,
}

#[derive(Debug)]
enum Meaning {
    Null,
    Boolean(bool),
    Number(Decimal),
    Text,
}

impl Property {
    /// Reads a property. A text that starts with `=` and goes on is an expression.
    pub fn parse(text: &str) -> Result<Property, ParseError> {
        match text.strip_prefix('=') {
            Some(source) if !source.is_empty() => {
                Ok(Property::Expression(Box::new(Expression::parse(source)?)))
            }
            _ => Ok(Property::Static(StaticValue { text: text.to_string(), meaning: meaning(text) })),
        }
    }

    /// Whether the property is no expression.
    pub fn is_static(&self) -> bool {
        matches!(self, Property::Static(_))
    }

    /// The text of a static property, verbatim.
    pub fn as_static_str(&self) -> Option<&str> {
        match self {
            Property::Static(value) => Some(&value.text),
            Property::Expression(_) => None,
        }
    }

    /// The expression, if it is one.
    pub fn as_expression(&self) -> Option<&Expression> {
        match self {
            Property::Expression(expression) => Some(expression),
            Property::Static(_) => None,
        }
    }

    /// The text after `=`, or the static text: what messages quote.
    pub fn source(&self) -> &str {
        match self {
            Property::Static(value) => &value.text,
            Property::Expression(expression) => expression.source(),
        }
    }

    /// The value: of the expression, or what the static text stands for.
    pub fn evaluate<'a>(
        &'a self,
        evaluator: &mut Evaluator,
        variables: &'a dyn Variables,
        environment: &Environment,
    ) -> Result<Value<'a>, Failure> {
        match self {
            Property::Expression(expression) => evaluator.evaluate(expression, variables, environment),
            Property::Static(value) => Ok(value.value()),
        }
    }
}

impl StaticValue {
    /// What the text stands for.
    pub fn value(&self) -> Value<'_> {
        match &self.meaning {
            Meaning::Null => Value::Null,
            Meaning::Boolean(value) => Value::Boolean(*value),
            Meaning::Number(value) => Value::Number(value.clone()),
            Meaning::Text => Value::String(Text::Borrowed(&self.text)),
        }
    }
}

fn meaning(text: &str) -> Meaning {
    match text {
        "null" => Meaning::Null,
        "true" => Meaning::Boolean(true),
        "false" => Meaning::Boolean(false),
        _ => Decimal::parse(text).map_or(Meaning::Text, Meaning::Number),
    }
}

/// The message about a result of the wrong type.
pub fn unexpected_type_message(expression: &str, expected: &[ResultType], actual: ResultType) -> String {
    let start = format!("Expected result of the expression '{expression}' to be");
    if let [single] = expected {
        return format!("{start} '{single}', but was '{actual}'.");
    }
    let names: Vec<String> = expected.iter().map(ResultType::to_string).collect();
    format!("{start} one of '[{}]', but was '{actual}'.", names.join(", "))
}
