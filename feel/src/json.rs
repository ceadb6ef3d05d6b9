//! JSON texts: read by `from json`, written by `to json`.

use crate::decimal::Decimal;
use crate::limits::DOCUMENT_DEPTH_MAX;
use crate::temporal::{DaysTimeDuration, LocalTime, NANOS_PER_SECOND, Temporal, YearsMonthsDuration};
use crate::value::{Entries, Inner, Text, Value};
use std::fmt::Write;
use std::rc::Rc;

/// The value of the first JSON value in the text; `None` if it is not JSON or nested too deep.
pub(crate) fn read<'a>(text: &str) -> Option<Value<'a>> {
    Reader { rest: text }.value(0)
}

impl<'a> Value<'a> {
    /// The value of the first JSON value in the text; `None` if it is not JSON or nested too deep.
    pub fn from_json(text: &str) -> Option<Value<'a>> {
        read(text)
    }

    /// The JSON of the value, as `to json` writes it.
    pub fn to_json(&self) -> String {
        write(self)
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, expected: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value<'a>(&mut self, depth: u32) -> Option<Value<'a>> {
        if depth > DOCUMENT_DEPTH_MAX {
            return None;
        }
        self.skip_blanks();
        match self.rest.as_bytes().first()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::string),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn word<'a>(&mut self) -> Option<Value<'a>> {
        let value = if self.take("null") {
            Value::Null
        } else if self.take("true") {
            Value::Boolean(true)
        } else if self.take("false") {
            Value::Boolean(false)
        } else {
            return None;
        };
        (!self.rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(value)
    }

    fn object<'a>(&mut self, depth: u32) -> Option<Value<'a>> {
        self.rest = &self.rest[1..];
        let mut entries = Entries::default();
        if !self.take("}") {
            loop {
                self.skip_blanks();
                let key: Rc<str> = self.string()?.into();
                if !self.take(":") {
                    return None;
                }
                entries.insert(Text::Shared(key), self.value(depth + 1)?);
                if !self.take(",") {
                    break;
                }
            }
            if !self.take("}") {
                return None;
            }
        }
        Some(Value::Context(entries.into()))
    }

    fn array<'a>(&mut self, depth: u32) -> Option<Value<'a>> {
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        if !self.take("]") {
            loop {
                items.push(self.value(depth + 1)?);
                if !self.take(",") {
                    break;
                }
            }
            if !self.take("]") {
                return None;
            }
        }
        Some(Value::list(items))
    }

    /// Integers are exact; other numbers go through a double.
    fn number<'a>(&mut self) -> Option<Value<'a>> {
        let end = self.rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let leading_zero =
            unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
        if leading_zero || !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let number = Decimal::parse(text)?;
        self.rest = rest;
        if text.contains(['.', 'e', 'E']) {
            return Decimal::from_f64(number.to_f64()).map(Value::Number);
        }
        Some(Value::Number(number))
    }

    fn string(&mut self) -> Option<String> {
        let mut rest = self.rest.strip_prefix('"')?;
        let mut text = String::new();
        loop {
            let at = rest.find(['"', '\\'])?;
            let (plain, tail) = rest.split_at(at);
            if plain.bytes().any(|b| b < 0x20) {
                return None;
            }
            text.push_str(plain);
            if let Some(after) = tail.strip_prefix('"') {
                self.rest = after;
                return Some(text);
            }
            rest = escape(&tail[1..], &mut text)?;
        }
    }
}

fn escape<'t>(rest: &'t str, text: &mut String) -> Option<&'t str> {
    let c = rest.chars().next()?;
    let after = &rest[c.len_utf8()..];
    text.push(match c {
        '"' | '\\' | '/' => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(after, text),
        _ => return None,
    });
    Some(after)
}

/// A UTF-16 unit, or two of them that make a pair; a lone half becomes the replacement character.
fn unicode<'t>(rest: &'t str, text: &mut String) -> Option<&'t str> {
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let first = unit(rest)?;
    let rest = &rest[4..];
    let second = rest.strip_prefix("\\u").and_then(unit).filter(|s| (0xdc00..0xe000).contains(s));
    if let (0xd800..0xdc00, Some(second)) = (first, second) {
        text.push_str(&String::from_utf16_lossy(&[first, second]));
        return Some(&rest[6..]);
    }
    text.push_str(&String::from_utf16_lossy(&[first]));
    Some(rest)
}

/// The value as JSON; temporal values are ISO texts.
pub(crate) fn write(value: &Value<'_>) -> String {
    let mut out = String::new();
    write_value(&mut out, value, 0);
    out
}

fn write_value(out: &mut String, value: &Value<'_>, depth: u32) {
    if depth > DOCUMENT_DEPTH_MAX {
        return out.push_str("null");
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_string(out, text),
        Value::Temporal(temporal) => write_string(out, &iso(*temporal)),
        Value::List(list) => {
            out.push('[');
            for (index, item) in list.items().iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_value(out, item, depth + 1);
            }
            out.push(']');
        }
        Value::Context(context) => {
            out.push('{');
            for (index, (key, value)) in context.entries().iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_string(out, key);
                out.push(':');
                write_value(out, value, depth + 1);
            }
            out.push('}');
        }
        other => write_string(out, &Inner(other, depth).to_string()),
    }
}

pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", control as u32);
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

/// As Java prints them: durations are not split into days.
fn iso(value: Temporal) -> String {
    match value {
        Temporal::DaysTime(duration) => java_duration(duration),
        Temporal::YearsMonths(duration) => java_period(duration),
        Temporal::ZonedDateTime(zoned) => {
            let offset = crate::temporal::Zone::Offset(zoned.offset);
            match zoned.region {
                Some(region) => format!("{}{offset}[{}]", zoned.local, region.name()),
                None => format!("{}{offset}", zoned.local),
            }
        }
        Temporal::ZonedTime(time) => {
            let local: LocalTime = time.time;
            format!("{local}{}", crate::temporal::Zone::Offset(time.offset))
        }
        other => other.to_string(),
    }
}

/// Exact to the nanosecond, unlike the text that `string()` gives.
pub(crate) fn java_duration(duration: DaysTimeDuration) -> String {
    if duration == DaysTimeDuration::ZERO {
        return "PT0S".to_string();
    }
    let nanos = duration.nanos();
    let per_second = i128::from(NANOS_PER_SECOND);
    let (seconds, fraction) = (nanos / per_second, (nanos % per_second).unsigned_abs());
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = String::from("PT");
    for (amount, unit) in [(hours, 'H'), (minutes, 'M')] {
        if amount != 0 {
            text.push_str(&format!("{amount}{unit}"));
        }
    }
    if rest != 0 || fraction != 0 {
        let sign = if nanos < 0 && rest == 0 { "-" } else { "" };
        text.push_str(&format!("{sign}{rest}"));
        if fraction != 0 {
            text.push_str(format!(".{fraction:09}").trim_end_matches('0'));
        }
        text.push('S');
    }
    text
}

fn java_period(duration: YearsMonthsDuration) -> String {
    match (duration.years(), duration.months_part()) {
        (0, 0) => "P0D".to_string(),
        (0, months) => format!("P{months}M"),
        (years, 0) => format!("P{years}Y"),
        (years, months) => format!("P{years}Y{months}M"),
    }
}
