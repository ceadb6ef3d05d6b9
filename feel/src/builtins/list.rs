//! Questions about lists.

use super::value_set::ValueSet;
use super::{Answer, Refusal, Table, fixed, refuse, variadic};
use crate::eval::Run;
use crate::value::{List, Value};

/// What hashing one item costs.
const HASH_STEPS: u64 = 8;

pub(super) const TABLE: Table = &[
    ("list contains", &[fixed(&["list", "element"], list_contains)]),
    ("count", &[fixed(&["list"], count)]),
    ("and", &[variadic(&["list"], all)]),
    ("all", &[variadic(&["list"], all)]),
    ("or", &[variadic(&["list"], any)]),
    ("any", &[variadic(&["list"], any)]),
    ("index of", &[fixed(&["list", "match"], index_of)]),
    ("distinct values", &[fixed(&["list"], distinct_values)]),
    ("duplicate values", &[fixed(&["list"], duplicate_values)]),
    ("union", &[variadic(&["lists"], union), variadic(&["list"], union)]),
    ("is empty", &[fixed(&["list"], is_empty)]),
    ("partition", &[fixed(&["list", "size"], partition)]),
];

fn list_contains<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list), element] = arguments else { return Err(Refusal::IllegalArguments) };
    run.spend(list.len() as u64 / 4)?;
    Ok(Value::Boolean(list.items().iter().any(|item| item.equals(element))))
}

fn count<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list)] = arguments else { return Err(Refusal::IllegalArguments) };
    Ok(Value::number(list.len()))
}

fn all<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    fold(arguments, false)
}

fn any<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    fold(arguments, true)
}

/// Three-valued; `decisive` settles the answer.
fn fold<'a>(arguments: &[Value<'a>], decisive: bool) -> Answer<'a> {
    let list = match arguments {
        [Value::List(list)] => list.clone(),
        [single @ Value::Boolean(_)] => List::from(vec![single.clone()]),
        _ => return Err(Refusal::IllegalArguments),
    };
    let items = list.items();
    if items.iter().any(|item| item.as_bool() == Some(decisive)) {
        return Ok(Value::Boolean(decisive));
    }
    let known = items.iter().all(|item| item.as_bool().is_some());
    Ok(if known { Value::Boolean(!decisive) } else { Value::Null })
}

fn index_of<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list), wanted] = arguments else { return Err(Refusal::IllegalArguments) };
    run.spend(list.len() as u64 / 4)?;
    let items = list.items();
    let found = items.iter().enumerate().filter(|(_, item)| item.equals(wanted));
    Ok(Value::list(found.map(|(index, _)| Value::number(index + 1)).collect()))
}

fn distinct_values<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list)] = arguments else { return Err(Refusal::IllegalArguments) };
    run.spend(HASH_STEPS * list.len() as u64)?;
    Ok(Value::list(distinct(&list.items())))
}

fn distinct<'a>(items: &[Value<'a>]) -> Vec<Value<'a>> {
    let mut seen = ValueSet::default();
    items.iter().filter(|item| seen.insert((*item).clone()).1).cloned().collect()
}

/// Each value that occurs more than once, in order of its first occurrence.
fn duplicate_values<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list)] = arguments else { return Err(Refusal::IllegalArguments) };
    run.spend(HASH_STEPS * list.len() as u64)?;
    let mut seen = ValueSet::default();
    let mut counts: Vec<usize> = Vec::new();
    for item in list.items().iter() {
        let (index, new) = seen.insert(item.clone());
        if new {
            counts.push(0);
        }
        counts[index] += 1;
    }
    let repeated = seen.into_values().into_iter().zip(counts).filter(|(_, count)| *count > 1);
    Ok(Value::list(repeated.map(|(value, _)| value).collect()))
}

fn union<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(lists)] = arguments else { return Err(Refusal::IllegalArguments) };
    let joined = super::list_edit::joined(&lists.items());
    run.spend(HASH_STEPS * joined.len() as u64)?;
    Ok(Value::list(distinct(&joined)))
}

fn is_empty<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list)] = arguments else { return Err(Refusal::IllegalArguments) };
    Ok(Value::Boolean(list.is_empty()))
}

fn partition<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list), Value::Number(size)] = arguments else { return Err(Refusal::IllegalArguments) };
    match usize::try_from(size.to_i32_wrapping()) {
        Ok(length) if length > 0 => {
            let items = list.items();
            Ok(Value::list(items.chunks(length).map(|chunk| Value::list(chunk.to_vec())).collect()))
        }
        _ => refuse(format!("'size' should be greater than zero but was '{size}'")),
    }
}
