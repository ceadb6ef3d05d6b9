//! Unary tests: the input entries of decision tables, and what stands behind `in`.

use super::cursor::{Parsed, Parser};
use super::node::{Node, NodeId};

impl Parser<'_> {
    /// The text of an input entry.
    pub(crate) fn unary_tests(&mut self) -> Parsed<NodeId> {
        self.skip_blanks();
        if self.at == self.source.len() || self.rest().trim_end() == "-" {
            self.at = self.source.len();
            return Ok(self.push(Node::Boolean(true)));
        }
        let start = self.at;
        if self.take_keyword("not") && self.take("(") {
            let negated = self.positive_tests().and_then(|tests| self.expect(")").map(|()| tests));
            self.skip_blanks();
            if let (Ok(tests), true) = (negated, self.at == self.source.len()) {
                return Ok(self.push(Node::Not(tests)));
            }
        }
        self.at = start;
        self.positive_tests()
    }

    fn positive_tests(&mut self) -> Parsed<NodeId> {
        let first = self.positive_test()?;
        if !self.take(",") {
            return Ok(first);
        }
        let mut tests = vec![first];
        loop {
            tests.push(self.positive_test()?);
            if !self.take(",") {
                break;
            }
        }
        let tests = self.push_list(&tests);
        Ok(self.push(Node::AnyOf(tests)))
    }

    fn positive_test(&mut self) -> Parsed<NodeId> {
        let expression = self.expression()?;
        Ok(self.as_test(expression, true))
    }

    /// Comparisons and ranges test the input as they are; other expressions are compared with it.
    fn as_test(&mut self, expression: NodeId, may_be_last: bool) -> NodeId {
        match self.syntax.node(expression) {
            Node::InputCompare { .. } | Node::InputInRange(_) => expression,
            Node::Boolean(value) if may_be_last && self.at_end() => self.push(Node::InputIs(value)),
            _ => self.push(Node::Test(expression)),
        }
    }

    fn at_end(&mut self) -> bool {
        self.skip_blanks();
        self.at == self.source.len()
    }

    /// What stands behind `in`: bracketed tests, or one test that ends before `and` and `or`.
    pub(super) fn tests_of_in(&mut self) -> Parsed<NodeId> {
        self.skip_blanks();
        if self.peek_byte() == b'(' {
            return self.bracketed_tests();
        }
        let operand = self.comparison()?;
        Ok(self.as_test(operand, true))
    }

    /// `(t1, t2)`, or a range that is open at its start: `(1..5]`.
    fn bracketed_tests(&mut self) -> Parsed<NodeId> {
        self.at += 1;
        let first = self.expression()?;
        self.skip_blanks();
        if self.rest().starts_with("..") {
            let range = self.range_after(false, first)?;
            return Ok(self.bare_range_as_test(range));
        }
        let mut tests = vec![self.as_test(first, false)];
        while self.take(",") {
            tests.push(self.positive_test()?);
        }
        self.expect(")")?;
        if let [single] = tests[..] {
            return Ok(single);
        }
        let tests = self.push_list(&tests);
        Ok(self.push(Node::AnyOf(tests)))
    }
}
