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
        let (length, inner) = extent(bytes)?;
        left = (left - 1).checked_add(inner)?;
        bytes = bytes.get(length..)?;
    }
    Some(bytes)
}

/// The length of a value's own bytes, and how many values it holds that follow.
fn extent(bytes: &[u8]) -> Option<(usize, u64)> {
    let marker = *bytes.first()?;
    let sized = |width: usize| -> Option<usize> {
        let (length, _) = unsigned(width, &bytes[1..])?;
        usize::try_from(length).ok()?.checked_add(1 + width)
    };
    let count = |width: usize| unsigned(width, &bytes[1..]).map(|(count, _)| count);
    Some(match marker {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => (1, 0),
        0xa0..=0xbf => (1 + usize::from(marker & 0x1f), 0),
        0x80..=0x8f => (1, 2 * u64::from(marker & 0x0f)),
        0x90..=0x9f => (1, u64::from(marker & 0x0f)),
        0xcc | 0xd0 => (2, 0),
        0xcd | 0xd1 => (3, 0),
        0xca | 0xce | 0xd2 => (5, 0),
        0xcb | 0xcf | 0xd3 => (9, 0),
        0xd9 | 0xc4 => (sized(1)?, 0),
        0xda | 0xc5 => (sized(2)?, 0),
        0xdb | 0xc6 => (sized(4)?, 0),
        0xc7 => (sized(1)?.checked_add(1)?, 0),
        0xc8 => (sized(2)?.checked_add(1)?, 0),
        0xc9 => (sized(4)?.checked_add(1)?, 0),
        0xd4..=0xd8 => (2 + (1 << (marker - 0xd4)), 0),
        0xdc => (3, count(2)?),
        0xdd => (5, count(4)?),
        0xde => (3, 2 * count(2)?),
        0xdf => (5, 2 * count(4)?),
        0xc1 => return None,
    })
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

#[inline]
fn unsigned(width: usize, bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (head, rest) = bytes.split_at_checked(width)?;
    Some((head.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)), rest))
}

fn string(length: usize, bytes: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(length)?;
    Some((Token::String(std::str::from_utf8(head).ok()?), rest))
}

/// The encoded value under a key of a map; the first one if a key repeats.
pub(crate) fn find<'a>(map: Packed<'a>, key: &str) -> Option<&'a [u8]> {
    find_in(map.count, map.body, key)
}

/// The encoded value under a key of an encoded map, which is read no further than needed.
pub(crate) fn find_entry<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    match read_head(bytes)? {
        (Token::Map(map), body) => find_in(map.count, body, key),
        _ => None,
    }
}

fn find_in<'a>(count: u32, mut rest: &'a [u8], key: &str) -> Option<&'a [u8]> {
    for _ in 0..count {
        // Most keys are short strings, whose head is one byte.
        let marker = *rest.first()?;
        let (found, value) = if marker & 0xe0 == 0xa0 {
            let (name, value) = rest[1..].split_at_checked(usize::from(marker & 0x1f))?;
            (name == key.as_bytes(), value)
        } else {
            let found = matches!(read_head(rest)?.0, Token::String(name) if name == key);
            (found, skip(rest, 1)?)
        };
        let after = skip(value, 1)?;
        if found {
            return Some(&value[..value.len() - after.len()]);
        }
        rest = after;
    }
    None
}

/// An integer as mantissa and scale, or the bytes of a string.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar<'a> {
    Number(i64, i32),
    Text(&'a [u8]),
}

/// Reads integers of 64 bits and short strings; `None` for everything else.
pub(crate) fn read_scalar(bytes: &[u8]) -> Option<Scalar<'_>> {
    let (&marker, rest) = bytes.split_first()?;
    match marker {
        0x00..=0x7f => Some(Scalar::Number(i64::from(marker), 0)),
        0xe0..=0xff => Some(Scalar::Number(i64::from(marker as i8), 0)),
        0xa0..=0xbf => rest.get(..usize::from(marker & 0x1f)).map(Scalar::Text),
        0xcc..=0xd3 => match read_head(bytes)?.0 {
            Token::Integer(value) => i64::try_from(value).ok().map(|value| Scalar::Number(value, 0)),
            _ => None,
        },
        _ => None,
    }
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
        -32..=0x7f => return out.push(value as u8),
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
