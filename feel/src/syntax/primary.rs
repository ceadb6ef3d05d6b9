//! Terminals.

use super::cursor::{Parsed, Parser};
use super::node::{Node, NodeId};

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parsed<NodeId> {
        self.skip_blanks();
        let next_is_digit = |at: usize| self.source.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        match self.peek_byte() {
            b'"' => self.string_literal(),
            b'0'..=b'9' => self.number_literal(),
            b'.' if next_is_digit(self.at + 1) => self.number_literal(),
            b'-' if next_is_digit(self.at + 1) || self.rest().starts_with("-.") => self.number_literal(),
            b'(' => self.group_or_range(),
            b'[' => self.list_or_range(),
            b']' => {
                self.at += 1;
                self.range_from_start(false)
            }
            b'{' => self.context(),
            b'@' => self.at_literal(),
            b'?' => {
                self.at += 1;
                Ok(self.push(Node::Input))
            }
            b'`' => {
                let name = self.quoted_name()?;
                self.variable_or_call(name)
            }
            _ => self.word(),
        }
    }

    fn group_or_range(&mut self) -> Parsed<NodeId> {
        self.at += 1;
        let inner = self.expression()?;
        self.skip_blanks();
        if self.rest().starts_with("..") {
            return self.range_after(false, inner);
        }
        self.expect(")")?;
        // A bracketed variable is not joined with the path behind it; a bracketed function may be
        // called.
        match self.syntax.node(inner) {
            Node::Variable(_) | Node::Function { .. } | Node::If(_) => Ok(self.push(Node::Group(inner))),
            _ => Ok(inner),
        }
    }

    /// Words in order of precedence: temporal literals, names in scope that contain blanks,
    /// functions whose names contain blanks, reserved words, plain names.
    fn word(&mut self) -> Parsed<NodeId> {
        if let Some(literal) = self.temporal_literal()? {
            return Ok(literal);
        }
        if let Some(name) = self.take_known_name() {
            return self.variable_or_call(name);
        }
        if let Some(name) = self.take_function_name() {
            let call = self.call(name)?;
            return Ok(self.push(Node::Call(call)));
        }
        let Some(end) = self.word_end(self.at) else {
            return Err(self.mismatch("an expression"));
        };
        let word = &self.source[self.at..end];
        let constant = match word {
            "null" => Some(Node::Null),
            "true" => Some(Node::Boolean(true)),
            "false" => Some(Node::Boolean(false)),
            _ => None,
        };
        if let Some(constant) = constant {
            self.at = end;
            return Ok(self.push(constant));
        }
        if word == "function" {
            return self.function_definition();
        }
        if self.identifier_end(self.at).is_none() {
            return Err(self.mismatch("an expression"));
        }
        self.at = end;
        let name = self.push_text(word);
        self.variable_or_call(name)
    }
}
