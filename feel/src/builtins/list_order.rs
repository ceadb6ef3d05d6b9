//! `min`, `max`, `sort`.

use super::{Answer, Refusal, Table, fixed, refuse, variadic};
use crate::eval::{Function, Run};
use crate::value::{Inner, Value, comparable, compare};
use std::cmp::Ordering;

pub(super) const TABLE: Table = &[
    ("min", &[variadic(&["list"], min)]),
    ("max", &[variadic(&["list"], max)]),
    ("sort", &[fixed(&["list", "precedes"], sort), fixed(&["list"], sort)]),
];

fn min<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    extreme(run, arguments, Ordering::Less)
}

fn max<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    extreme(run, arguments, Ordering::Greater)
}

fn extreme<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>], wanted: Ordering) -> Answer<'a> {
    let items = match arguments {
        [Value::List(list)] => list.items(),
        [single] if comparable(single) => return Ok(single.clone()),
        _ => return Err(Refusal::IllegalArguments),
    };
    run.spend(items.len() as u64)?;
    let Some(mut best) = items.first() else { return Ok(Value::Null) };
    let mut all_comparable = comparable(best);
    for item in &items[1..] {
        match compare(item, best) {
            Some(order) if order == wanted => best = item,
            Some(_) => {}
            None => all_comparable = false,
        }
    }
    if !all_comparable {
        return refuse(format!("{} is not comparable", Inner(&arguments[0], 0)));
    }
    Ok(best.clone())
}

/// Sorts by a function that says whether one item comes before another, or by natural order.
fn sort<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    match arguments {
        [Value::List(list)] => {
            let mut items = list.items().to_vec();
            run.spend(4 * items.len() as u64)?;
            if items.iter().any(|item| compare(item, &items[0]).is_none()) {
                return refuse(format!("{} is not comparable", Inner(&arguments[0], 0)));
            }
            items.sort_by(|left, right| compare(left, right).unwrap_or(Ordering::Equal));
            Ok(Value::list(items))
        }
        [Value::List(list), Value::Function(precedes)] => match precedes.parameters().len() {
            2 => Ok(Value::list(merge_sort(run, list.items().to_vec(), precedes)?)),
            count => refuse(format!("expect boolean function with 2 arguments, but found '{count}'")),
        },
        _ => Err(Refusal::IllegalArguments),
    }
}

/// A stable merge sort. The function may contradict itself, which the library sort does not bear.
fn merge_sort<'a>(
    run: &mut Run<'a, '_>,
    mut items: Vec<Value<'a>>,
    precedes: &Function<'a>,
) -> Result<Vec<Value<'a>>, Refusal> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
                let second_first = match run.apply(precedes, vec![(*second).clone(), (*first).clone()])? {
                    Value::Boolean(answer) => answer,
                    other => {
                        let found = Inner(&other, 0);
                        let cause = format!("expected boolean but found '{found}'");
                        let message = format!("fail to sort list by given precedes function: {cause}");
                        return Err(Refusal::Message(message));
                    }
                };
                merged.extend(if second_first { right.next() } else { left.next() }.cloned());
            }
            merged.extend(left.chain(right).cloned());
        }
        items = merged;
        width *= 2;
    }
    Ok(items)
}
