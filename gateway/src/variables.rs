//! Variables at the door: JSON text of an object in, MessagePack inside.

use tidemill_core::limits::VARIABLES_BYTES_MAX;
use tidemill_record::message_pack::EMPTY_DOCUMENT;
use tidemill_record::{json_to_message_pack, message_pack_to_json};
use tonic::Status;

use crate::status::{exhausted, invalid};

/// How much of an unreadable text the error repeats.
const QUOTED_CHAR_COUNT_MAX: usize = 300;

/// Replaces `out` by the MessagePack of `text`, which has to be a JSON object; nothing and `null` count as
/// `{}`.
///
/// # Errors
/// INVALID_ARGUMENT with the texts of a Zeebe gateway; RESOURCE_EXHAUSTED when there is too much.
pub fn read_document(text: &str, out: &mut Vec<u8>) -> Result<(), Status> {
    out.clear();
    if text.is_empty() || text == "{}" {
        out.extend_from_slice(EMPTY_DOCUMENT);
        return Ok(());
    }
    json_to_message_pack(text, out).map_err(|error| unreadable(text, &error))?;
    match kind(out) {
        "MAP" => {}
        "NIL" => {
            out.clear();
            out.extend_from_slice(EMPTY_DOCUMENT);
        }
        other => return Err(not_an_object(other)),
    }
    if out.len() > VARIABLES_BYTES_MAX {
        let text =
            format!("The variables take {} bytes; at most {VARIABLES_BYTES_MAX} are allowed", out.len());
        return Err(exhausted(text));
    }
    Ok(())
}

/// The JSON text of a document.
pub fn document_text(document: &[u8]) -> String {
    let mut text = String::with_capacity(document.len() + document.len() / 2 + 2);
    message_pack_to_json(document, &mut text);
    text
}

#[cold]
fn unreadable(text: &str, error: &serde_json::Error) -> Status {
    let quoted: String = text.chars().take(QUOTED_CHAR_COUNT_MAX).collect();
    invalid(format!(
        "Invalid JSON value: {quoted}\n at [Source: REDACTED \
         (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]",
        error.line(),
        error.column()
    ))
}

#[cold]
fn not_an_object(kind: &str) -> Status {
    invalid(format!(
        "Property 'variables' is invalid: Expected document to be a root level object, but was '{kind}'"
    ))
}

/// What Zeebe calls the type of a MessagePack value.
fn kind(value: &[u8]) -> &'static str {
    match value.first() {
        Some(0x80..=0x8f | 0xde | 0xdf) => "MAP",
        Some(0x90..=0x9f | 0xdc | 0xdd) => "ARRAY",
        Some(0xc0) | None => "NIL",
        Some(0xc2 | 0xc3) => "BOOLEAN",
        Some(0xca | 0xcb) => "FLOAT",
        Some(0xa0..=0xbf | 0xd9..=0xdb) => "STRING",
        Some(0xc4..=0xc6) => "BINARY",
        Some(0x00..=0x7f | 0xcc..=0xd3 | 0xe0..=0xff) => "INTEGER",
        Some(_) => "EXTENSION",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Code;

    fn check(text: &str, expected: Result<&str, &str>) {
        let mut out = vec![1, 2, 3];
        let result = read_document(text, &mut out).map(|()| document_text(&out));
        match (result, expected) {
            (Ok(json), Ok(expected)) => assert_eq!(json, expected),
            (Err(status), Err(expected)) => {
                assert_eq!(status.code(), Code::InvalidArgument);
                assert_eq!(status.message(), expected);
            }
            (other, _) => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn objects_pass_and_everything_else_is_named() {
        check("", Ok("{}"));
        check("null", Ok("{}"));
        check(" { } ", Ok("{}"));
        check(r#"{"a":1,"e":1e3}"#, Ok(r#"{"a":1,"e":1000.0}"#));
        let root = "Property 'variables' is invalid: Expected document to be a root level object, but was";
        for (text, kind) in [
            ("[1]", "ARRAY"),
            ("3", "INTEGER"),
            ("-3", "INTEGER"),
            ("1.5", "FLOAT"),
            ("true", "BOOLEAN"),
            ("\"x\"", "STRING"),
        ] {
            check(text, Err(&format!("{root} '{kind}'")));
        }
    }

    #[test]
    fn unreadable_text_is_named_with_its_place() {
        check(
            "{bad",
            Err("Invalid JSON value: {bad\n at [Source: REDACTED \
                 (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]"),
        );
    }
}
