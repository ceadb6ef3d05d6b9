//! The little MessagePack writing this room needs: a map of strings to strings (task headers).

/// Encodes string pairs as one MessagePack map, in the order given. Sizes are those of the smallest formats.
pub fn string_map<'a>(pairs: impl ExactSizeIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match pairs.len() {
        count @ 0..=15 => bytes.push(0x80 | count as u8),
        count @ 16..=0xFFFF => {
            bytes.push(0xDE);
            bytes.extend_from_slice(&(count as u16).to_be_bytes());
        }
        count => {
            bytes.push(0xDF);
            bytes.extend_from_slice(&(count as u32).to_be_bytes());
        }
    }
    for (key, value) in pairs {
        string(&mut bytes, key);
        string(&mut bytes, value);
    }
    assert!(!bytes.is_empty());
    bytes
}

fn string(bytes: &mut Vec<u8>, text: &str) {
    match text.len() {
        length @ 0..=31 => bytes.push(0xA0 | length as u8),
        length @ 32..=0xFF => bytes.extend_from_slice(&[0xD9, length as u8]),
        length @ 0x100..=0xFFFF => {
            bytes.push(0xDA);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            assert!(length <= u32::MAX as usize, "texts are bounded by the resource size");
            bytes.push(0xDB);
            bytes.extend_from_slice(&(length as u32).to_be_bytes());
        }
    }
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&str, &str)], head: &[u8], length: usize) {
        let bytes = string_map(pairs.iter().copied());
        assert_eq!((&bytes[..head.len()], bytes.len()), (head, length));
    }

    #[test]
    fn picks_the_smallest_format() {
        check(&[], &[0x80], 1);
        check(&[("a", "b")], &[0x81, 0xA1, b'a', 0xA1, b'b'], 5);
        check(&[("a", &"x".repeat(32))], &[0x81, 0xA1, b'a', 0xD9, 32], 37);
        check(&[("a", &"x".repeat(256))], &[0x81, 0xA1, b'a', 0xDA, 1, 0], 262);
        check(&[("a", &"x".repeat(65536))], &[0x81, 0xA1, b'a', 0xDB, 0, 1, 0, 0], 65544);
        check(&[("a", "b"); 16], &[0xDE, 0, 16], 67);
    }
}
