//! Names: plain, quoted, with blanks.

use super::characters::{is_blank, is_name_part};
use super::cursor::{Parsed, Parser};
use super::node::{Node, NodeId, TextId};

/// Built-in functions whose names hold reserved words.
const FUNCTIONS_WITH_RESERVED_WORDS: [&str; 5] =
    ["and", "or", "date and time", "years and months duration", "get or else"];
/// Operators that are words; a function name does not run across them.
const WORD_OPERATORS: [&str; 2] = ["between", "instance"];

impl Parser<'_> {
    /// A name in backticks: any text.
    pub(super) fn quoted_name(&mut self) -> Parsed<TextId> {
        let body = &self.rest()[1..];
        match body.find('`') {
            None | Some(0) => Err(self.mismatch("a name between backticks")),
            Some(length) => {
                let name = self.push_text(&body[..length]);
                self.at += length + 2;
                Ok(name)
            }
        }
    }

    /// A plain or quoted name; blanks before it are skipped.
    pub(super) fn name(&mut self) -> Parsed<TextId> {
        self.skip_blanks();
        if self.peek_byte() == b'`' {
            return self.quoted_name();
        }
        let Some(end) = self.identifier_end(self.at) else { return Err(self.mismatch("a name")) };
        let name = self.push_text(&self.source[self.at..end]);
        self.at = end;
        Ok(name)
    }

    /// A name after a dot.
    pub(super) fn path_name(&mut self) -> Parsed<TextId> {
        const PROPERTIES_WITH_BLANK: [&str; 3] = ["time offset", "start included", "end included"];
        if let Some(property) = PROPERTIES_WITH_BLANK.iter().find(|p| self.rest().starts_with(**p)) {
            self.at += property.len();
            return Ok(self.push_text(property));
        }
        let keys = std::mem::take(&mut self.known_keys);
        let found = self.longest_match(&keys).or_else(|| self.longest_match(&self.known_names));
        self.known_keys = keys;
        match found {
            Some((name, end)) => {
                self.at = end;
                Ok(self.push_text(&name))
            }
            None => self.name(),
        }
    }

    /// A name of a loop variable or parameter: words up to the given end.
    pub(super) fn name_with_blanks(&mut self) -> Parsed<TextId> {
        self.skip_blanks();
        if self.peek_byte() == b'`' {
            return self.quoted_name();
        }
        let start = self.at;
        let Some(mut end) = self.identifier_end(start) else { return Err(self.mismatch("a name")) };
        while let Some(next) = self.next_word_end(end) {
            end = next;
        }
        self.at = end;
        let text = &self.source[start..end];
        if !text.chars().all(is_name_part) {
            self.known_names.push(text.to_string());
        }
        Ok(self.push_text(text))
    }

    /// The end of the next word after plain spaces, unless it is reserved.
    fn next_word_end(&self, from: usize) -> Option<usize> {
        let spaces = self.source[from..].bytes().take_while(|b| *b == b' ').count();
        if spaces == 0 {
            return None;
        }
        self.identifier_end(from + spaces)
    }

    /// A function name of several words, or one that holds reserved words, if `(` follows.
    pub(super) fn take_function_name(&mut self) -> Option<TextId> {
        let start = self.at;
        let special = FUNCTIONS_WITH_RESERVED_WORDS
            .iter()
            .find(|name| self.bracket_follows(start, start + name.len(), name));
        let end = match special {
            Some(name) => start + name.len(),
            None => self.several_words_end(start)?,
        };
        self.at = end;
        Some(self.push_text(&self.source[start..end]))
    }

    fn bracket_follows(&self, start: usize, end: usize, expected: &str) -> bool {
        self.source[start..].starts_with(expected) && self.next_char_after_blanks(end) == Some('(')
    }

    fn several_words_end(&self, start: usize) -> Option<usize> {
        let first = self.identifier_end(start)?;
        let mut end = first;
        while let Some(next) = self.next_word_end(end) {
            let word = self.source[end..next].trim_start();
            if WORD_OPERATORS.contains(&word) {
                return None;
            }
            end = next;
        }
        (end > first && self.next_char_after_blanks(end) == Some('(')).then_some(end)
    }

    pub(super) fn next_char_after_blanks(&self, from: usize) -> Option<char> {
        self.source[from..].chars().find(|c| !is_blank(*c))
    }

    /// The longest name in scope with blanks or operators that is next.
    pub(super) fn take_known_name(&mut self) -> Option<TextId> {
        if self.known_names.is_empty() {
            return None;
        }
        let (name, end) = self.longest_match(&self.known_names)?;
        // A longer function name wins, so that a name in scope does not hide a built-in.
        if self.several_words_end(self.at).is_some_and(|function_end| function_end > end) {
            return None;
        }
        self.at = end;
        Some(self.push_text(&name))
    }

    fn longest_match(&self, names: &[String]) -> Option<(String, usize)> {
        let matches = names.iter().filter_map(|name| Some((name, self.match_name(name)?)));
        matches.max_by_key(|(_, end)| *end).map(|(name, end)| (name.clone(), end))
    }

    /// Where the name ends if it is next; any run of blanks matches a blank of the name.
    fn match_name(&self, name: &str) -> Option<usize> {
        let mut at = self.at;
        for (index, word) in name.split_whitespace().enumerate() {
            if index > 0 {
                let blanks: usize =
                    self.source[at..].chars().take_while(|c| is_blank(*c)).map(char::len_utf8).sum();
                if blanks == 0 {
                    return None;
                }
                at += blanks;
            }
            if !self.source[at..].starts_with(word) {
                return None;
            }
            at += word.len();
        }
        let ends = !self.source[at..].starts_with(is_name_part);
        (at > self.at && ends).then_some(at)
    }

    pub(super) fn variable_or_call(&mut self, name: TextId) -> Parsed<NodeId> {
        self.skip_blanks();
        if self.peek_byte() == b'(' {
            let call = self.call(name)?;
            return Ok(self.push(Node::Call(call)));
        }
        self.note_reference(name);
        Ok(self.push(Node::Variable(name)))
    }

    /// Remembers a free variable once.
    fn note_reference(&mut self, name: TextId) {
        let text = self.syntax.text(name);
        let is_bound = self.bound.iter().any(|bound| self.syntax.text(*bound) == text);
        let known = self.syntax.references.iter().any(|known| self.syntax.text(*known) == text);
        if !is_bound && !known {
            self.syntax.references.push(name);
        }
    }
}
