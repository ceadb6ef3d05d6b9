//! Functions on contexts.

use super::{Answer, Refusal, Table, fixed, refuse, variadic};
use crate::eval::Run;
use crate::value::{Context, Entries, Text, Value};

pub(super) const TABLE: Table = &[
    ("get entries", &[fixed(&["context"], get_entries), fixed(&["m"], get_entries)]),
    (
        "get value",
        &[
            fixed(&["m", "key"], get_value),
            fixed(&["context", "key"], get_value),
            fixed(&["context", "keys"], get_value),
        ],
    ),
    (
        "context put",
        &[
            fixed(&["context", "key", "value"], context_put),
            fixed(&["context", "keys", "value"], context_put),
        ],
    ),
    ("put", &[fixed(&["context", "key", "value"], context_put)]),
    ("context merge", &[variadic(&["contexts"], context_merge)]),
    ("put all", &[variadic(&["contexts"], context_merge)]),
    ("context", &[fixed(&["entries"], from_entries)]),
];

fn get_entries<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::Context(context)] = arguments else { return Err(Refusal::IllegalArguments) };
    let pair = |(key, value): (Text<'a>, Value<'a>)| {
        let mut entry = Entries::default();
        entry.insert(Text::Borrowed("key"), Value::String(key));
        entry.insert(Text::Borrowed("value"), value);
        Value::Context(entry.into())
    };
    Ok(Value::list(context.entries().into_iter().map(pair).collect()))
}

fn get_value<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Context(context), Value::String(key)] => Ok(context.get(key).unwrap_or_default()),
        [Value::Context(context), Value::List(keys)] => {
            let Some(keys) = texts(&keys.items()) else { return Ok(Value::Null) };
            let Some((last, parents)) = keys.split_last() else { return Ok(Value::Null) };
            let mut context = context.clone();
            for key in parents {
                match context.get(key) {
                    Some(Value::Context(inner)) => context = inner,
                    _ => return Ok(Value::Null),
                }
            }
            Ok(context.get(last).unwrap_or_default())
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn texts<'a>(items: &[Value<'a>]) -> Option<Vec<Text<'a>>> {
    items.iter().map(|item| if let Value::String(text) = item { Some(text.clone()) } else { None }).collect()
}

fn context_put<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::Context(context), Value::String(key), value] => Ok(put(context, key.clone(), value.clone())),
        [Value::Context(_), Value::List(keys), _] if keys.is_empty() => Ok(Value::Null),
        [Value::Context(context), Value::List(keys), value] => match texts(&keys.items()) {
            Some(keys) => Ok(put_deep(context, &keys, value)),
            None => Err(Refusal::IllegalArguments),
        },
        _ => Err(Refusal::IllegalArguments),
    }
}

fn put<'a>(context: &Context<'a>, key: Text<'a>, value: Value<'a>) -> Value<'a> {
    let mut entries = context.to_entries();
    entries.insert(key, value);
    Value::Context(entries.into())
}

/// Creates the levels that are missing. Goes down collecting contexts, and up putting them back.
fn put_deep<'a>(context: &Context<'a>, keys: &[Text<'a>], value: &Value<'a>) -> Value<'a> {
    let mut levels = vec![context.clone()];
    for key in &keys[..keys.len() - 1] {
        let inner = match levels[levels.len() - 1].get(key) {
            Some(Value::Context(inner)) => inner,
            _ => Context::from(Entries::default()),
        };
        levels.push(inner);
    }
    let from_inside = levels.iter().zip(keys).rev();
    from_inside.fold(value.clone(), |value, (level, key)| put(level, key.clone(), value))
}

fn context_merge<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let contexts = match arguments {
        [Value::List(contexts)] => contexts.items(),
        [single @ Value::Context(_)] => std::rc::Rc::new(vec![single.clone()]),
        _ => return Ok(Value::Null),
    };
    let mut merged = Entries::default();
    for context in contexts.iter() {
        let Value::Context(context) = context else { return Ok(Value::Null) };
        for (key, value) in context.entries() {
            merged.insert(key, value);
        }
    }
    Ok(Value::Context(merged.into()))
}

/// The inverse of `get entries`; the last of several equal keys wins.
fn from_entries<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let pairs = match arguments {
        [Value::List(pairs)] => pairs.items(),
        [single @ Value::Context(_)] => std::rc::Rc::new(vec![single.clone()]),
        _ => return Ok(Value::Null),
    };
    let mut entries = Entries::default();
    for pair in pairs.iter() {
        let Value::Context(pair) = pair else { return Ok(Value::Null) };
        match (pair.get("key"), pair.get("value")) {
            (Some(Value::String(key)), Some(value)) => entries.insert(key, value),
            _ => return refuse("expected a list of contexts with 'key' and 'value'"),
        }
    }
    Ok(Value::Context(entries.into()))
}
