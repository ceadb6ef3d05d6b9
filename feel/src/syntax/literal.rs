//! Numbers, strings and temporal literals.

use super::cursor::{Parsed, Parser};
use super::node::{Node, NodeId};
use crate::decimal::Decimal;
use crate::temporal::{
    Temporal, parse_at_literal, parse_date, parse_days_time, parse_local_date_time, parse_local_time,
    parse_years_months, parse_zoned_date_time, parse_zoned_time,
};

impl Parser<'_> {
    pub(super) fn number_literal(&mut self) -> Parsed<NodeId> {
        let bytes = self.source.as_bytes();
        let digits_from = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let start = self.at;
        let mut end = start + usize::from(bytes[start] == b'-');
        end += digits_from(end);
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end += 1 + digits_from(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let digits = bytes.get(end + 1 + sign).map_or(0, |_| digits_from(end + 1 + sign));
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        let Some(number) = Decimal::parse(&self.source[start..end]) else {
            return Err(self.mismatch("a number within the supported range"));
        };
        self.at = end;
        self.syntax.numbers.push(number);
        let index = self.syntax.numbers.len() as u32 - 1;
        Ok(self.push(Node::Number(index)))
    }

    pub(super) fn string_literal(&mut self) -> Parsed<NodeId> {
        let raw = self.raw_string()?;
        let text = self.push_text(&unescape(raw));
        Ok(self.push(Node::Text(text)))
    }
}

impl<'s> Parser<'s> {
    /// The text between quotes, escapes untouched.
    pub(super) fn raw_string(&mut self) -> Parsed<&'s str> {
        self.skip_blanks();
        let Some(body) = self.rest().strip_prefix('"') else { return Err(self.mismatch("a string")) };
        let mut bytes = body.bytes().enumerate();
        while let Some((index, byte)) = bytes.next() {
            match byte {
                b'\\' => {
                    bytes.next();
                }
                b'"' => {
                    self.at += index + 2;
                    return Ok(&body[..index]);
                }
                _ => {}
            }
        }
        Err(self.mismatch("a string that ends with a quote"))
    }

    pub(super) fn at_literal(&mut self) -> Parsed<NodeId> {
        self.at += 1;
        let text = self.raw_string()?;
        Ok(self.push_temporal(parse_at_literal(text)))
    }

    /// `date("…")` and its like with one string literal, read here once. Nothing is consumed when
    /// it is an ordinary call.
    pub(super) fn temporal_literal(&mut self) -> Parsed<Option<NodeId>> {
        const FUNCTIONS: [&str; 4] = ["duration", "date and time", "date", "time"];
        let start = self.at;
        for name in FUNCTIONS {
            if !self.rest().starts_with(name) {
                continue;
            }
            self.at += name.len();
            if self.take("(") && self.next_char_after_blanks(self.at) == Some('"') {
                let text = self.raw_string()?;
                if self.take(")") {
                    let value = read_temporal(name, text);
                    return Ok(Some(self.push_temporal(value)));
                }
            }
            self.at = start;
        }
        Ok(None)
    }

    fn push_temporal(&mut self, value: Option<Temporal>) -> NodeId {
        let Some(value) = value else { return self.push(Node::Null) };
        self.syntax.temporals.push(value);
        let index = self.syntax.temporals.len() as u32 - 1;
        self.push(Node::Temporal(index))
    }
}

fn read_temporal(function: &str, text: &str) -> Option<Temporal> {
    match function {
        "date" => parse_date(text).map(Temporal::Date),
        "time" => parse_zoned_time(text)
            .map(Temporal::ZonedTime)
            .or_else(|| parse_local_time(text).map(Temporal::LocalTime)),
        "date and time" => read_date_time(text),
        _ => parse_years_months(text)
            .map(Temporal::YearsMonths)
            .or_else(|| parse_days_time(text).map(Temporal::DaysTime)),
    }
}

/// A date alone is its midnight.
pub(crate) fn read_date_time(text: &str) -> Option<Temporal> {
    if let Some(date) = parse_date(text) {
        let time = crate::temporal::LocalTime::MIDNIGHT;
        return Some(Temporal::LocalDateTime(crate::temporal::LocalDateTime { date, time }));
    }
    parse_zoned_date_time(text)
        .map(Temporal::ZonedDateTime)
        .or_else(|| parse_local_date_time(text).map(Temporal::LocalDateTime))
}

/// Replaces the escapes of the grammar; any other backslash stays. Of several backslashes in a row
/// each pair becomes one, and the last one does not start an escape: that is how the reference
/// engine reads them.
pub(super) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let count = rest[at..].bytes().take_while(|b| *b == b'\\').count();
        rest = &rest[at + count..];
        let escaped = match rest.chars().next() {
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some(quote @ ('\'' | '"')) => Some(quote),
            _ => None,
        };
        match escaped {
            Some(escaped) if count == 1 => {
                text.push(escaped);
                rest = &rest[1..];
            }
            _ => text.extend(std::iter::repeat_n('\\', count.div_ceil(2))),
        }
    }
    text.push_str(rest);
    text
}
