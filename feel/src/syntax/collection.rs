//! Lists, ranges and contexts.

use super::characters::{is_blank, is_name_part};
use super::cursor::{Parsed, Parser};
use super::node::{Entry, Node, NodeId, RangeNode, Slice, TextId};

impl Parser<'_> {
    pub(super) fn list_or_range(&mut self) -> Parsed<NodeId> {
        self.at += 1;
        if self.take("]") {
            let items = self.push_list(&[]);
            return Ok(self.push(Node::List(items)));
        }
        let first = self.expression()?;
        self.skip_blanks();
        if self.rest().starts_with("..") {
            return self.range_after(true, first);
        }
        let mut items = vec![first];
        while self.take(",") {
            items.push(self.expression()?);
        }
        self.expect("]")?;
        let items = self.push_list(&items);
        Ok(self.push(Node::List(items)))
    }

    /// A range whose start bracket was taken.
    pub(super) fn range_from_start(&mut self, start_closed: bool) -> Parsed<NodeId> {
        self.enter()?;
        let start = self.additive();
        self.leave();
        self.range_after(start_closed, start?)
    }

    /// A range whose start was read and whose `..` is next.
    pub(super) fn range_after(&mut self, start_closed: bool, start: NodeId) -> Parsed<NodeId> {
        self.expect("..")?;
        self.enter()?;
        let in_range_end = std::mem::replace(&mut self.in_range_end, true);
        let end = self.additive();
        self.in_range_end = in_range_end;
        self.leave();
        let end = end?;
        let end_closed = if self.take("]") {
            true
        } else if self.take(")") || self.take("[") {
            false
        } else {
            return Err(self.mismatch("the end of a range"));
        };
        self.syntax.ranges.push(RangeNode { start_closed, start, end, end_closed });
        let index = self.syntax.ranges.len() as u32 - 1;
        Ok(self.push(Node::Range(index)))
    }

    pub(super) fn context(&mut self) -> Parsed<NodeId> {
        self.at += 1;
        let (bound, known) = (self.bound.len(), self.known_names.len());
        let mut entries = Vec::new();
        if !self.take("}") {
            loop {
                entries.push(self.context_entry()?);
                if !self.take(",") {
                    break;
                }
            }
            self.expect("}")?;
        }
        self.bound.truncate(bound);
        self.known_names.truncate(known);
        let start = self.syntax.entries.len() as u32;
        self.syntax.entries.extend_from_slice(&entries);
        Ok(self.push(Node::Context(Slice { start, length: entries.len() as u32 })))
    }

    fn context_entry(&mut self) -> Parsed<Entry> {
        let key = self.context_key()?;
        self.expect(":")?;
        let value = self.expression()?;
        self.bound.push(key);
        let text = self.syntax.text(key);
        if !text.is_empty() && !text.chars().all(is_name_part) {
            let text = text.to_string();
            self.known_names.push(text.clone());
            self.known_keys.push(text);
        }
        Ok(Entry { key, value })
    }

    /// A string, a quoted name, or any text up to the colon.
    fn context_key(&mut self) -> Parsed<TextId> {
        self.skip_blanks();
        match self.peek_byte() {
            b'"' => {
                let raw = self.raw_string()?;
                Ok(self.push_text(&super::literal::unescape(raw)))
            }
            b'`' => self.quoted_name(),
            _ => {
                let reserved = ['"', '{', '}', ':', ',', '[', ']', '`'];
                let rest = self.rest();
                let length = rest.find(reserved).unwrap_or(rest.len());
                let key = rest[..length].trim_end_matches(is_blank);
                if key.is_empty() {
                    return Err(self.mismatch("a key"));
                }
                self.at += key.len();
                Ok(self.push_text(key))
            }
        }
    }
}
