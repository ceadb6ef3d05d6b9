//! MessagePack, the form of variables inside: writing, walking in place, checking.

use crate::{Field, Input, Malformed, Out};

/// How deep documents may nest; deeper ones are refused where they enter.
pub const DEPTH_MAX: usize = 256;

/// A MessagePack map whose keys are strings: a set of variables. JSON shows an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document<'a>(pub &'a [u8]);

/// Any one MessagePack value. JSON shows its JSON text as a string, as on VARIABLE records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedValue<'a>(pub &'a [u8]);

/// The MessagePack of nothing set.
pub const EMPTY_DOCUMENT: &[u8] = &[0x80];
/// The MessagePack of null.
pub const NIL: &[u8] = &[0xc0];

impl<'a> Document<'a> {
    /// No variables.
    pub const EMPTY: Self = Self(EMPTY_DOCUMENT);

    /// The entries in order: name and encoded value. Stops at malformed bytes.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, &'a [u8])> + use<'a> {
        let mut reader = Reader::new(self.0);
        let count = reader.map_length().unwrap_or(0);
        (0..count).map_while(move |_| Some((reader.text()?, reader.value()?)))
    }

    /// The encoded value under `name`.
    pub fn get(self, name: &str) -> Option<&'a [u8]> {
        self.entries().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether there are no entries.
    pub fn is_empty(self) -> bool {
        Reader::new(self.0).map_length() == Some(0)
    }
}

/// A cursor over MessagePack; every step gives `None` on malformed or missing bytes.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// The head of a MessagePack value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the variants are the format's own")]
pub enum Token<'a> {
    Nil,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(&'a str),
    Binary(&'a [u8]),
    Array(usize),
    Map(usize),
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// Where the cursor stands.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.offset..self.offset.checked_add(length)?)?;
        self.offset += length;
        Some(taken)
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn length(&mut self, width: usize) -> Option<usize> {
        Some(match width {
            1 => usize::from(self.number::<1>()?[0]),
            2 => usize::from(u16::from_be_bytes(self.number()?)),
            _ => u32::from_be_bytes(self.number()?) as usize,
        })
    }

    /// Takes the next head; of an array or map the items follow.
    pub fn token(&mut self) -> Option<Token<'a>> {
        let head = self.number::<1>()?[0];
        Some(match head {
            0x00..=0x7f => Token::Signed(i64::from(head)),
            0x80..=0x8f => Token::Map(usize::from(head & 0x0f)),
            0x90..=0x9f => Token::Array(usize::from(head & 0x0f)),
            0xa0..=0xbf => self.text_of(usize::from(head & 0x1f))?,
            0xc0 => Token::Nil,
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4..=0xc6 => {
                let length = self.length(1 << (head - 0xc4))?;
                Token::Binary(self.take(length)?)
            }
            0xca => Token::Float(f64::from(f32::from_be_bytes(self.number()?))),
            0xcb => Token::Float(f64::from_be_bytes(self.number()?)),
            0xcc => Token::Signed(i64::from(self.number::<1>()?[0])),
            0xcd => Token::Signed(i64::from(u16::from_be_bytes(self.number()?))),
            0xce => Token::Signed(i64::from(u32::from_be_bytes(self.number()?))),
            0xcf => {
                let number = u64::from_be_bytes(self.number()?);
                i64::try_from(number).map_or(Token::Unsigned(number), Token::Signed)
            }
            0xd0 => Token::Signed(i64::from(i8::from_be_bytes(self.number()?))),
            0xd1 => Token::Signed(i64::from(i16::from_be_bytes(self.number()?))),
            0xd2 => Token::Signed(i64::from(i32::from_be_bytes(self.number()?))),
            0xd3 => Token::Signed(i64::from_be_bytes(self.number()?)),
            0xd9..=0xdb => {
                let length = self.length(1 << (head - 0xd9))?;
                self.text_of(length)?
            }
            0xdc => Token::Array(self.length(2)?),
            0xdd => Token::Array(self.length(4)?),
            0xde => Token::Map(self.length(2)?),
            0xdf => Token::Map(self.length(4)?),
            0xe0..=0xff => Token::Signed(i64::from(head as i8)),
            _ => return None,
        })
    }

    fn text_of(&mut self, length: usize) -> Option<Token<'a>> {
        std::str::from_utf8(self.take(length)?).ok().map(Token::Text)
    }

    /// Takes a map's head.
    pub fn map_length(&mut self) -> Option<usize> {
        match self.token()? {
            Token::Map(length) => Some(length),
            _ => None,
        }
    }

    /// Takes a string.
    pub fn text(&mut self) -> Option<&'a str> {
        match self.token()? {
            Token::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Takes one whole value and gives its bytes.
    pub fn value(&mut self) -> Option<&'a [u8]> {
        let start = self.offset;
        let mut open = 1u64;
        while open > 0 {
            open -= 1;
            open = open.checked_add(match self.token()? {
                Token::Array(length) => length as u64,
                Token::Map(length) => 2 * length as u64,
                _ => 0,
            })?;
        }
        self.bytes.get(start..self.offset)
    }
}

fn check_depth(reader: &mut Reader<'_>, depth: usize) -> Option<()> {
    let items = match reader.token()? {
        Token::Array(length) => length,
        Token::Map(length) => {
            for _ in 0..length {
                reader.text()?;
                check_depth(reader, depth.checked_sub(1)?)?;
            }
            0
        }
        _ => 0,
    };
    for _ in 0..items {
        check_depth(reader, depth.checked_sub(1)?)?;
    }
    Some(())
}

/// Whether `bytes` are exactly one well-formed value, map keys being strings, at most [`DEPTH_MAX`] deep.
pub fn is_well_formed(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    check_depth(&mut reader, DEPTH_MAX).is_some() && reader.offset == bytes.len()
}

/// Whether `bytes` are a well-formed [`Document`].
pub fn is_document(bytes: &[u8]) -> bool {
    is_well_formed(bytes) && Reader::new(bytes).map_length().is_some()
}

/// Appends a string.
pub fn put_text<O: Out + ?Sized>(out: &mut O, text: &str) {
    let length = text.len();
    match length {
        0..32 => out.put(&[0xa0 | length as u8]),
        32..256 => out.put(&[0xd9, length as u8]),
        256..65_536 => put_head(out, 0xda, &(length as u16).to_be_bytes()),
        _ => put_head(out, 0xdb, &(length as u32).to_be_bytes()),
    }
    out.put(text.as_bytes());
}

/// Appends an integer in its shortest form.
pub fn put_integer<O: Out + ?Sized>(out: &mut O, number: i64) {
    match number {
        -32..128 => out.put(&[number as i8 as u8]),
        128..256 => out.put(&[0xcc, number as u8]),
        256..65_536 => put_head(out, 0xcd, &(number as u16).to_be_bytes()),
        65_536..4_294_967_296 => put_head(out, 0xce, &(number as u32).to_be_bytes()),
        4_294_967_296.. => put_head(out, 0xcf, &number.to_be_bytes()),
        -128..-32 => out.put(&[0xd0, number as i8 as u8]),
        -32_768..-128 => put_head(out, 0xd1, &(number as i16).to_be_bytes()),
        -2_147_483_648..-32_768 => put_head(out, 0xd2, &(number as i32).to_be_bytes()),
        _ => put_head(out, 0xd3, &number.to_be_bytes()),
    }
}

/// Appends an integer above the signed range too.
pub fn put_unsigned<O: Out + ?Sized>(out: &mut O, number: u64) {
    match i64::try_from(number) {
        Ok(signed) => put_integer(out, signed),
        Err(_) => put_head(out, 0xcf, &number.to_be_bytes()),
    }
}

/// Appends a 64-bit float.
pub fn put_float<O: Out + ?Sized>(out: &mut O, number: f64) {
    put_head(out, 0xcb, &number.to_be_bytes());
}

/// Appends a boolean.
pub fn put_bool<O: Out + ?Sized>(out: &mut O, flag: bool) {
    out.put(&[if flag { 0xc3 } else { 0xc2 }]);
}

/// Appends the head of a map; `length` names and values follow.
pub fn put_map_head<O: Out + ?Sized>(out: &mut O, length: usize) {
    match length {
        0..16 => out.put(&[0x80 | length as u8]),
        16..65_536 => put_head(out, 0xde, &(length as u16).to_be_bytes()),
        _ => put_head(out, 0xdf, &(length as u32).to_be_bytes()),
    }
}

/// Appends the head of an array; `length` values follow.
pub fn put_array_head<O: Out + ?Sized>(out: &mut O, length: usize) {
    match length {
        0..16 => out.put(&[0x90 | length as u8]),
        16..65_536 => put_head(out, 0xdc, &(length as u16).to_be_bytes()),
        _ => put_head(out, 0xdd, &(length as u32).to_be_bytes()),
    }
}

fn put_head<O: Out + ?Sized>(out: &mut O, head: u8, rest: &[u8]) {
    out.put(&[head]);
    out.put(rest);
}

macro_rules! packed_field {
    ($name:ident, $expected:literal, $check:path, $print:expr, $put_json:expr) => {
        impl<'a> Field<'a> for $name<'a> {
            const EXPECTED: &'static str = $expected;
            fn put<O: Out>(&self, out: &mut O) {
                out.put_bytes(self.0);
            }
            fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
                Ok(Self(input.take_bytes()?))
            }
            fn print(&self, out: &mut String) {
                $print(self.0, out);
            }
            fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
                $put_json(json, out)
            }
        }
        impl $name<'_> {
            /// Whether the bytes are what the type says; asked where they enter the broker.
            pub fn is_well_formed(&self) -> bool {
                $check(self.0)
            }
        }
    };
}

fn print_as_text(bytes: &[u8], out: &mut String) {
    let mut text = String::new();
    crate::message_pack_to_json(bytes, &mut text);
    crate::escape_json(&text, out);
}

fn put_json_object(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
    let mut bytes = Vec::new();
    let object = json.is_object() && crate::json::put_json_value(json, &mut bytes);
    if object {
        out.put_bytes(&bytes);
    }
    object
}

fn put_json_text(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
    let mut bytes = Vec::new();
    let packed = json.as_str().is_some_and(|text| crate::json_to_message_pack(text, &mut bytes).is_ok());
    if packed {
        out.put_bytes(&bytes);
    }
    packed
}

packed_field!(Document, "an object", is_document, crate::message_pack_to_json, put_json_object);
packed_field!(PackedValue, "JSON text in a string", is_well_formed, print_as_text, put_json_text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_their_shortest_form_and_come_back() {
        for number in
            [0, 127, 128, 255, 256, 65_535, 65_536, i64::MAX, -1, -32, -33, -128, -129, -40_000, i64::MIN]
        {
            let mut bytes = Vec::new();
            put_integer(&mut bytes, number);
            assert_eq!(Reader::new(&bytes).token(), Some(Token::Signed(number)), "{number}");
        }
    }

    #[test]
    fn malformed_bytes_are_told() {
        assert!(is_document(&[0x81, 0xa1, b'a', 0x01]));
        for bytes in
            [&[0x81u8][..], &[0x81, 0x01, 0x01], &[0xc1], &[0x80, 0x80], &[0x91], &[0xdf, 255, 255, 255, 255]]
        {
            assert!(!is_document(bytes), "{bytes:?}");
        }
        assert!(!is_well_formed(&[0x91; 300]), "too deep");
    }

    #[test]
    fn entries_are_found_in_place() {
        let document = Document(&[0x82, 0xa1, b'a', 0x93, 1, 2, 3, 0xa1, b'b', 0xc0]);
        assert_eq!(document.get("b"), Some(NIL));
        assert_eq!(document.get("a"), Some(&[0x93, 1, 2, 3][..]));
        assert_eq!(document.get("c"), None);
    }
}
