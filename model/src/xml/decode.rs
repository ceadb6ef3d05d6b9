//! Bytes to UTF-8 text: byte order marks, UTF-16, and the single-byte encodings that old modelers declare.

use std::borrow::Cow;

/// Decodes by byte order mark or by the encoding that the XML declaration names.
///
/// # Errors
/// Names the encoding when it is unknown or when the bytes do not fit it.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match declared(bytes).as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16") => utf8(bytes),
            Some("iso-8859-1" | "latin1" | "windows-1252") => {
                Ok(Cow::Owned(bytes.iter().map(|b| *b as char).collect()))
            }
            Some(other) => Err(format!("The encoding '{other}' is not supported")),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|e| format!("Invalid byte for UTF-8 at offset {}", e.valid_up_to()))
}

fn utf16(bytes: &[u8], word: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, String> {
    if !bytes.len().is_multiple_of(2) {
        return Err("UTF-16 text ends in the middle of a character".into());
    }
    let words = bytes.chunks_exact(2).map(|pair| word([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(words).collect();
    text.map(Cow::Owned).map_err(|_| "Invalid surrogate in UTF-16 text".into())
}

/// The lower-case encoding name of `<?xml ... encoding="..."?>`, if there is one.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(256)];
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let end = head.windows(2).position(|w| w == b"?>")?;
    let head = std::str::from_utf8(&head[..end]).ok()?;
    let rest = head[head.find("encoding")? + "encoding".len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &rest[1..];
    Some(value[..value.find(quote)?].to_ascii_lowercase())
}
