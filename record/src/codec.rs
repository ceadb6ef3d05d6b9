//! How values stand in bytes: integers as zigzag LEB128, text and bytes behind a LEB128 length, fields in
//! declaration order without tags.

use thiserror::Error;

/// Bytes that are not the encoding they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("malformed record: {what} at byte {offset}")]
pub struct Malformed {
    /// What was expected there.
    pub what: &'static str,
    /// Where, from the start of the value.
    pub offset: usize,
}

/// The longest encoding of a number, bytes.
const NUMBER_BYTES_MAX: usize = 10;

/// An unsigned LEB128 number and its length.
fn unsigned_bytes(mut number: u64) -> ([u8; NUMBER_BYTES_MAX], usize) {
    let mut bytes = [0u8; NUMBER_BYTES_MAX];
    let mut length = 0;
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes[length] = if number == 0 { low } else { low | 0x80 };
        length += 1;
        if number == 0 {
            return (bytes, length);
        }
    }
}

/// Something that takes encoded bytes.
pub trait Out {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);
    /// How many bytes were taken so far.
    fn position(&self) -> usize;
    /// Overwrites what was put at `position`.
    fn patch(&mut self, position: usize, bytes: &[u8]);

    /// Appends an unsigned LEB128 number.
    fn put_unsigned(&mut self, number: u64) {
        let (bytes, length) = unsigned_bytes(number);
        self.put(&bytes[..length]);
    }

    /// Appends a signed number, zigzag.
    fn put_signed(&mut self, number: i64) {
        self.put_unsigned(((number << 1) ^ (number >> 63)) as u64);
    }

    /// Appends bytes behind their length.
    fn put_bytes(&mut self, bytes: &[u8]) {
        self.put_unsigned(bytes.len() as u64);
        self.put(bytes);
    }
}

impl Out for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    /// All ten bytes are put and the unused ones taken back: a copy of a fixed length needs no call.
    fn put_unsigned(&mut self, number: u64) {
        let (bytes, length) = unsigned_bytes(number);
        self.extend_from_slice(&bytes);
        self.truncate(self.len() - (NUMBER_BYTES_MAX - length));
    }

    fn position(&self) -> usize {
        self.len()
    }

    fn patch(&mut self, position: usize, bytes: &[u8]) {
        self[position..position + bytes.len()].copy_from_slice(bytes);
    }
}

/// A fixed buffer as [`Out`]: what does not fit is dropped and remembered as an overflow.
pub struct SliceOut<'a> {
    buffer: &'a mut [u8],
    length: usize,
    overflowed: bool,
}

impl<'a> SliceOut<'a> {
    /// An empty output over `buffer`.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0, overflowed: false }
    }

    /// What was put so far.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Whether something did not fit; then the bytes are not whole.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Takes everything behind `position` back, an overflow too.
    pub fn truncate(&mut self, position: usize) {
        assert!(position <= self.length, "cannot truncate forward");
        self.length = position;
        self.overflowed = false;
    }
}

impl Out for SliceOut<'_> {
    fn put(&mut self, bytes: &[u8]) {
        match self.buffer.get_mut(self.length..self.length + bytes.len()) {
            Some(room) if !self.overflowed => {
                room.copy_from_slice(bytes);
                self.length += bytes.len();
            }
            _ => self.overflowed = true,
        }
    }

    fn put_unsigned(&mut self, number: u64) {
        let (bytes, length) = unsigned_bytes(number);
        match self.buffer.get_mut(self.length..self.length + NUMBER_BYTES_MAX) {
            Some(room) if !self.overflowed => {
                room.copy_from_slice(&bytes);
                self.length += length;
            }
            // Near the end of the buffer.
            _ => self.put(&bytes[..length]),
        }
    }

    fn position(&self) -> usize {
        self.length
    }

    fn patch(&mut self, position: usize, bytes: &[u8]) {
        if let Some(room) = self.buffer[..self.length].get_mut(position..position + bytes.len()) {
            room.copy_from_slice(bytes);
        } else {
            assert!(self.overflowed, "patched beyond the end");
        }
    }
}

/// A cursor over encoded bytes.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Input<'a> {
    /// A cursor at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// How many bytes were taken.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Whether everything was taken.
    pub fn is_empty(&self) -> bool {
        self.offset == self.bytes.len()
    }

    /// An error at the cursor.
    pub fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { what, offset: self.offset }
    }

    /// Takes `length` raw bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let end = self.offset.checked_add(length).ok_or(self.malformed("a length"))?;
        let taken = self.bytes.get(self.offset..end).ok_or(self.malformed("more bytes"))?;
        self.offset = end;
        Ok(taken)
    }

    /// Takes an unsigned LEB128 number.
    pub fn take_unsigned(&mut self) -> Result<u64, Malformed> {
        let rest = &self.bytes[self.offset..];
        let mut number = 0u64;
        for (index, byte) in rest.iter().take(NUMBER_BYTES_MAX).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                self.offset += index + 1;
                return Ok(number);
            }
        }
        let whole = rest.len() >= NUMBER_BYTES_MAX;
        Err(self.malformed(if whole { "a number of at most ten bytes" } else { "more bytes" }))
    }

    /// Takes a zigzag number.
    pub fn take_signed(&mut self) -> Result<i64, Malformed> {
        let raw = self.take_unsigned()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// Takes bytes behind their length.
    pub fn take_bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.take_unsigned()?;
        self.take(usize::try_from(length).map_err(|_| self.malformed("a length"))?)
    }
}

/// A type that can be a field of a value.
pub trait Field<'a>: Copy {
    /// The JSON name of the type in messages about unusable input.
    const EXPECTED: &'static str;
    /// Appends the encoding.
    fn put<O: Out>(&self, out: &mut O);
    /// Takes one from the cursor.
    fn take(input: &mut Input<'a>) -> Result<Self, Malformed>;
    /// Appends the JSON that exporters print.
    fn print(&self, out: &mut String);
    /// Appends the encoding of a JSON value; false when it is of another type.
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool;
}

impl<'a> Field<'a> for i64 {
    const EXPECTED: &'static str = "a 64-bit integer";
    fn put<O: Out>(&self, out: &mut O) {
        out.put_signed(*self);
    }
    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        input.take_signed()
    }
    fn print(&self, out: &mut String) {
        use std::fmt::Write;
        write!(out, "{self}").expect("a String takes everything");
    }
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        json.as_i64().map(|number| out.put_signed(number)).is_some()
    }
}

impl<'a> Field<'a> for i32 {
    const EXPECTED: &'static str = "a 32-bit integer";
    fn put<O: Out>(&self, out: &mut O) {
        out.put_signed(i64::from(*self));
    }
    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        i32::try_from(input.take_signed()?).map_err(|_| input.malformed("a 32-bit integer"))
    }
    fn print(&self, out: &mut String) {
        i64::from(*self).print(out);
    }
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        json.as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .map(|number| Field::put(&number, out))
            .is_some()
    }
}

impl<'a> Field<'a> for bool {
    const EXPECTED: &'static str = "a boolean";
    fn put<O: Out>(&self, out: &mut O) {
        out.put(&[u8::from(*self)]);
    }
    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        Ok(input.take(1)?[0] != 0)
    }
    fn print(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        json.as_bool().map(|flag| Field::put(&flag, out)).is_some()
    }
}

impl<'a> Field<'a> for &'a str {
    const EXPECTED: &'static str = "a string";
    fn put<O: Out>(&self, out: &mut O) {
        out.put_bytes(self.as_bytes());
    }
    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        let bytes = input.take_bytes()?;
        std::str::from_utf8(bytes).map_err(|_| input.malformed("UTF-8 text"))
    }
    fn print(&self, out: &mut String) {
        crate::escape_json(self, out);
    }
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        json.as_str().map(|text| out.put_bytes(text.as_bytes())).is_some()
    }
}

/// Bytes that JSON shows in base64.
impl<'a> Field<'a> for &'a [u8] {
    const EXPECTED: &'static str = "a base64 string";
    fn put<O: Out>(&self, out: &mut O) {
        out.put_bytes(self);
    }
    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        input.take_bytes()
    }
    fn print(&self, out: &mut String) {
        use base64::Engine;
        out.push('"');
        base64::engine::general_purpose::STANDARD.encode_string(self, out);
        out.push('"');
    }
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        use base64::Engine;
        let decoded =
            json.as_str().and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
        decoded.map(|bytes| out.put_bytes(&bytes)).is_some()
    }
}
