//! Figures of lists of numbers.

use super::{Answer, Refusal, Table, variadic};
use crate::decimal::{Decimal, DecimalOverflow};
use crate::eval::Run;
use crate::value::{Inner, Value};

pub(super) const TABLE: Table = &[
    ("sum", &[variadic(&["list"], sum)]),
    ("product", &[variadic(&["list"], product)]),
    ("mean", &[variadic(&["list"], mean)]),
    ("median", &[variadic(&["list"], median)]),
    ("stddev", &[variadic(&["list"], stddev)]),
    ("mode", &[variadic(&["list"], mode)]),
];

impl From<DecimalOverflow> for Refusal {
    fn from(overflow: DecimalOverflow) -> Refusal {
        Refusal::Message(overflow.to_string())
    }
}

/// The numbers of the list; a single number counts as a list of one.
fn numbers<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Result<Vec<Decimal>, Refusal> {
    let items = match arguments {
        [Value::List(list)] => list.items(),
        [single @ Value::Number(_)] => std::rc::Rc::new(vec![single.clone()]),
        _ => return Err(Refusal::IllegalArguments),
    };
    let weight: u64 = items.iter().filter_map(Value::as_decimal).map(Decimal::weight).sum();
    run.spend(items.len() as u64 + weight * 32)?;
    let number = |item: &Value<'_>| match item {
        Value::Number(number) => Ok(number.clone()),
        other => Err(Refusal::Message(format!("expected number but found '{}'", Inner(other, 0)))),
    };
    items.iter().map(number).collect()
}

fn total(numbers: &[Decimal]) -> Result<Decimal, DecimalOverflow> {
    numbers.iter().try_fold(Decimal::ZERO, |sum, number| sum.add(number))
}

fn sum<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let numbers = numbers(run, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::Number(total(&numbers)?))
}

fn product<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let numbers = numbers(run, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::Number(numbers.iter().try_fold(Decimal::ONE, |product, number| product.multiply(number))?))
}

fn mean<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let numbers = numbers(run, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::Number(total(&numbers)?.divide(&Decimal::from(numbers.len()))?))
}

fn median<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let mut numbers = numbers(run, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    numbers.sort();
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 {
        return Ok(Value::Number(numbers[middle].clone()));
    }
    let pair = numbers[middle - 1].add(&numbers[middle])?;
    Ok(Value::Number(pair.divide(&Decimal::from(2))?))
}

/// Of a sample; by way of doubles at the end.
fn stddev<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let numbers = numbers(run, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    let mean = total(&numbers)?.divide(&Decimal::from(numbers.len()))?;
    let deviation = numbers.iter().try_fold(Decimal::ZERO, |sum, number| {
        let distance = number.subtract(&mean)?;
        sum.add(&distance.power(2)?)
    })?;
    let variance = deviation.divide(&Decimal::from(numbers.len() - 1))?;
    Ok(Decimal::from_f64(variance.to_f64().sqrt()).map_or(Value::Null, Value::Number))
}

/// The most frequent numbers in order.
fn mode<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let mut numbers = numbers(run, arguments)?;
    numbers.sort();
    let runs: Vec<&[Decimal]> = numbers.chunk_by(|left, right| left == right).collect();
    let longest = runs.iter().map(|run| run.len()).max().unwrap_or(0);
    let modes = runs.iter().filter(|run| run.len() == longest);
    Ok(Value::list(modes.map(|run| Value::Number(run[0].clone())).collect()))
}
