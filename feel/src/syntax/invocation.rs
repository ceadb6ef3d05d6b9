//! Arguments of calls.

use super::cursor::{Parsed, Parser};
use super::node::{Argument, Call, Node, NodeId, Slice, TextId};
use crate::builtins::BuiltinName;

impl Parser<'_> {
    /// The bracketed arguments behind a function name; the index of the call.
    pub(super) fn call(&mut self, name: TextId) -> Parsed<u32> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        let mut named = false;
        if !self.take(")") {
            named = self.argument_name_end().is_some();
            loop {
                arguments.push(self.argument(named)?);
                if !self.take(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        let start = self.syntax.arguments.len() as u32;
        self.syntax.arguments.extend_from_slice(&arguments);
        let arguments = Slice { start, length: arguments.len() as u32 };
        let builtin = BuiltinName::find(self.syntax.text(name));
        self.syntax.calls.push(Call { name, arguments, named, builtin });
        Ok(self.syntax.calls.len() as u32 - 1)
    }

    fn argument(&mut self, named: bool) -> Parsed<Argument> {
        let name = if named {
            let Some((end, text)) = self.argument_name_end() else {
                return Err(self.mismatch("the name of an argument"));
            };
            self.at = end;
            self.expect(":")?;
            Some(self.push_text(&text))
        } else {
            None
        };
        let value = self.expression()?;
        Ok(Argument { name, value: self.range_as_value(value) })
    }

    /// In an argument a bare range is a value, not a test of the input.
    fn range_as_value(&mut self, node: NodeId) -> NodeId {
        match self.syntax.node(node) {
            Node::InputInRange(range) => self.push(Node::Range(range)),
            _ => node,
        }
    }

    /// The end and text of an argument name if one is next, with its colon behind it.
    fn argument_name_end(&mut self) -> Option<(usize, String)> {
        self.skip_blanks();
        let start = self.at;
        let (end, text) = if self.peek_byte() == b'`' {
            let length = self.rest()[1..].find('`')?;
            (start + length + 2, self.rest()[1..=length].to_string())
        } else {
            let mut end = self.word_end(start)?;
            loop {
                let spaces = self.source[end..].bytes().take_while(|b| *b == b' ').count();
                match self.word_end(end + spaces) {
                    Some(next) if spaces > 0 => end = next,
                    _ => break,
                }
            }
            (end, self.source[start..end].to_string())
        };
        (self.next_char_after_blanks(end) == Some(':')).then_some((end, text))
    }
}
