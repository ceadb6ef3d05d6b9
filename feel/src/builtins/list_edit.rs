//! Lists from lists.

use super::{Answer, Refusal, Table, fixed, refuse, variadic};
use crate::decimal::Decimal;
use crate::eval::Run;
use crate::value::Value;

const NON_ZERO_START: &str = "start position must be a non-zero number";
const NON_ZERO_POSITION: &str = "position must be a non-zero number";

pub(super) const TABLE: Table = &[
    (
        "sublist",
        &[
            fixed(&["list", "start"], sublist),
            fixed(&["list", "start", "length"], sublist),
            fixed(&["list", "start position"], sublist),
            fixed(&["list", "start position", "length"], sublist),
        ],
    ),
    ("append", &[variadic(&["list", "items"], append), variadic(&["list", "item"], append)]),
    ("concatenate", &[variadic(&["lists"], concatenate), variadic(&["list"], concatenate)]),
    ("insert before", &[fixed(&["list", "position", "newItem"], insert_before)]),
    ("remove", &[fixed(&["list", "position"], remove)]),
    (
        "list replace",
        &[fixed(&["list", "position", "newItem"], replace), fixed(&["list", "match", "newItem"], replace)],
    ),
    ("reverse", &[fixed(&["list"], reverse)]),
    ("flatten", &[fixed(&["list"], flatten)]),
];

/// The offset of a position that counts from 1, or back from the end. May lie outside of the list.
fn offset(count: usize, position: &Decimal) -> i64 {
    let position = i64::from(position.to_i32_wrapping());
    if position > 0 { position - 1 } else { count as i64 + position }
}

fn clamp(offset: i64, count: usize) -> usize {
    offset.clamp(0, count as i64) as usize
}

fn sublist<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (list, start, length) = match arguments {
        [Value::List(list), Value::Number(start)] => (list, start, None),
        [Value::List(list), Value::Number(start), Value::Number(length)] => (list, start, Some(length)),
        _ => return Err(Refusal::IllegalArguments),
    };
    if start.is_zero() {
        return refuse(NON_ZERO_START);
    }
    let items = list.items();
    run.spend_items(items.len())?;
    let first = offset(items.len(), start);
    let end = length.map_or(items.len() as i64, |length| first + i64::from(length.to_i32_wrapping()));
    let (first, end) = (clamp(first, items.len()), clamp(end, items.len()));
    Ok(Value::list(items.get(first..end).unwrap_or_default().to_vec()))
}

fn append<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (list, more) = match arguments {
        [Value::List(list), Value::List(items)] => (list, items.items()),
        [Value::List(list), item] => (list, std::rc::Rc::new(vec![item.clone()])),
        _ => return Err(Refusal::IllegalArguments),
    };
    run.spend_items(list.len() + more.len())?;
    let mut items = list.items().to_vec();
    items.extend(more.iter().cloned());
    Ok(Value::list(items))
}

/// The items of lists, and what is no list as an item.
pub(super) fn joined<'a>(lists: &[Value<'a>]) -> Vec<Value<'a>> {
    let mut items = Vec::new();
    for list in lists {
        match list {
            Value::List(list) => items.extend(list.items().iter().cloned()),
            item => items.push(item.clone()),
        }
    }
    items
}

fn concatenate<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(lists)] = arguments else { return Err(Refusal::IllegalArguments) };
    let items = joined(&lists.items());
    run.spend_items(items.len())?;
    Ok(Value::list(items))
}

fn insert_before<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list), Value::Number(position), new_item] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    if position.is_zero() {
        return refuse(NON_ZERO_POSITION);
    }
    run.spend_items(list.len() + 1)?;
    let mut items = list.items().to_vec();
    let at = clamp(offset(items.len(), position), items.len());
    items.insert(at, new_item.clone());
    Ok(Value::list(items))
}

/// Takes the item out; a position outside of the list changes nothing.
fn remove<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list), Value::Number(position)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    if position.is_zero() {
        return refuse(NON_ZERO_POSITION);
    }
    run.spend_items(list.len())?;
    let mut items = list.items().to_vec();
    let at = offset(items.len(), position);
    if (0..items.len() as i64).contains(&at) {
        items.remove(at as usize);
    }
    Ok(Value::list(items))
}

/// Replaces the item at a position, or all items that a function picks.
fn replace<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::List(list), Value::Number(position), new_item] => {
            run.spend_items(list.len())?;
            let mut items = list.items().to_vec();
            let at = offset(items.len(), position);
            if position.is_zero() || !(0..items.len() as i64).contains(&at) {
                return refuse("position must be a position of the list");
            }
            items[at as usize] = new_item.clone();
            Ok(Value::list(items))
        }
        [Value::List(list), Value::Function(matches), new_item] if matches.parameters().len() == 2 => {
            let mut items = list.items().to_vec();
            for item in &mut items {
                match run.apply(matches, vec![item.clone(), new_item.clone()])? {
                    Value::Boolean(true) => *item = new_item.clone(),
                    Value::Boolean(false) => {}
                    other => return refuse(format!("expected boolean but found '{other}'")),
                }
            }
            Ok(Value::list(items))
        }
        _ => Err(Refusal::IllegalArguments),
    }
}

fn reverse<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list)] = arguments else { return Err(Refusal::IllegalArguments) };
    run.spend_items(list.len())?;
    Ok(Value::list(list.items().iter().rev().cloned().collect()))
}

/// Goes through nested lists with a stack of its own: their depth is that of the data.
fn flatten<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::List(list)] = arguments else { return Err(Refusal::IllegalArguments) };
    let mut flat = Vec::new();
    let mut open = vec![(list.items(), 0)];
    while let Some((items, next)) = open.pop() {
        let Some(item) = items.get(next) else { continue };
        run.spend(1)?;
        let inner = if let Value::List(inner) = item { Some(inner.items()) } else { None };
        if inner.is_none() {
            flat.push(item.clone());
        }
        open.push((items, next + 1));
        open.extend(inner.map(|inner| (inner, 0)));
    }
    Ok(Value::list(flat))
}
