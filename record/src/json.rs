//! JSON text to MessagePack and back, as variables cross the doors.
//!
//! Numbers: integers of up to 64 bits, signed or unsigned, stay integers; everything else becomes a 64-bit float,
//! printed as Java prints doubles (`1000.0`, `1.0E7`), because that is what clients of Zeebe see.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::message_pack::{self, DEPTH_MAX, Reader, Token};

/// Appends `text` as a JSON string, quotes included.
pub fn escape_json(text: &str, out: &mut String) {
    use std::fmt::Write;
    out.push('"');
    let mut start = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[start..index]);
        start = index + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => write!(out, "\\u{byte:04X}").expect("a String takes everything"),
        }
    }
    out.push_str(&text[start..]);
    out.push('"');
}

/// Appends the JSON text of one MessagePack value; `null` for what cannot be read.
pub fn message_pack_to_json(bytes: &[u8], out: &mut String) {
    let start = out.len();
    if print(&mut Reader::new(bytes), out, DEPTH_MAX).is_none() {
        out.truncate(start);
        out.push_str("null");
    }
}

fn print(reader: &mut Reader<'_>, out: &mut String, depth: usize) -> Option<()> {
    use std::fmt::Write;
    match reader.token()? {
        Token::Nil => out.push_str("null"),
        Token::Bool(flag) => out.push_str(if flag { "true" } else { "false" }),
        Token::Signed(number) => write!(out, "{number}").ok()?,
        Token::Unsigned(number) => write!(out, "{number}").ok()?,
        Token::Float(number) => print_float(number, out),
        Token::Text(text) => escape_json(text, out),
        Token::Binary(bytes) => crate::Field::print(&bytes, out),
        Token::Array(length) => {
            out.push('[');
            for index in 0..length {
                if index > 0 {
                    out.push(',');
                }
                print(reader, out, depth.checked_sub(1)?)?;
            }
            out.push(']');
        }
        Token::Map(length) => {
            out.push('{');
            for index in 0..length {
                if index > 0 {
                    out.push(',');
                }
                escape_json(reader.text()?, out);
                out.push(':');
                print(reader, out, depth.checked_sub(1)?)?;
            }
            out.push('}');
        }
    }
    Some(())
}

/// Shortest digits that read back the same, laid out like Java's `Double.toString`.
fn print_float(number: f64, out: &mut String) {
    use std::fmt::Write;
    let magnitude = number.abs();
    let written = if !number.is_finite() {
        write!(
            out,
            "\"{}\"",
            if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            }
        )
    } else if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        write!(out, "{number:?}")
    } else {
        let scientific = format!("{number:E}");
        let (digits, exponent) = scientific.split_once('E').expect("scientific notation has an exponent");
        let point = if digits.contains('.') { "" } else { ".0" };
        write!(out, "{digits}{point}E{exponent}")
    };
    written.expect("a String takes everything");
}

/// Appends the MessagePack of a JSON text, whole.
///
/// # Errors
/// What is wrong with the text and where (line and column), without repeating it.
pub fn json_to_message_pack(text: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = out.len();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let done =
        Packer { out, depth: DEPTH_MAX }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if done.is_err() {
        out.truncate(start);
    }
    done
}

/// Appends the MessagePack of a parsed JSON value; false when it nests too deep.
pub(crate) fn put_json_value(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
    Packer { out, depth: DEPTH_MAX }.deserialize(json).is_ok()
}

struct Packer<'o> {
    out: &'o mut Vec<u8>,
    depth: usize,
}

impl Packer<'_> {
    fn deeper<E: serde::de::Error>(&mut self) -> Result<Packer<'_>, E> {
        let depth = self.depth.checked_sub(1);
        let depth = depth.ok_or_else(|| E::custom(format!("more than {DEPTH_MAX} levels of nesting")))?;
        Ok(Packer { out: self.out, depth })
    }

    /// Makes room at `start` for a head longer than the one byte that stands there.
    fn patch_head(&mut self, start: usize, length: usize, head: fn(&mut Vec<u8>, usize)) {
        let mut bytes = Vec::with_capacity(5);
        head(&mut bytes, length);
        self.out.splice(start..start + 1, bytes);
    }
}

impl<'de> DeserializeSeed<'de> for Packer<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Packer<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.out.extend_from_slice(message_pack::NIL);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        message_pack::put_bool(self.out, flag);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        message_pack::put_integer(self.out, number);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        message_pack::put_unsigned(self.out, number);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        message_pack::put_float(self.out, number);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        message_pack::put_text(self.out, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let start = self.out.len();
        message_pack::put_array_head(self.out, 0);
        let mut length = 0;
        while items.next_element_seed(self.deeper::<A::Error>()?)?.is_some() {
            length += 1;
        }
        self.patch_head(start, length, message_pack::put_array_head);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let start = self.out.len();
        message_pack::put_map_head(self.out, 0);
        let mut length = 0;
        while entries.next_key_seed(Name(self.out))?.is_some() {
            entries.next_value_seed(self.deeper::<A::Error>()?)?;
            length += 1;
        }
        if length > u32::MAX as usize {
            return Err(A::Error::custom("too many entries"));
        }
        self.patch_head(start, length, message_pack::put_map_head);
        Ok(())
    }
}

/// A key of an object: always a string.
struct Name<'o>(&'o mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(Packer { out: self.0, depth: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let mut bytes = Vec::new();
        json_to_message_pack(json, &mut bytes).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert!(message_pack::is_well_formed(&bytes), "{json}");
        let mut text = String::new();
        message_pack_to_json(&bytes, &mut text);
        assert_eq!(text, expected);
    }

    #[test]
    fn values_come_back_as_zeebe_prints_them() {
        check(
            r#"{"a":1,"b":1.50,"c":{"z":1,"y":[1,null,true]},"e":1e3,"u":"ä\"\n"}"#,
            "{\"a\":1,\"b\":1.5,\"c\":{\"z\":1,\"y\":[1,null,true]},\"e\":1000.0,\"u\":\"ä\\\"\\n\"}",
        );
        check("12345678901234567890", "12345678901234567890");
        check("[1e7, 1.5e-4, -0.0, 123456.7]", "[1.0E7,1.5E-4,-0.0,123456.7]");
        check(&format!("[{}]", vec!["7"; 70_000].join(",")), &format!("[{}]", vec!["7"; 70_000].join(",")));
        check("\"\\u0001\"", "\"\\u0001\"");
    }

    #[test]
    fn bad_text_is_refused_and_leaves_nothing() {
        let mut bytes = vec![1];
        for text in ["{bad", "", "[1,]", "{\"a\":1} x", &"[".repeat(100_000)] {
            assert!(json_to_message_pack(text, &mut bytes).is_err(), "{text:.20}");
            assert_eq!(bytes, [1]);
        }
    }
}
