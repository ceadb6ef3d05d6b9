//! Just enough MessagePack: reading values in place and writing results.

/// The head of one value, with what belongs to it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token<'a> {
    Nil,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    String(&'a str),
    /// Binary or extension data, which FEEL has no type for.
    Opaque,
    Array(Packed<'a>),
    Map(Packed<'a>),
}

/// An array or map in its encoded form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed<'a> {
    /// Items, or pairs of a map.
    pub count: u32,
    /// From the head to the end of the last item.
    pub bytes: &'a [u8],
    /// The items only.
    pub body: &'a [u8],
}

/// Reads one value; also what follows it. `None` if the bytes are not MessagePack.
pub(crate) fn read(bytes: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (head, rest) = read_head(bytes)?;
    let (count, is_map) = match head {
        Token::Array(packed) => (packed.count, false),
        Token::Map(packed) => (packed.count, true),
        scalar => return Some((scalar, rest)),
    };
    let values = u64::from(count) * if is_map { 2 } else { 1 };
    let after = skip(rest, values)?;
    let body = &rest[..rest.len() - after.len()];
    let packed = Packed { count, bytes: &bytes[..bytes.len() - after.len()], body };
    Some((if is_map { Token::Map(packed) } else { Token::Array(packed) }, after))
}

/// Skips that many values without recursion.
fn skip(mut bytes: &[u8], values: u64) -> Option<&[u8]> {
    let mut left = values;
    while left > 0 {
        left -= 1;
        let (head, rest) = read_head(bytes)?;
        left = match head {
            Token::Array(packed) => left.checked_add(u64::from(packed.count))?,
            Token::Map(packed) => left.checked_add(2 * u64::from(packed.count))?,
            _ => left,
        };
        bytes = rest;
    }
    Some(bytes)
}

/// Reads a scalar, or only the count of an array or map.
fn read_head(bytes: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (&marker, rest) = bytes.split_first()?;
    let packed = |count| Packed { count, bytes: &[], body: &[] };
    Some(match marker {
        0x00..=0x7f => (Token::Integer(i128::from(marker)), rest),
        0x80..=0x8f => (Token::Map(packed(u32::from(marker & 0x0f))), rest),
        0x90..=0x9f => (Token::Array(packed(u32::from(marker & 0x0f))), rest),
        0xa0..=0xbf => string(usize::from(marker & 0x1f), rest)?,
        0xc0 => (Token::Nil, rest),
        0xc2 => (Token::Boolean(false), rest),
        0xc3 => (Token::Boolean(true), rest),
        0xc4..=0xc6 => {
            let (length, rest) = unsigned(1 << (marker - 0xc4), rest)?;
            (Token::Opaque, rest.get(usize::try_from(length).ok()?..)?)
        }
        0xc7..=0xc9 => {
            let (length, rest) = unsigned(1 << (marker - 0xc7), rest)?;
            (Token::Opaque, rest.get(usize::try_from(length).ok()? + 1..)?)
        }
        0xca => {
            let (head, rest) = rest.split_first_chunk::<4>()?;
            (Token::Float(f64::from(f32::from_be_bytes(*head))), rest)
        }
        0xcb => {
            let (head, rest) = rest.split_first_chunk::<8>()?;
            (Token::Float(f64::from_be_bytes(*head)), rest)
        }
        0xcc..=0xcf => {
            let (value, rest) = unsigned(1 << (marker - 0xcc), rest)?;
            (Token::Integer(i128::from(value)), rest)
        }
        0xd0..=0xd3 => {
            let width = 1 << (marker - 0xd0);
            let (value, rest) = unsigned(width, rest)?;
            let unused = 64 - 8 * width as u32;
            (Token::Integer(i128::from(((value << unused) as i64) >> unused)), rest)
        }
        0xd4..=0xd8 => (Token::Opaque, rest.get((1 << (marker - 0xd4)) + 1..)?),
        0xd9..=0xdb => {
            let (length, rest) = unsigned(1 << (marker - 0xd9), rest)?;
            string(usize::try_from(length).ok()?, rest)?
        }
        0xdc | 0xdd => {
            let (count, rest) = unsigned(2 << (marker - 0xdc), rest)?;
            (Token::Array(packed(count as u32)), rest)
        }
        0xde | 0xdf => {
            let (count, rest) = unsigned(2 << (marker - 0xde), rest)?;
            (Token::Map(packed(count as u32)), rest)
        }
        0xe0..=0xff => (Token::Integer(i128::from(marker as i8)), rest),
        0xc1 => return None,
    })
}

fn unsigned(width: usize, bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (head, rest) = bytes.split_at_checked(width)?;
    Some((head.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)), rest))
}

fn string(length: usize, bytes: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(length)?;
    Some((Token::String(std::str::from_utf8(head).ok()?), rest))
}

/// The encoded value under a key of a map; the last one if a key repeats.
pub(crate) fn find<'a>(map: Packed<'a>, key: &str) -> Option<&'a [u8]> {
    let mut rest = map.body;
    for _ in 0..map.count {
        let (name, value) = read_head(rest)?;
        let value = if matches!(name, Token::Array(_) | Token::Map(_)) { skip(rest, 1)? } else { value };
        let after = skip(value, 1)?;
        if matches!(name, Token::String(name) if name == key) {
            return Some(&value[..value.len() - after.len()]);
        }
        rest = after;
    }
    None
}

pub(crate) fn write_nil(out: &mut Vec<u8>) {
    out.push(0xc0);
}

pub(crate) fn write_boolean(out: &mut Vec<u8>, value: bool) {
    out.push(if value { 0xc3 } else { 0xc2 });
}

/// Writes an integer in its shortest form.
pub(crate) fn write_integer(out: &mut Vec<u8>, value: i64) {
    let bytes = value.to_be_bytes();
    let (marker, width) = match value {
        0..=0x7f | -32..=-1 => return out.push(value as u8),
        0x80..=0xff => (0xcc, 1),
        0x100..=0xffff => (0xcd, 2),
        0x1_0000..=0xffff_ffff => (0xce, 4),
        0x1_0000_0000.. => (0xcf, 8),
        -0x80..=-33 => (0xd0, 1),
        -0x8000..=-0x81 => (0xd1, 2),
        -0x8000_0000..=-0x8001 => (0xd2, 4),
        _ => (0xd3, 8),
    };
    out.push(marker);
    out.extend_from_slice(&bytes[8 - width..]);
}

pub(crate) fn write_float(out: &mut Vec<u8>, value: f64) {
    out.push(0xcb);
    out.extend_from_slice(&value.to_be_bytes());
}

pub(crate) fn write_string(out: &mut Vec<u8>, value: &str) {
    let length = value.len();
    match length {
        0..=31 => out.push(0xa0 | length as u8),
        32..=0xff => out.extend_from_slice(&[0xd9, length as u8]),
        0x100..=0xffff => {
            out.push(0xda);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(0xdb);
            out.extend_from_slice(&(length as u32).to_be_bytes());
        }
    }
    out.extend_from_slice(value.as_bytes());
}

pub(crate) fn write_array_head(out: &mut Vec<u8>, count: usize) {
    write_head(out, count, 0x90, 0xdc);
}

pub(crate) fn write_map_head(out: &mut Vec<u8>, count: usize) {
    write_head(out, count, 0x80, 0xde);
}

fn write_head(out: &mut Vec<u8>, count: usize, short: u8, long: u8) {
    match count {
        0..=15 => out.push(short | count as u8),
        16..=0xffff => {
            out.push(long);
            out.extend_from_slice(&(count as u16).to_be_bytes());
        }
        _ => {
            out.push(long + 1);
            out.extend_from_slice(&(count as u32).to_be_bytes());
        }
    }
}
