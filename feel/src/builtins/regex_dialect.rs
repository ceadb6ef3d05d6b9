//! From Java's dialect of regular expressions to that of the engine: the classes `\d \w \s \h` are
//! ASCII, POSIX classes have other names, `\Q…\E` quotes.

/// Classes by name: Java's `\p{…}` and what the engine understands inside of brackets.
const NAMED: [(&str, &str); 13] = [
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", "\\x00-\\x7F"),
    ("Alpha", "a-zA-Z"),
    ("Digit", "0-9"),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", "!-/:-@\\[-`{-~"),
    ("Graph", "!-~"),
    ("Print", "\\x20-\\x7E"),
    ("Blank", " \\t"),
    ("Cntrl", "\\x00-\\x1F\\x7F"),
    ("XDigit", "0-9a-fA-F"),
    ("Space", " \\t\\n\\x0B\\f\\r"),
];

/// The pattern in the engine's dialect; `None` if it ends inside of an escape.
pub(super) fn translate(pattern: &str, comments: bool) -> Option<String> {
    let mut output = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut brackets = 0_usize;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => rest = escape(rest, brackets > 0, comments, &mut output)?,
            '[' => {
                brackets += 1;
                output.push('[');
            }
            ']' => {
                brackets = brackets.saturating_sub(1);
                output.push(']');
            }
            other => output.push(other),
        }
    }
    Some(output)
}

fn escape<'r>(rest: &'r str, in_class: bool, comments: bool, output: &mut String) -> Option<&'r str> {
    let c = rest.chars().next()?;
    let after = &rest[c.len_utf8()..];
    let class = match c {
        'd' | 'D' => Some("0-9"),
        'w' | 'W' => Some("a-zA-Z_0-9"),
        's' | 'S' => Some(" \\t\\n\\x0B\\f\\r"),
        'h' | 'H' => Some(" \\t\\xA0\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}"),
        _ => None,
    };
    if let Some(class) = class {
        // In comment mode a literal blank would vanish.
        let class = if comments { class.replace(' ', "\\x20") } else { class.to_string() };
        push_class(output, &class, c.is_ascii_uppercase(), in_class);
        return Some(after);
    }
    match c {
        'p' | 'P' => named_class(after, c == 'P', in_class, output),
        'Q' => {
            let (literal, tail) = after.split_once("\\E").unwrap_or((after, ""));
            for c in literal.chars() {
                if c.is_ascii_punctuation() || c == ' ' {
                    output.push('\\');
                }
                output.push(c);
            }
            Some(tail)
        }
        'R' if !in_class => {
            output.push_str("(?:\\r\\n|[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}])");
            Some(after)
        }
        'Z' if !in_class => {
            output.push_str("(?=\\n?\\z)");
            Some(after)
        }
        'e' => {
            output.push_str("\\x1B");
            Some(after)
        }
        'u' if after.len() >= 4 && after.bytes().take(4).all(|b| b.is_ascii_hexdigit()) => {
            output.push_str(&format!("\\x{{{}}}", &after[..4]));
            Some(&after[4..])
        }
        'A' | 'B' | 'G' | 'b' | 'z' | 't' | 'n' | 'r' | 'f' | 'a' | 'x' | 'k' | '0'..='9' => {
            output.extend(['\\', c]);
            Some(after)
        }
        'v' => {
            push_class(output, "\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}", false, in_class);
            Some(after)
        }
        letter if letter.is_ascii_alphabetic() => None,
        quoted if quoted.is_ascii() => {
            output.extend(['\\', quoted]);
            Some(after)
        }
        plain => {
            output.push(plain);
            Some(after)
        }
    }
}

fn push_class(output: &mut String, class: &str, negated: bool, in_class: bool) {
    if in_class && !negated {
        output.push_str(class);
    } else {
        output.push_str(if negated { "[^" } else { "[" });
        output.push_str(class);
        output.push(']');
    }
}

fn named_class<'r>(rest: &'r str, negated: bool, in_class: bool, output: &mut String) -> Option<&'r str> {
    let Some(body) = rest.strip_prefix('{') else {
        output.push_str(if negated { "\\P" } else { "\\p" });
        return Some(rest);
    };
    let (name, tail) = body.split_once('}')?;
    match NAMED.iter().find(|(known, _)| *known == name) {
        Some((_, class)) => push_class(output, class, negated, in_class),
        None => {
            let name = name.strip_prefix("Is").unwrap_or(name);
            output.push_str(&format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' }));
        }
    }
    Some(tail)
}
