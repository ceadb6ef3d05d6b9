//! Expressions of the model, compiled once and evaluated over the variables of the state, which are looked up
//! by name through the scopes and never copied.

use std::borrow::Cow;
use std::io::Write as _;

use tidemill_feel::{
    Environment, Expression, ResultType, Value, Variables, unexpected_type_message, with_warnings,
};
use tidemill_model::Text;
use tidemill_model::graph::{Mapping, TimerKind};
use tidemill_model::timer::{Interval, Timer};
use tidemill_record::ErrorType;

use crate::behavior::Failure;
use crate::context::Context;
use crate::state::State;

/// A property of the model: an expression, or a static value.
#[derive(Debug)]
pub struct Property {
    inner: Result<tidemill_feel::Property, String>,
}

impl Property {
    /// Compiles a property. A text that does not parse fails when it is evaluated; deployments are checked
    /// before.
    pub fn new(text: &Text) -> Self {
        let source = if text.is_expression() { text.source().trim_start() } else { text.source() };
        let parsed = tidemill_feel::Property::parse(source);
        Self { inner: parsed.map_err(|error| format!("failed to parse expression '{source}': {error}")) }
    }

    /// The text of a static property.
    pub fn static_text(&self) -> Option<&str> {
        self.inner.as_ref().ok().and_then(tidemill_feel::Property::as_static_str)
    }

    /// The text after `=`, or the static text.
    pub fn source(&self) -> &str {
        self.inner.as_ref().map_or("", |property| property.source())
    }

    /// Why it does not parse.
    pub fn parse_error(&self) -> Option<&str> {
        self.inner.as_ref().err().map(String::as_str)
    }
}

/// Input or output mappings of an element as one expression: a context whose entries see those before them.
#[derive(Debug)]
pub struct MappingProgram {
    inner: Result<Expression, String>,
}

/// Targets of mappings as a tree.
enum Target {
    Source(String),
    Context(Vec<(String, Target)>),
}

impl MappingProgram {
    /// Compiles mappings. With `merge`, a target inside a variable that is a context keeps the rest of that
    /// context.
    pub fn new(mappings: &[Mapping], merge: bool) -> Self {
        let mut root = Vec::new();
        for mapping in mappings {
            let source = mapping.source.as_ref().map_or("null".to_owned(), source_text);
            let path: Vec<&str> = mapping.target.split('.').collect();
            insert(&mut root, &path, source);
        }
        let mut text = String::new();
        print(&root, merge, &mut Vec::new(), &mut text);
        let parsed = Expression::parse(&text);
        Self { inner: parsed.map_err(|error| format!("failed to parse expression '{text}': {error}")) }
    }

    /// Why it does not parse.
    pub fn parse_error(&self) -> Option<&str> {
        self.inner.as_ref().err().map(String::as_str)
    }
}

fn source_text(text: &Text) -> String {
    match text.expression() {
        Some(expression) => expression.to_owned(),
        None => format!("\"{}\"", text.source().replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

fn insert(entries: &mut Vec<(String, Target)>, path: &[&str], source: String) {
    let (first, rest) = path.split_first().expect("a split gives at least one part");
    let at = entries.iter().position(|(name, _)| name == first).unwrap_or_else(|| {
        entries.push(((*first).to_owned(), Target::Context(Vec::new())));
        entries.len() - 1
    });
    if rest.is_empty() {
        entries[at].1 = Target::Source(source);
        return;
    }
    if let Target::Source(_) = entries[at].1 {
        entries[at].1 = Target::Context(Vec::new());
    }
    let Target::Context(inner) = &mut entries[at].1 else { unreachable!("made a context above") };
    insert(inner, rest, source);
}

fn print<'t>(entries: &'t [(String, Target)], merge: bool, path: &mut Vec<&'t str>, text: &mut String) {
    text.push('{');
    for (index, (name, target)) in entries.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(name);
        text.push(':');
        match target {
            Target::Source(source) => text.push_str(source),
            Target::Context(inner) => {
                path.push(name);
                let place = path.join(".");
                let mut context = String::new();
                print(inner, merge, path, &mut context);
                path.pop();
                if merge {
                    text.push_str(&format!(
                        "if {place} instance of context then context merge({place},{context}) else {context}"
                    ));
                } else {
                    text.push_str(&context);
                }
            }
        }
    }
    text.push('}');
}

/// The variables seen from a scope.
pub struct ScopeVariables<'s> {
    /// All tables.
    pub state: &'s State,
    /// The scope.
    pub scope_key: i64,
}

impl Variables for ScopeVariables<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.state.variable(self.scope_key, name).map(|row| row.value.0)
    }
}

/// What evaluations see of the world: the time of the batch.
pub fn environment(context: &Context<'_, '_, '_>) -> Environment {
    // What chance there is comes from the position, so that it is the same wherever the command is processed.
    let seed = (context.log.next_position as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Environment { now_ms: context.log.timestamp, seed, ..Environment::default() }
}

/// Evaluates a property and reads its value with `read`; `None` from it means another type was expected.
fn evaluate<T>(
    context: &mut Context<'_, '_, '_>,
    property: &Property,
    scope_key: i64,
    expected: &[ResultType],
    read: impl FnOnce(&Value<'_>) -> Option<T>,
) -> Result<T, Failure> {
    let error_type = ErrorType::ExtractValueError;
    let environment = environment(context);
    let inner = property.inner.as_ref().map_err(|message| Failure::new(error_type, message.clone()))?;
    let variables = ScopeVariables { state: context.state, scope_key };
    let result = inner.evaluate(context.evaluator, &variables, &environment);
    let message = match result {
        Ok(value) => match read(&value) {
            Some(read) => return Ok(read),
            None => unexpected_type_message(inner.source(), expected, value.kind()),
        },
        Err(failure) => failure.to_string(),
    };
    Err(Failure::new(error_type, with_warnings(&message, context.evaluator.warnings())))
}

/// A boolean.
pub fn boolean(
    context: &mut Context<'_, '_, '_>,
    property: &Property,
    scope_key: i64,
) -> Result<bool, Failure> {
    evaluate(context, property, scope_key, &[ResultType::Boolean], |value| value.as_bool())
}

/// A string; a number is printed.
pub fn string(
    context: &mut Context<'_, '_, '_>,
    property: &Property,
    scope_key: i64,
) -> Result<String, Failure> {
    evaluate(context, property, scope_key, &[ResultType::String], |value| match value {
        Value::String(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A text that is most often static.
pub fn text<'p>(
    context: &mut Context<'_, '_, '_>,
    property: &'p Property,
    scope_key: i64,
) -> Result<Cow<'p, str>, Failure> {
    match property.static_text() {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => string(context, property, scope_key).map(Cow::Owned),
    }
}

/// What a timer expression gave.
#[derive(Debug)]
pub enum TimerSource {
    /// A temporal value.
    Timer(Timer),
    /// A text to be parsed.
    Text(String),
}

/// A timer: a text, or a temporal value that fits its kind.
pub fn timer(
    context: &mut Context<'_, '_, '_>,
    property: &Property,
    kind: TimerKind,
    scope_key: i64,
) -> Result<TimerSource, Failure> {
    let expected: &[ResultType] = match kind {
        TimerKind::Date => &[ResultType::Date, ResultType::DateTime, ResultType::String],
        TimerKind::Duration => &[ResultType::Duration, ResultType::Period, ResultType::String],
        TimerKind::Cycle => &[ResultType::String],
    };
    let zone = environment(context).zone;
    evaluate(context, property, scope_key, expected, |value| {
        if let Value::String(text) = value {
            return Some(TimerSource::Text(text.to_string()));
        }
        let timer = match kind {
            TimerKind::Date => Timer::Date(value.as_epoch_ms(zone)?),
            TimerKind::Duration => Timer::Duration(interval(value)?),
            TimerKind::Cycle => return None,
        };
        Some(TimerSource::Timer(timer))
    })
}

/// A duration as an interval: printed in ISO 8601 and read again, so that both kinds take one way.
fn interval(value: &Value<'_>) -> Option<Interval> {
    if value.as_duration().is_none() && value.as_period().is_none() {
        return None;
    }
    let mut packed = Vec::new();
    value.write_message_pack(&mut packed);
    Interval::parse(tidemill_record::message_pack::Reader::new(&packed).text()?)
}

/// The retries of a job.
pub fn retries(
    context: &mut Context<'_, '_, '_>,
    property: &Property,
    scope_key: i64,
) -> Result<i32, Failure> {
    evaluate(context, property, scope_key, &[ResultType::Number], |value| match value {
        Value::Number(number) => Some(number.to_i64_wrapping() as i32),
        _ => None,
    })
}

/// Appends a correlation key: a string, or a number printed.
pub fn correlation_key(
    context: &mut Context<'_, '_, '_>,
    property: &Property,
    scope_key: i64,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let mut found = None;
    let read = evaluate(context, property, scope_key, &[ResultType::String, ResultType::Number], |value| {
        found = Some(value.kind());
        match value {
            Value::String(text) => out.extend_from_slice(text.as_bytes()),
            Value::Number(number) => write!(out, "{number}").expect("a Vec takes everything"),
            _ => return None,
        }
        Some(())
    });
    let Some(result_type) = found.filter(|_| read.is_err()) else { return read };
    let message = format!(
        "Failed to extract the correlation key for '{}': The value must be either a string or a number, \
         but was '{result_type}'.",
        property.source()
    );
    let message = with_warnings(&message, context.evaluator.warnings());
    Err(Failure::new(ErrorType::ExtractValueError, message))
}

/// The document that mappings give; give the buffer back.
pub fn mapping(
    context: &mut Context<'_, '_, '_>,
    program: &MappingProgram,
    scope_key: i64,
) -> Result<Vec<u8>, Failure> {
    let error_type = ErrorType::IoMappingError;
    let environment = environment(context);
    let expression = program.inner.as_ref().map_err(|message| Failure::new(error_type, message.clone()))?;
    let mut out = context.buffers.take();
    let variables = ScopeVariables { state: context.state, scope_key };
    let message = match context.evaluator.evaluate(expression, &variables, &environment) {
        Ok(value @ Value::Context(_)) => {
            value.write_message_pack(&mut out);
            return Ok(out);
        }
        Ok(value) => unexpected_type_message(expression.source(), &[ResultType::Object], value.kind()),
        Err(failure) => failure.to_string(),
    };
    Err(Failure::new(error_type, with_warnings(&message, context.evaluator.warnings())))
}
