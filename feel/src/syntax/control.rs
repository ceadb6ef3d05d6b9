//! `if`, `for`, `some`, `every` and function definitions.

use super::characters::is_name_part;
use super::cursor::{Parsed, Parser};
use super::node::{Iterator, Node, NodeId, Slice, TextId};

impl Parser<'_> {
    /// `if` is a keyword when an operand follows; else it is a name like any other.
    pub(super) fn starts_if(&mut self) -> bool {
        if !self.at_keyword("if") {
            return false;
        }
        let operand =
            |c: char| is_name_part(c) || matches!(c, '"' | '(' | '[' | '{' | '@' | '?' | '`' | '-' | '.');
        self.next_char_after_blanks(self.at + 2)
            .is_some_and(|c| operand(c) || c == '/' || c == '<' || c == '>')
    }

    /// A loop keyword counts as one when a name follows.
    pub(super) fn starts_loop(&mut self, keyword: &str) -> bool {
        if !self.at_keyword(keyword) {
            return false;
        }
        let start = self.at;
        self.at += keyword.len();
        self.skip_blanks();
        let is_name = self.peek_byte() == b'`' || self.identifier_end(self.at).is_some();
        self.at = start;
        is_name
    }

    /// Chains of `else if` are read in a loop, not by recursion.
    pub(super) fn if_expression(&mut self) -> Parsed<NodeId> {
        let mut parts = Vec::new();
        loop {
            self.expect_keyword("if")?;
            parts.push(self.expression()?);
            self.expect_keyword("then")?;
            parts.push(self.expression()?);
            self.expect_keyword("else")?;
            self.skip_blanks();
            if !self.starts_if() {
                break;
            }
        }
        parts.push(self.expression()?);
        let parts = self.push_list(&parts);
        Ok(self.push(Node::If(parts)))
    }

    pub(super) fn for_expression(&mut self) -> Parsed<NodeId> {
        self.at += "for".len();
        let (bound, known) = (self.bound.len(), self.known_names.len());
        let iterators = self.iterators()?;
        self.expect_keyword("return")?;
        let partial = self.push_text("partial");
        self.bound.push(partial);
        let first_node = self.syntax.nodes.len();
        let body = self.expression()?;
        self.bound.truncate(bound);
        self.known_names.truncate(known);
        let is_partial =
            |node: &Node| matches!(node, Node::Variable(name) if self.syntax.text(*name) == "partial");
        let uses_partial = self.syntax.nodes[first_node..].iter().any(is_partial);
        Ok(self.push(Node::For { iterators, body, uses_partial }))
    }

    pub(super) fn quantified(&mut self, keyword: &str) -> Parsed<NodeId> {
        self.at += keyword.len();
        let (bound, known) = (self.bound.len(), self.known_names.len());
        let iterators = self.iterators()?;
        self.expect_keyword("satisfies")?;
        let body = self.expression()?;
        self.bound.truncate(bound);
        self.known_names.truncate(known);
        let every = keyword == "every";
        Ok(self.push(if every { Node::Every { iterators, body } } else { Node::Some { iterators, body } }))
    }

    fn iterators(&mut self) -> Parsed<Slice> {
        let bound = self.bound.len();
        let mut iterators = Vec::new();
        loop {
            let iterator = self.iterator(bound)?;
            self.bound.push(iterator.name);
            iterators.push(iterator);
            if !self.take(",") {
                break;
            }
        }
        let start = self.syntax.iterators.len() as u32;
        self.syntax.iterators.extend_from_slice(&iterators);
        Ok(Slice { start, length: iterators.len() as u32 })
    }

    /// `bound_before` counts the names bound outside of the loop.
    fn iterator(&mut self, bound_before: usize) -> Parsed<Iterator> {
        let name = self.name_with_blanks()?;
        self.expect_keyword("in")?;
        let first_node = self.syntax.nodes.len();
        let list = self.additive()?;
        self.skip_blanks();
        let end = if self.rest().starts_with("..") {
            self.at += 2;
            Some(self.additive()?)
        } else {
            None
        };
        let earlier: Vec<TextId> = self.bound[bound_before..].to_vec();
        let names_earlier = |node: &Node| match node {
            Node::Variable(name) => earlier.iter().any(|e| self.syntax.text(*e) == self.syntax.text(*name)),
            _ => false,
        };
        let dependent = !earlier.is_empty() && self.syntax.nodes[first_node..].iter().any(names_earlier);
        Ok(Iterator { name, list, end, dependent })
    }

    pub(super) fn function_definition(&mut self) -> Parsed<NodeId> {
        self.at += "function".len();
        self.expect("(")?;
        let (bound, known) = (self.bound.len(), self.known_names.len());
        let mut parameters = Vec::new();
        if !self.take(")") {
            loop {
                let name = self.name_with_blanks()?;
                self.bound.push(name);
                parameters.push(NodeId(name.0));
                if self.take(":") {
                    self.type_name()?;
                }
                if !self.take(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        if self.at_keyword("external") && self.next_char_after_blanks(self.at + "external".len()) == Some('{')
        {
            return Err(self.mismatch("a function body: external functions are not supported"));
        }
        let body = self.expression()?;
        self.bound.truncate(bound);
        self.known_names.truncate(known);
        let parameters = self.push_list(&parameters);
        Ok(self.push(Node::Function { parameters, body }))
    }
}
