//! `string`, `number`, `from json`, `to json`.

use super::{Answer, Refusal, Table, fixed, refuse};
use crate::decimal::Decimal;
use crate::eval::Run;
use crate::json;
use crate::limits::STRING_BYTES_MAX;
use crate::value::Value;

pub(super) const TABLE: Table = &[
    ("string", &[fixed(&["from"], string)]),
    (
        "number",
        &[
            fixed(&["from"], number),
            fixed(&["from", "grouping separator"], number),
            fixed(&["from", "grouping separator", "decimal separator"], number),
        ],
    ),
    ("from json", &[fixed(&["json"], from_json)]),
    ("to json", &[fixed(&["value"], to_json)]),
];

fn string<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Null] => Ok(Value::Null),
        [text @ Value::String(_)] => Ok(text.clone()),
        [value] => limited(run, value.to_string()),
        _ => Err(Refusal::IllegalArguments),
    }
}

/// A string that was made, paid for by its length.
pub(super) fn limited<'a>(run: &mut Run<'a, '_>, text: String) -> Answer<'a> {
    if text.len() > STRING_BYTES_MAX {
        return refuse(format!("the string is longer than {STRING_BYTES_MAX} bytes"));
    }
    run.spend(text.len() as u64 / 64)?;
    Ok(Value::string(text))
}

fn number<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::String(from)] => parse(from, None, None),
        [Value::String(from), Value::String(grouping)] => match is_grouping(grouping) {
            true => parse(from, Some(grouping), None),
            false => refuse("illegal argument for grouping. Must be one of ' ', ',' or '.'"),
        },
        [Value::String(from), Value::Null, Value::String(decimal)] if is_decimal(decimal) => {
            parse(from, None, Some(decimal))
        }
        [Value::String(from), Value::String(grouping), Value::Null] if is_grouping(grouping) => {
            parse(from, Some(grouping), None)
        }
        [Value::String(from), Value::String(grouping), Value::String(decimal)] => {
            if is_grouping(grouping) && is_decimal(decimal) && **grouping != **decimal {
                return parse(from, Some(grouping), Some(decimal));
            }
            refuse(
                "illegal arguments for grouping or decimal. Must be one of ' ' (grouping only), ',' or '.'",
            )
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn is_grouping(separator: &str) -> bool {
    matches!(separator, " " | "," | ".")
}

fn is_decimal(separator: &str) -> bool {
    matches!(separator, "," | ".")
}

fn parse<'a>(from: &str, grouping: Option<&str>, decimal: Option<&str>) -> Answer<'a> {
    let mut text = from.to_string();
    if let Some(grouping) = grouping {
        text = text.replace(grouping, "");
    }
    if let Some(decimal) = decimal {
        text = text.replace(decimal, ".");
    }
    match Decimal::parse(&text) {
        Some(number) => Ok(Value::Number(number)),
        None => refuse(format!("Can't parse '{text}' as a number")),
    }
}

fn from_json<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Null] => Ok(Value::Null),
        [Value::String(text)] => {
            run.spend(text.len() as u64 / 16)?;
            match json::read(text) {
                Some(value) => Ok(value),
                None => refuse(format!("Failed to parse JSON from '{}'", &**text)),
            }
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn to_json<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [value] => limited(run, json::write(value)),
        _ => Err(Refusal::IllegalArguments),
    }
}
