//! The short way for the most common conditions: arithmetic and comparisons of numbers that fit a
//! machine word, and equality of strings.
//!
//! It works on two words instead of whole values, has no effects and gives up on anything else:
//! then the general way answers, and warns where it must. Its depth is bounded, so that giving up
//! costs little.

use super::bindings::Binding;
use super::run::Run;
use crate::decimal::{Decimal, power_of_ten};
use crate::message_pack::{self, Scalar};
use crate::syntax::{ChainOperator, Comparison, Link, Node, NodeId};
use crate::value::Value;
use std::cmp::Ordering;

/// Levels of arithmetic that the short way follows.
const DEPTH_MAX: u32 = 4;

/// `mantissa * 10^-scale`.
#[derive(Clone, Copy)]
pub(super) struct Small {
    mantissa: i64,
    scale: i32,
}

impl Small {
    fn of(number: &Decimal) -> Option<Small> {
        let (mantissa, scale) = number.as_small()?;
        Some(Small { mantissa: i64::try_from(mantissa).ok()?, scale })
    }

    /// Both mantissas at the larger scale.
    fn aligned(self, other: Small) -> Option<(i64, i64, i32)> {
        let shift = self.scale.checked_sub(other.scale)?;
        if shift == 0 {
            return Some((self.mantissa, other.mantissa, self.scale));
        }
        let factor = i64::try_from(power_of_ten(shift.unsigned_abs())?).ok()?;
        Some(if shift > 0 {
            (self.mantissa, other.mantissa.checked_mul(factor)?, self.scale)
        } else {
            (self.mantissa.checked_mul(factor)?, other.mantissa, other.scale)
        })
    }

    fn apply(self, operator: ChainOperator, other: Small) -> Option<Small> {
        let (mantissa, scale) = match operator {
            ChainOperator::Add => {
                let (left, right, scale) = self.aligned(other)?;
                (left.checked_add(right)?, scale)
            }
            ChainOperator::Subtract => {
                let (left, right, scale) = self.aligned(other)?;
                (left.checked_sub(right)?, scale)
            }
            ChainOperator::Multiply => {
                (self.mantissa.checked_mul(other.mantissa)?, self.scale.checked_add(other.scale)?)
            }
            _ => return None,
        };
        Some(Small { mantissa, scale })
    }
}

impl<'a> Run<'a, '_> {
    /// The answer of a comparison, if the short way finds it.
    pub(super) fn compare_fast(&mut self, operator: Comparison, left: NodeId, right: NodeId) -> Option<bool> {
        let order = match self.scalar(left, DEPTH_MAX)? {
            Scalar::Number(mantissa, scale) => {
                let Scalar::Number(other, other_scale) = self.scalar(right, DEPTH_MAX)? else { return None };
                let right = Small { mantissa: other, scale: other_scale };
                let (left, right, _) = Small { mantissa, scale }.aligned(right)?;
                left.cmp(&right)
            }
            Scalar::Text(left) => {
                let Scalar::Text(right) = self.scalar(right, DEPTH_MAX)? else { return None };
                match operator {
                    Comparison::Equal | Comparison::NotEqual if left == right => Ordering::Equal,
                    Comparison::Equal | Comparison::NotEqual => Ordering::Less,
                    _ => return None,
                }
            }
        };
        Some(operator.holds(order))
    }

    /// The answer of comparisons joined by `and` or `or`, if the short way finds it.
    pub(super) fn logic_fast(&mut self, items: &[NodeId], decisive: bool) -> Option<bool> {
        for item in items {
            let answer = match self.syntax.node(*item) {
                Node::Compare { operator, left, right } => self.compare_fast(operator, left, right)?,
                Node::Boolean(value) => value,
                _ => return None,
            };
            if answer == decisive {
                return Some(decisive);
            }
        }
        Some(!decisive)
    }

    /// The value of a chain of arithmetic, if the short way finds it.
    pub(super) fn chain_fast(&mut self, base: NodeId, links: &[Link]) -> Option<Value<'a>> {
        let result = self.fold_small(base, links, DEPTH_MAX)?;
        Some(Value::Number(Decimal::small(i128::from(result.mantissa), result.scale)))
    }

    fn fold_small(&mut self, base: NodeId, links: &[Link], depth: u32) -> Option<Small> {
        let is_sum_or_product = |link: &Link| {
            matches!(link.operator, ChainOperator::Add | ChainOperator::Subtract | ChainOperator::Multiply)
        };
        if depth == 0 || !is_sum_or_product(links.first()?) {
            return None;
        }
        let mut result = self.small(base, depth - 1)?;
        for link in links {
            let operand = self.small(NodeId(link.operand), depth - 1)?;
            result = result.apply(link.operator, operand)?;
        }
        Some(result)
    }

    fn small(&mut self, id: NodeId, depth: u32) -> Option<Small> {
        match self.scalar(id, depth)? {
            Scalar::Number(mantissa, scale) => Some(Small { mantissa, scale }),
            Scalar::Text(_) => None,
        }
    }

    fn scalar(&mut self, id: NodeId, depth: u32) -> Option<Scalar<'a>> {
        self.steps_left = self.steps_left.checked_sub(1)?;
        let syntax = self.syntax;
        match syntax.node(id) {
            Node::Number(index) => number(&syntax.numbers[index as usize]),
            Node::Text(text) => Some(Scalar::Text(syntax.text(text).as_bytes())),
            Node::Variable(name) => self.scalar_variable(syntax.text(name)),
            Node::Chain { base, links } => {
                let result = self.fold_small(base, &syntax.links[links.range()], depth)?;
                Some(Scalar::Number(result.mantissa, result.scale))
            }
            _ => None,
        }
    }

    fn scalar_variable(&self, name: &str) -> Option<Scalar<'a>> {
        for binding in self.bindings.iter().rev() {
            match binding {
                Binding::Name(bound, Value::Number(value)) if **bound == *name => return number(value),
                // Other values, and contexts that may hold the name, take the general way.
                Binding::Name(bound, _) if **bound != *name => {}
                _ => return None,
            }
        }
        message_pack::read_scalar(self.variables.get(name)?)
    }
}

fn number<'a>(value: &Decimal) -> Option<Scalar<'a>> {
    Small::of(value).map(|small| Scalar::Number(small.mantissa, small.scale))
}
