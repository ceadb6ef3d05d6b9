//! Functions on strings. Positions and lengths count UTF-16 units.

use super::conversion::limited;
use super::string_pattern::{extract, matches, replace, split};
use super::{Answer, Refusal, Table, fixed, refuse};
use crate::eval::Run;
use crate::value::{Inner, Text, Value};

pub(super) const TABLE: Table = &[
    (
        "substring",
        &[
            fixed(&["string", "start position"], substring),
            fixed(&["string", "start position", "length"], substring),
        ],
    ),
    ("string length", &[fixed(&["string"], string_length)]),
    ("upper case", &[fixed(&["string"], upper_case)]),
    ("lower case", &[fixed(&["string"], lower_case)]),
    ("substring before", &[fixed(&["string", "match"], substring_before)]),
    ("substring after", &[fixed(&["string", "match"], substring_after)]),
    (
        "replace",
        &[
            fixed(&["input", "pattern", "replacement"], replace),
            fixed(&["input", "pattern", "replacement", "flags"], replace),
        ],
    ),
    ("contains", &[fixed(&["string", "match"], contains)]),
    ("starts with", &[fixed(&["string", "match"], starts_with)]),
    ("ends with", &[fixed(&["string", "match"], ends_with)]),
    ("matches", &[fixed(&["input", "pattern"], matches), fixed(&["input", "pattern", "flags"], matches)]),
    ("split", &[fixed(&["string", "delimiter"], split)]),
    ("extract", &[fixed(&["input", "pattern"], extract)]),
    ("trim", &[fixed(&["string"], trim)]),
    ("uuid", &[fixed(&[], uuid)]),
    ("to base64", &[fixed(&["value"], to_base64)]),
    ("from base64", &[fixed(&["value"], from_base64)]),
    ("is blank", &[fixed(&["string"], is_blank)]),
    (
        "string join",
        &[
            fixed(&["list"], string_join),
            fixed(&["list", "delimiter"], string_join),
            fixed(&["list", "delimiter", "prefix", "suffix"], string_join),
        ],
    ),
];

fn units(text: &str) -> i64 {
    if text.is_ascii() { text.len() as i64 } else { text.encode_utf16().count() as i64 }
}

fn substring<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (text, start, length) = match arguments {
        [Value::String(text), Value::Number(start)] => (text, start, None),
        [Value::String(text), Value::Number(start), Value::Number(length)] => (text, start, Some(length)),
        _ => return Err(Refusal::IllegalArguments),
    };
    run.spend(text.len() as u64 / 256)?;
    let count = units(text);
    let start = i64::from(start.to_i32_wrapping());
    let first = if start > 0 { start - 1 } else { count + start };
    let end = length.map_or(count, |length| (first + i64::from(length.to_i32_wrapping())).min(count));
    if first < 0 || end < first || end > count {
        return refuse(format!("begin {first}, end {end}, length {count}"));
    }
    let (first, end) = (first as usize, end as usize);
    if !text.is_ascii() {
        let wanted: Vec<u16> = text.encode_utf16().skip(first).take(end - first).collect();
        return Ok(Value::string(String::from_utf16_lossy(&wanted)));
    }
    Ok(match text {
        Text::Borrowed(text) => Value::String(Text::Borrowed(&text[first..end])),
        Text::Shared(text) => Value::string(&text[first..end]),
    })
}

fn string_length<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    run.spend(text.len() as u64 / 256)?;
    Ok(Value::number(units(text)))
}

fn upper_case<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    limited(run, text.to_uppercase())
}

fn lower_case<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    limited(run, text.to_lowercase())
}

fn substring_before<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    let end = text.find(&**wanted).unwrap_or(0);
    limited(run, text[..end].to_string())
}

fn substring_after<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    let after = text.find(&**wanted).map_or("", |at| &text[at + wanted.len()..]);
    limited(run, after.to_string())
}

fn contains<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    Ok(Value::Boolean(text.contains(&**wanted)))
}

fn starts_with<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    Ok(Value::Boolean(text.starts_with(&**wanted)))
}

fn ends_with<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    Ok(Value::Boolean(text.ends_with(&**wanted)))
}

/// Drops everything up to the blank (U+0020) at both ends, as Java does.
fn trim<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    limited(run, text.trim_matches(|c| c <= ' ').to_string())
}

fn is_blank<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    Ok(Value::Boolean(text.chars().all(char::is_whitespace)))
}

/// Version 7: the time of the environment, then bits of its seed.
fn uuid<'a>(run: &mut Run<'a, '_>, _: &[Value<'a>]) -> Answer<'a> {
    let time = (run.environment.now_ms as u64) & 0xffff_ffff_ffff;
    let (high, low) = (run.random.next_u64(), run.random.next_u64());
    let variant = 0x8000 | (high >> 12 & 0x3fff);
    Ok(Value::string(format!(
        "{:08x}-{:04x}-7{:03x}-{variant:04x}-{:012x}",
        time >> 16,
        time & 0xffff,
        high & 0xfff,
        low & 0xffff_ffff_ffff
    )))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    let mut encoded = String::with_capacity(text.len().div_ceil(3) * 4);
    for chunk in text.as_bytes().chunks(3) {
        let padded = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for index in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * index) & 63) as usize];
            encoded.push(if index <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    limited(run, encoded)
}

fn from_base64<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    match decode_base64(text) {
        Some(bytes) => limited(run, String::from_utf8_lossy(&bytes).into_owned()),
        None => refuse(format!("Invalid Base64 value '{}'", &**text)),
    }
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if digits.len() % 4 == 1 || (padding > 0 && !text.len().is_multiple_of(4)) || padding > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(digits.len()), 0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = BASE64.iter().position(|known| *known == digit)? as u32;
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

fn string_join<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [list, options @ ..] = arguments else { return Err(Refusal::IllegalArguments) };
    let items = match list {
        Value::List(list) => list.items(),
        single @ Value::String(_) if options.len() < 2 => std::rc::Rc::new(vec![single.clone()]),
        _ => return Err(Refusal::IllegalArguments),
    };
    run.spend(items.len() as u64)?;
    let option = |index: usize| match options.get(index) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(&**text),
        Some(_) => Err(Refusal::IllegalArguments),
    };
    let (delimiter, prefix, suffix) = (option(0)?, option(1)?, option(2)?);
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter() {
        match item {
            Value::Null => {}
            Value::String(text) => texts.push(&**text),
            _ => {
                let found: Vec<String> =
                    items.iter().take(100).map(|item| Inner(item, 0).to_string()).collect();
                return refuse(format!(
                    "expected a list of strings but found 'Vector({})'",
                    found.join(", ")
                ));
            }
        }
    }
    let length = texts.iter().map(|text| text.len() + delimiter.len()).sum::<usize>();
    if length > crate::limits::STRING_BYTES_MAX {
        return refuse("the string is too long");
    }
    limited(run, format!("{prefix}{}{suffix}", texts.join(delimiter)))
}
