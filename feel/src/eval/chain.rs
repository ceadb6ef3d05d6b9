//! Operators of one precedence from left to right, and paths and filters on a value.

use super::run::{Outcome, Run, or_null};
use crate::syntax::{ChainOperator, Node, NodeId, Slice, TextId};
use crate::value::Value;

impl<'a> Run<'a, '_> {
    pub(super) fn chain(&mut self, base: NodeId, links: Slice) -> Outcome<'a> {
        let syntax = self.syntax;
        if let Some(value) = self.chain_fast(base, &syntax.links[links.range()]) {
            return Ok(value);
        }
        let mut links = syntax.links[links.range()].iter();
        let mut outcome = match syntax.node(base) {
            // A path on a name that does not exist is one warning, about the name.
            Node::Variable(name) if is_path(links.as_slice().first()) => {
                let name = syntax.text(name);
                match self.find_variable(name) {
                    Some(value) => Ok(value),
                    None => {
                        while is_path(links.as_slice().first()) {
                            links.next();
                        }
                        self.eval(base)
                    }
                }
            }
            _ => self.eval(base),
        };
        for link in links {
            let operand = NodeId(link.operand);
            outcome = match link.operator {
                ChainOperator::Path => {
                    self.spend(1)?;
                    let value = outcome?;
                    self.path(value, syntax.text(TextId(link.operand)))
                }
                ChainOperator::Filter => {
                    let list = or_null(outcome)?;
                    or_null(self.filter(list, operand))
                }
                arithmetic => {
                    let left = or_null(outcome)?;
                    let right = or_null(self.eval(operand))?;
                    self.arithmetic(arithmetic, left, right)
                }
            };
        }
        outcome
    }

    /// One arithmetic operation; what cannot be computed is null. Long numbers cost more.
    fn arithmetic(&mut self, operator: ChainOperator, left: Value<'a>, right: Value<'a>) -> Outcome<'a> {
        let weight = weight(&left) + weight(&right);
        if weight > 0 {
            let is_sum = matches!(operator, ChainOperator::Add | ChainOperator::Subtract);
            self.spend(if is_sum { weight } else { weight * weight / 8 + weight })?;
        }
        Ok(match operator {
            ChainOperator::Add => self.add(left, right),
            ChainOperator::Subtract => self.subtract(left, right),
            ChainOperator::Multiply => self.multiply(left, right),
            ChainOperator::Divide => self.divide(left, right),
            ChainOperator::Power => self.power(left, right),
            ChainOperator::Path | ChainOperator::Filter => unreachable!("not arithmetic"),
        })
    }
}

fn weight(value: &Value<'_>) -> u64 {
    value.as_decimal().map_or(0, crate::decimal::Decimal::weight)
}

fn is_path(link: Option<&crate::syntax::Link>) -> bool {
    link.is_some_and(|link| link.operator == ChainOperator::Path)
}
