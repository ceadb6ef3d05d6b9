//! Values to MessagePack.

use super::Value;
use crate::limits::DOCUMENT_DEPTH_MAX;
use crate::message_pack as pack;
use crate::temporal::Temporal;
use std::io::Write;

impl Value<'_> {
    /// Appends the value in MessagePack. Whole numbers become integers, other numbers doubles;
    /// temporal values become ISO texts; what has no form (functions, ranges) becomes nil. Lists
    /// and contexts that came from a variable are copied byte for byte.
    pub fn write_message_pack(&self, out: &mut Vec<u8>) {
        self.write_at_depth(out, 0);
    }

    fn write_at_depth(&self, out: &mut Vec<u8>, depth: u32) {
        if depth > DOCUMENT_DEPTH_MAX {
            return pack::write_nil(out);
        }
        match self {
            Value::Null | Value::Range(_) | Value::Function(_) => pack::write_nil(out),
            Value::Boolean(value) => pack::write_boolean(out, *value),
            Value::Number(value) if value.is_whole() => pack::write_integer(out, value.to_i64_wrapping()),
            Value::Number(value) => pack::write_float(out, value.to_f64()),
            Value::String(text) => pack::write_string(out, text),
            Value::Temporal(value) => write_temporal(out, *value),
            Value::List(list) => match list.encoded() {
                Some(bytes) => out.extend_from_slice(bytes),
                None => {
                    let items = list.items();
                    pack::write_array_head(out, items.len());
                    for item in items.iter() {
                        item.write_at_depth(out, depth + 1);
                    }
                }
            },
            Value::Context(context) => match context.encoded() {
                Some(bytes) => out.extend_from_slice(bytes),
                None => {
                    let entries = context.entries();
                    pack::write_map_head(out, entries.len());
                    for (key, value) in &entries {
                        pack::write_string(out, key);
                        value.write_at_depth(out, depth + 1);
                    }
                }
            },
        }
    }
}

fn write_temporal(out: &mut Vec<u8>, value: Temporal) {
    let mut buffer = [0_u8; 96];
    let mut rest = &mut buffer[..];
    let written = write!(rest, "{}", crate::temporal::Iso(value));
    assert!(written.is_ok(), "the longest temporal text fits");
    let left = rest.len();
    let length = buffer.len() - left;
    let text = std::str::from_utf8(&buffer[..length]).unwrap_or_default();
    pack::write_string(out, text);
}
