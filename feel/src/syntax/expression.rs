//! The levels above arithmetic: branches and loops, `or`, `and`, one comparison.

use super::cursor::{Parsed, Parser};
use super::node::{Comparison, Node, NodeId};

impl Parser<'_> {
    /// A whole expression, one level of nesting deeper.
    pub(crate) fn expression(&mut self) -> Parsed<NodeId> {
        self.enter()?;
        let in_range_end = std::mem::replace(&mut self.in_range_end, false);
        let result = self.branch_or_loop();
        self.in_range_end = in_range_end;
        self.leave();
        result
    }

    fn branch_or_loop(&mut self) -> Parsed<NodeId> {
        self.skip_blanks();
        match self.peek_byte() {
            b'i' if self.starts_if() => self.if_expression(),
            b'f' if self.starts_loop("for") => self.for_expression(),
            b's' if self.starts_loop("some") => self.quantified("some"),
            b'e' if self.starts_loop("every") => self.quantified("every"),
            _ => self.disjunction(),
        }
    }

    fn disjunction(&mut self) -> Parsed<NodeId> {
        let first = self.conjunction()?;
        if !self.at_keyword("or") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take_keyword("or") {
            items.push(self.conjunction()?);
        }
        let items = self.push_list(&items);
        Ok(self.push(Node::Or(items)))
    }

    fn conjunction(&mut self) -> Parsed<NodeId> {
        let first = self.comparison()?;
        if !self.at_keyword("and") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take_keyword("and") {
            items.push(self.comparison()?);
        }
        let items = self.push_list(&items);
        Ok(self.push(Node::And(items)))
    }

    pub(super) fn comparison(&mut self) -> Parsed<NodeId> {
        if let Some(operator) = self.take_comparison() {
            let operand = self.additive()?;
            return Ok(self.push(Node::InputCompare { operator, operand }));
        }
        let left = self.additive()?;
        if let Some(operator) = self.take_comparison() {
            let right = self.additive()?;
            return Ok(self.push(Node::Compare { operator, left, right }));
        }
        match self.peek_byte() {
            b'b' if self.take_keyword("between") => {
                let low = self.additive()?;
                self.expect_keyword("and")?;
                let high = self.additive()?;
                Ok(self.push(Node::Between { value: left, low, high }))
            }
            b'i' if self.take_keyword("instance") => {
                self.expect_keyword("of")?;
                let type_name = self.type_name()?;
                Ok(self.push(Node::InstanceOf { value: left, type_name }))
            }
            b'i' if self.take_keyword("in") => {
                let test = self.tests_of_in()?;
                Ok(self.push(Node::In { value: left, test }))
            }
            _ => Ok(self.bare_range_as_test(left)),
        }
    }

    /// A range on its own tests the input.
    pub(super) fn bare_range_as_test(&mut self, node: NodeId) -> NodeId {
        match self.syntax.node(node) {
            Node::Range(range) => self.push(Node::InputInRange(range)),
            _ => node,
        }
    }

    pub(super) fn take_comparison(&mut self) -> Option<Comparison> {
        const OPERATORS: [(&str, Comparison); 6] = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("!=", Comparison::NotEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("=", Comparison::Equal),
        ];
        self.skip_blanks();
        if !matches!(self.peek_byte(), b'<' | b'>' | b'=' | b'!') {
            return None;
        }
        OPERATORS.iter().find(|(text, _)| self.take(text)).map(|(_, operator)| *operator)
    }
}
