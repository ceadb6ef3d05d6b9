//! `for`, `some` and `every`.

use super::bindings::Binding;
use super::logic::from_optional;
use super::run::{Outcome, Raised, Run, or_null, shown};
use super::warning::WarningKind;
use crate::decimal::Decimal;
use crate::limits::LIST_ITEMS_MAX;
use crate::syntax::{Iterator, NodeId, Slice};
use crate::temporal::{Date, Temporal};
use crate::value::{List, Text, Value, compare};
use std::cmp::Ordering;
use std::rc::Rc;

/// What an iterator goes through.
#[derive(Clone)]
enum Items<'a> {
    List(Rc<Vec<Value<'a>>>),
    /// Numbers one by one, up or down.
    Count {
        first: Decimal,
        count: usize,
        down: bool,
    },
}

impl<'a> Items<'a> {
    fn len(&self) -> usize {
        match self {
            Items::List(items) => items.len(),
            Items::Count { count, .. } => *count,
        }
    }

    fn at(&self, index: usize) -> Value<'a> {
        match self {
            Items::List(items) => items[index].clone(),
            Items::Count { first, down, .. } => {
                let distance = Decimal::from(index);
                let item = if *down { first.subtract(&distance) } else { first.add(&distance) };
                item.map_or(Value::Null, Value::Number)
            }
        }
    }
}

/// What a loop does with one combination of items; `false` ends the loop.
type Visit<'v, 'a, 'e> = &'v mut dyn FnMut(&mut Run<'a, 'e>) -> Result<bool, Box<Raised>>;

impl<'a, 'e> Run<'a, 'e> {
    pub(super) fn for_loop(&mut self, iterators: Slice, body: NodeId, uses_partial: bool) -> Outcome<'a> {
        let mut results = Rc::new(Vec::new());
        let outcome = self.combinations(iterators, &mut |run| {
            if results.len() >= LIST_ITEMS_MAX {
                run.spend_items(results.len() + 1)?;
            }
            let value = if uses_partial {
                let partial = Value::List(List::from_shared(Rc::clone(&results)));
                run.with_binding("partial", partial, |run| run.eval(body))?
            } else {
                run.eval(body)?
            };
            // The results so far are copied only if the body kept hold of them.
            if Rc::strong_count(&results) > 1 {
                run.spend(results.len() as u64)?;
            }
            Rc::make_mut(&mut results).push(value);
            Ok(true)
        });
        or_null(outcome.map(|complete| match complete {
            true => Value::List(List::from_shared(results)),
            false => Value::Null,
        }))
    }

    pub(super) fn quantified(&mut self, iterators: Slice, body: NodeId, decisive: bool) -> Outcome<'a> {
        let mut result = Some(!decisive);
        let outcome = self.combinations(iterators, &mut |run| {
            let next = run.eval(body);
            let combined = run.combine(result, next, decisive)?;
            result = combined.as_bool();
            Ok(result != Some(decisive))
        });
        or_null(outcome.map(|complete| if complete { from_optional(result) } else { Value::Null }))
    }

    /// Visits all combinations, the first iterator outermost. `false` if one of them is no list.
    fn combinations(&mut self, iterators: Slice, visit: Visit<'_, 'a, 'e>) -> Result<bool, Box<Raised>> {
        let syntax = self.syntax;
        let iterators = &syntax.iterators[iterators.range()];
        let bound = self.bindings.len();
        let mut lists: Vec<Option<Items<'a>>> = Vec::with_capacity(iterators.len());
        for iterator in iterators {
            lists.push(if iterator.dependent { None } else { self.items_of(iterator)? });
        }
        let missing =
            iterators.iter().zip(&lists).any(|(iterator, list)| !iterator.dependent && list.is_none());
        if missing {
            return Ok(false);
        }
        let outcome = self.nest(iterators, &lists, visit);
        self.bindings.truncate(bound);
        outcome.map(|step| step != Step::NoList)
    }

    fn nest(
        &mut self,
        iterators: &[Iterator],
        lists: &[Option<Items<'a>>],
        visit: Visit<'_, 'a, 'e>,
    ) -> Result<Step, Box<Raised>> {
        let syntax = self.syntax;
        let Some((iterator, inner)) = iterators.split_first() else {
            return Ok(if visit(self)? { Step::Continue } else { Step::Stop });
        };
        let items = match &lists[0] {
            Some(items) => items.clone(),
            None => match self.items_of(iterator)? {
                Some(items) => items,
                None => return Ok(Step::NoList),
            },
        };
        let bound = self.bindings.len();
        let name = Text::Borrowed(syntax.text(iterator.name));
        for index in 0..items.len() {
            self.spend(1)?;
            self.bindings.truncate(bound);
            self.bindings.push(Binding::Name(name.clone(), items.at(index)));
            let step = self.nest(inner, &lists[1..], visit)?;
            if step != Step::Continue {
                return Ok(step);
            }
        }
        self.bindings.truncate(bound);
        Ok(Step::Continue)
    }

    /// The items of one iterator; `None`, with a warning, if it is no list.
    fn items_of(&mut self, iterator: &Iterator) -> Result<Option<Items<'a>>, Box<Raised>> {
        let Some(end) = iterator.end else {
            let value = self.eval(iterator.list)?;
            return match &value {
                Value::List(list) => Ok(Some(Items::List(list.items()))),
                // A range value that runs down is empty, and an empty range is no list.
                Value::Range(range) if compare(&range.start, &range.end) != Some(Ordering::Greater) => {
                    self.count_up(&range.start, &range.end)
                }
                other => {
                    self.warn(
                        WarningKind::InvalidType,
                        format!("Expected list but found '{}'", shown(other)),
                    );
                    Ok(None)
                }
            };
        };
        let start = self.eval(iterator.list)?;
        let end = self.eval(end)?;
        self.count_up(&start, &end)
    }

    /// Numbers or dates one by one, up or down.
    fn count_up(&mut self, start: &Value<'a>, end: &Value<'a>) -> Result<Option<Items<'a>>, Box<Raised>> {
        match (start, end) {
            (Value::Number(first), Value::Number(last)) => {
                let distance = last.subtract(first).ok().and_then(|d| d.to_i64());
                let distance = distance.unwrap_or(i64::MAX);
                self.spend_items(distance.unsigned_abs().saturating_add(1) as usize)?;
                let count = distance.unsigned_abs() as usize + 1;
                Ok(Some(Items::Count { first: first.clone(), count, down: distance < 0 }))
            }
            (Value::Temporal(Temporal::Date(first)), Value::Temporal(Temporal::Date(last))) => {
                let (first, last) = (first.epoch_day(), last.epoch_day());
                self.spend_items(first.abs_diff(last) as usize + 1)?;
                let dates = |day| Date::from_epoch_day(day).map(|date| Value::Temporal(Temporal::Date(date)));
                let items: Vec<_> = if first <= last {
                    (first..=last).filter_map(dates).collect()
                } else {
                    (last..=first).rev().filter_map(dates).collect()
                };
                Ok(Some(Items::List(Rc::new(items))))
            }
            _ => {
                let wrong = if matches!(start, Value::Number(_)) { end } else { start };
                self.warn(WarningKind::InvalidType, format!("Expected number but found '{}'", shown(wrong)));
                Ok(None)
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Continue,
    Stop,
    NoList,
}
