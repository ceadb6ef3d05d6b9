//! Arithmetic, and paths and filters on values.

use super::cursor::{Parsed, Parser};
use super::node::{ChainOperator, Link, Node, NodeId};

impl Parser<'_> {
    pub(super) fn additive(&mut self) -> Parsed<NodeId> {
        let base = self.multiplicative()?;
        let mut links = Vec::new();
        loop {
            self.skip_blanks();
            let operator = match self.peek_byte() {
                b'+' => ChainOperator::Add,
                b'-' => ChainOperator::Subtract,
                _ => return Ok(self.push_chain(base, &links)),
            };
            self.at += 1;
            links.push(Link { operator, operand: self.multiplicative()?.0 });
        }
    }

    fn multiplicative(&mut self) -> Parsed<NodeId> {
        let base = self.power()?;
        let mut links = Vec::new();
        loop {
            self.skip_blanks();
            let operator = match self.peek_byte() {
                b'*' => ChainOperator::Multiply,
                b'/' => ChainOperator::Divide,
                _ => return Ok(self.push_chain(base, &links)),
            };
            self.at += 1;
            links.push(Link { operator, operand: self.power()?.0 });
        }
    }

    /// Powers associate to the left.
    fn power(&mut self) -> Parsed<NodeId> {
        let base = self.negation()?;
        let mut links = Vec::new();
        while self.take("**") {
            links.push(Link { operator: ChainOperator::Power, operand: self.negation()?.0 });
        }
        Ok(self.push_chain(base, &links))
    }

    /// A minus binds tighter than a power: `-2 ** 2` is 4.
    fn negation(&mut self) -> Parsed<NodeId> {
        if !self.take("-") {
            return self.value();
        }
        let value = self.value()?;
        Ok(self.push(Node::Negate(value)))
    }

    /// A terminal with paths, filters and calls behind it.
    pub(super) fn value(&mut self) -> Parsed<NodeId> {
        let mut base = self.primary()?;
        let mut links = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek_byte() {
                b'.' if !self.rest().starts_with("..") => links.push(self.path_link()?),
                b'[' => match self.filter_link()? {
                    Some(link) => links.push(link),
                    None => return Ok(self.push_chain(base, &links)),
                },
                b'(' => match self.call_of_value(base, &mut links)? {
                    Some(call) => base = call,
                    None => return Ok(self.push_chain(base, &links)),
                },
                _ => return Ok(self.push_chain(base, &links)),
            }
        }
    }

    fn path_link(&mut self) -> Parsed<Link> {
        self.at += 1;
        self.skip_blanks();
        let name = self.path_name()?;
        Ok(Link { operator: ChainOperator::Path, operand: name.0 })
    }

    /// `None` if the bracket turns out to be the open end of a range.
    fn filter_link(&mut self) -> Parsed<Option<Link>> {
        let (start, tables) = (self.at, self.syntax.nodes.len());
        self.at += 1;
        let may_end_range = self.in_range_end;
        let bound = self.bound.len();
        let item = self.push_text("item");
        self.bound.push(item);
        let filter = self.expression().and_then(|filter| self.expect("]").map(|()| filter));
        self.bound.truncate(bound);
        match filter {
            Ok(filter) => Ok(Some(Link { operator: ChainOperator::Filter, operand: filter.0 })),
            Err(_) if may_end_range => {
                self.at = start;
                self.syntax.nodes.truncate(tables);
                Ok(None)
            }
            Err(mismatch) => Err(mismatch),
        }
    }

    /// A call of the function that a value denotes: an entry of a context, a bracketed function or
    /// what a filter or call yielded.
    fn call_of_value(&mut self, base: NodeId, links: &mut Vec<Link>) -> Parsed<Option<NodeId>> {
        if let Some(Link { operator: ChainOperator::Path, operand }) = links.last().copied() {
            links.pop();
            let base = self.push_chain(base, links);
            links.clear();
            let call = self.call(super::node::TextId(operand))?;
            return Ok(Some(self.push(Node::CallEntry { base, call })));
        }
        let callable = !links.is_empty()
            || matches!(
                self.syntax.node(base),
                Node::Call(_)
                    | Node::CallEntry { .. }
                    | Node::Invoke { .. }
                    | Node::Function { .. }
                    | Node::Group(_)
            );
        if !callable {
            return Ok(None);
        }
        let callee = self.push_chain(base, links);
        links.clear();
        let name = self.push_text("");
        let call = self.call(name)?;
        Ok(Some(self.push(Node::Invoke { callee, call })))
    }
}
