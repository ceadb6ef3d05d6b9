//! Answers lines of a conformance corpus.
//!
//! A line is a JSON object with `expression`, `context` or `inputs`, and for unary tests `kind` and
//! `input`; or a JSON string, which is an expression. Values are written `{"t": type, "v": value}`
//! with types `null`, `string`, `number` (decimal text), `boolean`, `date`, `time`,
//! `date and time`, `days and time duration`, `years and months duration`, `list`, `context`,
//! `range` and `function`. The answer is `{"id", "result", "error"?, "failures"?}`.

use crate::decimal::Decimal;
use crate::eval::{Environment, Evaluator, MessagePackMap, Scope};
use crate::expression::{Expression, UnaryTests};
use crate::json;
use crate::message_pack::{write_map_head, write_string};
use crate::temporal::{Temporal, parse_at_literal};
use crate::value::{Context, Entries, Value};

/// The time that `now()` gives in a corpus: 2023-11-14T22:13:20Z.
pub const NOW_MS: i64 = 1_700_000_000_000;

/// The answer to one line of a corpus, as one line of JSON. A line that is not JSON or has no
/// expression gets an error as its result.
pub fn answer_line(line: &str) -> String {
    let Some(parsed) = json::read(line) else { return answer("", &Value::Null, Err("not JSON".into()), &[]) };
    let case = match &parsed {
        Value::Context(context) => context.clone(),
        text => {
            let mut entries = Entries::default();
            entries.insert(crate::value::Text::Borrowed("expression"), text.clone());
            Context::from(entries)
        }
    };
    let id = case.get("id").unwrap_or_default();
    let Some(Value::String(source)) = case.get("expression") else {
        return answer("", &id, Err("no expression".into()), &[]);
    };
    let is_unary = case.get("kind").is_some_and(|kind| kind.as_str() == Some("unary"));
    let inputs = case.get("context").or_else(|| case.get("inputs")).unwrap_or_default();
    let inputs = inputs.as_context().map(Context::entries).unwrap_or_default();
    let input = is_unary.then(|| case.get("input").map(|input| decode(&input)).unwrap_or_default());
    let variables: Vec<(&str, Value<'_>)> =
        inputs.iter().map(|(name, value)| (&**name, decode(value))).collect();
    evaluate(&id, &source, &variables, input)
}

fn evaluate(
    id: &Value<'_>,
    source: &str,
    variables: &[(&str, Value<'_>)],
    input: Option<Value<'_>>,
) -> String {
    let names: Vec<&str> = variables.iter().map(|(name, _)| *name).collect();
    let environment = Environment { now_ms: NOW_MS, ..Environment::default() };
    let mut evaluator = Evaluator::new();
    // What MessagePack can carry is given as a process would give it.
    let (plain, rich): (Vec<_>, Vec<_>) = variables.iter().partition(|(_, value)| is_plain(value));
    let document = encode(&plain);
    let map = MessagePackMap(&document);
    let mut scope = Scope::new();
    for (name, value) in &rich {
        scope.bind(name, value.clone());
    }
    let result = match input {
        Some(input) => match UnaryTests::parse_with_names(source, &names) {
            Ok(tests) => {
                let outcome = evaluator.evaluate_tests(&tests, input, &map, &scope, &environment);
                return finish(source, id, outcome.map_err(|failure| failure.to_string()), &evaluator);
            }
            Err(error) => Err(error.to_string()),
        },
        None => match Expression::parse_with_names(source, &names) {
            Ok(expression) => {
                let outcome = evaluator.evaluate_in(&expression, &map, &scope, &environment);
                return finish(source, id, outcome.map_err(|failure| failure.to_string()), &evaluator);
            }
            Err(error) => Err(error.to_string()),
        },
    };
    answer(source, id, result, &[])
}

fn finish(source: &str, id: &Value<'_>, outcome: Result<Value<'_>, String>, evaluator: &Evaluator) -> String {
    let mut failures: Vec<String> = Vec::new();
    for warning in evaluator.warnings() {
        let text = format!("{}: {}", warning.kind, warning.message);
        if !failures.contains(&text) {
            failures.push(text);
        }
    }
    answer(source, id, outcome.map(|value| rendered(&value)), &failures)
}

fn is_plain(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Boolean(_) | Value::String(_) => true,
        Value::Number(number) => {
            let mut bytes = Vec::new();
            value.write_message_pack(&mut bytes);
            Value::from_message_pack(&bytes).as_decimal().map(Decimal::to_string) == Some(number.to_string())
        }
        Value::List(list) => list.items().iter().all(is_plain),
        Value::Context(context) => context.entries().iter().all(|(_, value)| is_plain(value)),
        Value::Temporal(_) | Value::Range(_) | Value::Function(_) => false,
    }
}

fn encode(variables: &[&(&str, Value<'_>)]) -> Vec<u8> {
    let mut document = Vec::new();
    write_map_head(&mut document, variables.len());
    for (name, value) in variables {
        write_string(&mut document, name);
        value.write_message_pack(&mut document);
    }
    document
}

/// From the typed form of the corpus.
pub fn decode<'a>(typed: &Value<'a>) -> Value<'a> {
    let Value::Context(typed) = typed else { return Value::Null };
    let value = typed.get("v").unwrap_or_default();
    let kind = typed.get("t").unwrap_or_default();
    match (kind.as_str().unwrap_or_default(), &value) {
        ("string" | "boolean", _) => value,
        ("number", Value::String(text)) => Decimal::parse(text).map_or(Value::Null, Value::Number),
        ("list", Value::List(items)) => Value::list(items.items().iter().map(decode).collect()),
        ("context", Value::Context(context)) => {
            let mut entries = Entries::default();
            for (key, value) in context.entries() {
                entries.insert(key, decode(&value));
            }
            Value::Context(entries.into())
        }
        ("null", _) => Value::Null,
        (_, Value::String(text)) => parse_at_literal(text).map_or(Value::Null, Value::Temporal),
        _ => Value::Null,
    }
}

/// To the typed form, as JSON.
pub fn rendered(value: &Value<'_>) -> String {
    let mut text = String::new();
    let quoted = |kind: &str, value: &str| {
        let mut text = format!("{{\"t\": \"{kind}\", \"v\": ");
        json::write_string(&mut text, value);
        text.push('}');
        text
    };
    match value {
        Value::Null => text.push_str("{\"t\": \"null\"}"),
        Value::Boolean(value) => text.push_str(&format!("{{\"t\": \"boolean\", \"v\": {value}}}")),
        Value::Number(number) => text.push_str(&quoted("number", &number.to_string())),
        Value::String(string) => text.push_str(&quoted("string", string)),
        Value::Temporal(Temporal::DaysTime(duration)) => {
            text.push_str(&quoted("days and time duration", &json::java_duration(*duration)));
        }
        Value::Temporal(temporal) => text.push_str(&quoted(kind_of(*temporal), &temporal.to_string())),
        Value::List(list) => {
            let items: Vec<String> = list.items().iter().map(rendered).collect();
            text.push_str(&format!("{{\"t\": \"list\", \"v\": [{}]}}", items.join(", ")));
        }
        Value::Context(context) => {
            let entry = |(key, value): &(crate::value::Text<'_>, Value<'_>)| {
                let mut text = String::new();
                json::write_string(&mut text, key);
                format!("{text}: {}", rendered(value))
            };
            let entries: Vec<String> = context.entries().iter().map(entry).collect();
            text.push_str(&format!("{{\"t\": \"context\", \"v\": {{{}}}}}", entries.join(", ")));
        }
        Value::Range(range) => {
            let end = |closed: bool, value: &Value<'_>| {
                format!("{{\"closed\": {closed}, \"v\": {}}}", rendered(value))
            };
            let (start, end) = (end(range.start_closed, &range.start), end(range.end_closed, &range.end));
            text.push_str(&format!("{{\"t\": \"range\", \"v\": {{\"start\": {start}, \"end\": {end}}}}}"));
        }
        Value::Function(function) => text.push_str(&quoted("function", &function.to_string())),
    }
    text
}

fn kind_of(temporal: Temporal) -> &'static str {
    match temporal {
        Temporal::Date(_) => "date",
        Temporal::LocalTime(_) | Temporal::ZonedTime(_) => "time",
        Temporal::LocalDateTime(_) | Temporal::ZonedDateTime(_) => "date and time",
        Temporal::DaysTime(_) => "days and time duration",
        Temporal::YearsMonths(_) => "years and months duration",
    }
}

/// One line of answers; `source` names an answer that has no id.
pub fn answer(source: &str, id: &Value<'_>, result: Result<String, String>, failures: &[String]) -> String {
    let mut text = String::from("{\"id\": ");
    json::write_string(&mut text, id.as_str().unwrap_or(source));
    match result {
        Ok(value) => text.push_str(&format!(", \"result\": {value}")),
        Err(error) => {
            text.push_str(", \"result\": {\"t\": \"error\"}, \"error\": ");
            json::write_string(&mut text, &error);
        }
    }
    if !failures.is_empty() {
        text.push_str(", \"failures\": [");
        for (index, failure) in failures.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { ", " });
            json::write_string(&mut text, failure);
        }
        text.push(']');
    }
    text.push('}');
    text
}
