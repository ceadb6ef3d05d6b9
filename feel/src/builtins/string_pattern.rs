//! Functions that take regular expressions.

use super::conversion::limited;
use super::{Answer, Refusal, refuse};
use crate::eval::Run;
use crate::limits::STRING_BYTES_MAX;
use crate::value::Value;
use fancy_regex::{Captures, Regex};
use std::rc::Rc;

/// The compiled pattern, or the refusal that names it.
fn compiled(run: &mut Run<'_, '_>, pattern: &str, flags: &str, what: &str) -> Result<Rc<Regex>, Refusal> {
    run.spend(pattern.len() as u64 / 16)?;
    let invalid = || Refusal::Message(format!("Invalid pattern{what} '{pattern}'"));
    run.regexes.get(pattern, flags).ok_or_else(invalid)
}

/// The search ran out of its budget.
fn too_complex(pattern: &str) -> Refusal {
    Refusal::Message(format!("The pattern '{pattern}' takes too many steps"))
}

pub(super) fn matches<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (input, pattern, flags) = match arguments {
        [Value::String(input), Value::String(pattern)] => (input, pattern, ""),
        [Value::String(input), Value::String(pattern), Value::String(flags)] => (input, pattern, &**flags),
        [Value::String(input), Value::String(pattern), Value::Null] => (input, pattern, ""),
        _ => return Err(Refusal::IllegalArguments),
    };
    run.spend(input.len() as u64 / 16)?;
    let regex = compiled(run, pattern, flags, "")?;
    regex.is_match(input).map(Value::Boolean).map_err(|_| too_complex(pattern))
}

pub(super) fn replace<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let (input, pattern, replacement, flags) = match arguments {
        [Value::String(input), Value::String(pattern), Value::String(with)] => (input, pattern, with, ""),
        [Value::String(input), Value::String(pattern), Value::String(with), Value::String(flags)] => {
            (input, pattern, with, &**flags)
        }
        [Value::String(input), Value::String(pattern), Value::String(with), Value::Null] => {
            (input, pattern, with, "")
        }
        _ => return Err(Refusal::IllegalArguments),
    };
    run.spend(input.len() as u64 / 16)?;
    let regex = compiled(run, pattern, flags, "")?;
    let (mut result, mut end) = (String::new(), 0);
    for captures in regex.captures_iter(input) {
        run.spend(1)?;
        let captures = captures.map_err(|_| too_complex(pattern))?;
        let Some(whole) = captures.get(0) else { continue };
        result.push_str(&input[end..whole.start()]);
        if expand(replacement, &captures, &mut result).is_none() {
            return refuse(format!("Invalid pattern '{}'", &**pattern));
        }
        end = whole.end();
        if result.len() > STRING_BYTES_MAX {
            return refuse("the string is too long");
        }
    }
    result.push_str(&input[end..]);
    limited(run, result)
}

/// Appends the replacement: `$1` and `${name}` stand for groups, a backslash quotes. `None` for a
/// group that does not exist.
fn expand(replacement: &str, captures: &Captures<'_>, result: &mut String) -> Option<()> {
    let mut rest = replacement;
    while let Some(at) = rest.find(['$', '\\']) {
        result.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if rest.as_bytes()[at] == b'\\' {
            let quoted = after.chars().next()?;
            result.push(quoted);
            rest = &after[quoted.len_utf8()..];
            continue;
        }
        let group = if let Some(body) = after.strip_prefix('{') {
            let (name, tail) = body.split_once('}')?;
            rest = tail;
            captures.name(name)
        } else {
            let (group, length) = group_number(after, captures.len())?;
            rest = &after[length..];
            captures.get(group)
        };
        result.push_str(group.map_or("", |group| group.as_str()));
    }
    result.push_str(rest);
    Some(())
}

/// The group that the digits name: as many digits as still name one.
fn group_number(text: &str, groups: usize) -> Option<(usize, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut found = None;
    for length in 1..=digits.min(6) {
        match text[..length].parse::<usize>() {
            Ok(group) if group < groups => found = Some((group, length)),
            _ => break,
        }
    }
    found
}

/// Splits at each match and keeps empty parts, except one before a match of nothing at the start.
pub(super) fn split<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(input), Value::String(pattern)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    run.spend(input.len() as u64 / 16)?;
    let regex = compiled(run, pattern, "", " for delimiter")?;
    let (mut parts, mut end) = (Vec::new(), 0);
    for found in regex.find_iter(input) {
        let found = found.map_err(|_| too_complex(pattern))?;
        if found.end() == 0
            || (found.start() == found.end() && found.end() == input.len()) && input.is_empty()
        {
            continue;
        }
        run.spend(1)?;
        parts.push(Value::string(&input[end..found.start()]));
        end = found.end();
    }
    parts.push(Value::string(&input[end..]));
    Ok(Value::list(parts))
}

pub(super) fn extract<'a>(run: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(input), Value::String(pattern)] = arguments else {
        return Err(Refusal::IllegalArguments);
    };
    run.spend(input.len() as u64 / 16)?;
    let regex = compiled(run, pattern, "", "")?;
    let mut found = Vec::new();
    for item in regex.find_iter(input) {
        run.spend(1)?;
        found.push(Value::string(item.map_err(|_| too_complex(pattern))?.as_str()));
    }
    Ok(Value::list(found))
}
