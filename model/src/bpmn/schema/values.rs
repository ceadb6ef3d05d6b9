//! Lexical checks of simple values.

use super::table::Table;

/// Whether the text is a value of that simple type. Types without constraint take everything.
pub(super) fn is_valid(kind: &str, value: &str) -> bool {
    let collapsed = value.trim();
    match kind {
        "boolean" => matches!(collapsed, "true" | "false" | "1" | "0"),
        "integer" => is_integer(collapsed),
        "int" => is_integer(collapsed) && collapsed.parse::<i32>().is_ok(),
        "double" => is_double(collapsed),
        "ID" | "IDREF" => is_ncname(collapsed),
        "QName" => match collapsed.split_once(':') {
            Some((prefix, local)) => is_ncname(prefix) && is_ncname(local),
            None => is_ncname(collapsed),
        },
        _ => match Table::get().values(kind) {
            Some(values) => values.contains(&"%anyURI") || values.contains(&value),
            None => true,
        },
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_double(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    matches!(text, "INF" | "-INF" | "NaN") || (text.bytes().all(allowed) && text.parse::<f64>().is_ok())
}

/// A name without colon. Non-ASCII characters are taken as letters: XML's tables exclude a few of them.
fn is_ncname(text: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || is_letter(c);
    let mut chars = text.chars();
    chars.next().is_some_and(is_start)
        && chars.all(|c| is_start(c) || c.is_ascii_digit() || matches!(c, '-' | '.' | '\u{B7}'))
}

fn is_letter(c: char) -> bool {
    c > '\u{BF}' && !matches!(c, '\u{D7}' | '\u{F7}' | '\u{2000}'..='\u{206F}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, good: &[&str], bad: &[&str]) {
        assert!(good.iter().all(|value| is_valid(kind, value)), "{kind} takes {good:?}");
        assert!(!bad.iter().any(|value| is_valid(kind, value)), "{kind} refuses {bad:?}");
    }

    #[test]
    fn simple_types() {
        check("boolean", &["true", " 0 "], &["True", "", "yes"]);
        check("integer", &["+12", "-0"], &["", "1.0", "a"]);
        check("double", &["1", "1.5e3", "-.5", "INF"], &["", "inf", "1px", "infinity"]);
        check("ID", &["a", "_1", "ü-1.x"], &["", "1a", "a b", "a:b", "-a"]);
        check("QName", &["a:b", "b"], &["a:b:c", ":b", "", "a b"]);
        check("tAdHocOrdering", &["Parallel"], &["parallel", ""]);
        check("string", &["", "anything"], &[]);
    }
}
