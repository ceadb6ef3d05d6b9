//! The reading position, and what is shared by all parts of the parser.

use super::ParseError;
use super::characters::{is_blank, is_name_part, is_name_start};
use super::node::{Link, Node, NodeId, Slice, Syntax, TextId};
use crate::limits::{PARSE_DEPTH_MAX, PARSE_STEPS_PER_BYTE, SOURCE_BYTES_MAX};

/// Words that are never names on their own.
pub(super) const RESERVED: [&str; 11] =
    ["null", "true", "false", "function", "in", "return", "then", "else", "satisfies", "and", "or"];

/// A failed attempt: where, and what was expected.
#[derive(Debug)]
pub(crate) struct Mismatch {
    pub at: usize,
    pub message: String,
}

pub(crate) type Parsed<T> = Result<T, Box<Mismatch>>;

/// Recursive descent over one text.
pub(crate) struct Parser<'s> {
    pub(super) source: &'s str,
    pub(super) at: usize,
    pub(super) syntax: Syntax,
    depth: u32,
    steps_left: usize,
    /// Names with blanks or operators that are in scope, and how many of them there are in the
    /// enclosing scopes.
    pub(super) known_names: Vec<String>,
    /// Such names that were context keys anywhere before: they may follow a `.`.
    pub(super) known_keys: Vec<String>,
    /// Names bound by loops, functions and contexts around the current position.
    pub(super) bound: Vec<TextId>,
    /// Whether a `[` may be the end of a range rather than a filter.
    pub(super) in_range_end: bool,
}

impl<'s> Parser<'s> {
    pub fn new(source: &'s str, known_names: &[&str]) -> Parser<'s> {
        let special = |name: &&&str| !name.chars().all(is_name_part);
        Parser {
            source,
            at: 0,
            syntax: Syntax::default(),
            depth: 0,
            steps_left: source.len().saturating_mul(PARSE_STEPS_PER_BYTE) + 1_000,
            known_names: known_names.iter().filter(special).map(|name| name.to_string()).collect(),
            known_keys: Vec::new(),
            bound: Vec::new(),
            in_range_end: false,
        }
    }

    /// Runs a rule over the whole text.
    pub fn parse_all(mut self, rule: impl FnOnce(&mut Self) -> Parsed<NodeId>) -> Result<Syntax, ParseError> {
        let parsed = if self.source.len() > SOURCE_BYTES_MAX {
            Err(self.mismatch("a shorter expression"))
        } else {
            rule(&mut self).and_then(|root| {
                self.skip_blanks();
                if self.at == self.source.len() {
                    Ok(root)
                } else {
                    Err(self.mismatch("an operator or the end"))
                }
            })
        };
        match parsed {
            Ok(root) => {
                self.syntax.root = root.0;
                Ok(self.syntax)
            }
            Err(mismatch) => Err(ParseError {
                expression: self.source.to_string(),
                offset: self.source[..mismatch.at].chars().count(),
                message: mismatch.message,
            }),
        }
    }

    pub(super) fn mismatch(&self, expected: &str) -> Box<Mismatch> {
        Box::new(Mismatch { at: self.at, message: format!("Expected {expected}") })
    }

    /// Goes one level of nesting down; [`Self::leave`] comes back up.
    pub(super) fn enter(&mut self) -> Parsed<()> {
        if self.depth >= PARSE_DEPTH_MAX {
            let message = format!("The expression is nested deeper than {PARSE_DEPTH_MAX} levels");
            return Err(Box::new(Mismatch { at: self.at, message }));
        }
        if self.steps_left == 0 {
            return Err(Box::new(Mismatch { at: self.at, message: "The expression is too complex".into() }));
        }
        self.steps_left -= 1;
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        assert!(self.depth > 0, "every leave has its enter");
        self.depth -= 1;
    }

    pub(super) fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    pub(super) fn peek_byte(&self) -> u8 {
        self.source.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Skips blanks and comments.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank: usize = rest.chars().take_while(|c| is_blank(*c)).map(char::len_utf8).sum();
            let after = &rest[blank..];
            let comment = if let Some(body) = after.strip_prefix("//") {
                2 + body.find('\n').unwrap_or(body.len())
            } else if let Some(body) = after.strip_prefix("/*") {
                body.find("*/").map_or(0, |end| end + 4)
            } else {
                0
            };
            self.at += blank + comment;
            if comment == 0 {
                return;
            }
        }
    }

    /// Takes the text if it is next, blanks before it included.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    pub(super) fn expect(&mut self, expected: &str) -> Parsed<()> {
        if self.take(expected) { Ok(()) } else { Err(self.mismatch(&format!("{expected:?}"))) }
    }

    /// Whether the word is next and ends there.
    pub(super) fn at_keyword(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let Some(after) = self.rest().strip_prefix(word) else { return false };
        !after.starts_with(is_name_part)
    }

    pub(super) fn take_keyword(&mut self, word: &str) -> bool {
        let found = self.at_keyword(word);
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn expect_keyword(&mut self, word: &str) -> Parsed<()> {
        if self.take_keyword(word) { Ok(()) } else { Err(self.mismatch(&format!("{word:?}"))) }
    }

    /// The end of the name that starts at a position, reserved words included.
    pub(super) fn word_end(&self, from: usize) -> Option<usize> {
        let mut chars = self.source[from..].char_indices();
        let (_, first) = chars.next()?;
        if !is_name_start(first) {
            return None;
        }
        let length = chars.find(|(_, c)| !is_name_part(*c)).map_or(self.source.len() - from, |(at, _)| at);
        Some(from + length)
    }

    /// The end of the name that starts at a position, unless it is a reserved word.
    pub(super) fn identifier_end(&self, from: usize) -> Option<usize> {
        let end = self.word_end(from)?;
        (!RESERVED.contains(&&self.source[from..end])).then_some(end)
    }

    pub(super) fn push(&mut self, node: Node) -> NodeId {
        self.syntax.nodes.push(node);
        NodeId(self.syntax.nodes.len() as u32 - 1)
    }

    pub(super) fn push_text(&mut self, text: &str) -> TextId {
        self.syntax.texts.push(text.into());
        TextId(self.syntax.texts.len() as u32 - 1)
    }

    pub(super) fn push_list(&mut self, items: &[NodeId]) -> Slice {
        let start = self.syntax.lists.len() as u32;
        self.syntax.lists.extend_from_slice(items);
        Slice { start, length: items.len() as u32 }
    }

    /// A chain over the links, or the base itself if there are none.
    pub(super) fn push_chain(&mut self, base: NodeId, links: &[Link]) -> NodeId {
        if links.is_empty() {
            return base;
        }
        let start = self.syntax.links.len() as u32;
        self.syntax.links.extend_from_slice(links);
        self.push(Node::Chain { base, links: Slice { start, length: links.len() as u32 } })
    }
}
