//! Keys of tables: small, ordered, and the same bytes on every machine.
//!
//! The bytes are big-endian with the sign flipped, so that their order is the keys' order.

use std::fmt::Debug;

/// No key is longer, bytes.
pub const KEY_BYTES_MAX: usize = 48;

/// A key of a table or an ordered set.
pub trait Key: Copy + Ord + Debug + 'static {
    /// Its length in bytes, at most [`KEY_BYTES_MAX`].
    const BYTES: usize;
    /// Writes it into exactly [`Key::BYTES`] bytes.
    fn write(&self, bytes: &mut [u8]);
    /// Reads it from exactly [`Key::BYTES`] bytes.
    fn read(bytes: &[u8]) -> Self;
}

/// A key's bytes on the stack.
#[derive(Clone, Copy)]
pub(super) struct KeyBytes {
    bytes: [u8; KEY_BYTES_MAX],
    length: usize,
}

impl KeyBytes {
    pub(super) fn of<K: Key>(key: &K) -> Self {
        const { assert!(K::BYTES <= KEY_BYTES_MAX, "keys are small") };
        let mut bytes = [0; KEY_BYTES_MAX];
        key.write(&mut bytes[..K::BYTES]);
        Self { bytes, length: K::BYTES }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

macro_rules! integer_keys {
    ($($type:ty, $flip:expr;)+) => {$(
        impl Key for $type {
            const BYTES: usize = size_of::<$type>();
            fn write(&self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&(*self ^ $flip).to_be_bytes());
            }
            fn read(bytes: &[u8]) -> Self {
                <$type>::from_be_bytes(bytes.try_into().expect("the caller cuts a key")) ^ $flip
            }
        }
    )+};
}
integer_keys! { u8, 0; u16, 0; u32, 0; u64, 0; u128, 0; i32, i32::MIN; i64, i64::MIN; }

macro_rules! tuple_keys {
    ($($type:ident $index:tt),+) => {
        impl<$($type: Key),+> Key for ($($type,)+) {
            const BYTES: usize = 0 $(+ $type::BYTES)+;
            fn write(&self, bytes: &mut [u8]) {
                let mut start = 0;
                $(self.$index.write(&mut bytes[start..start + $type::BYTES]); start += $type::BYTES;)+
                assert_eq!(start, bytes.len(), "a key fills its bytes");
            }
            fn read(bytes: &[u8]) -> Self {
                let mut rest = bytes;
                let key = ($({
                    let (part, after) = rest.split_at($type::BYTES);
                    rest = after;
                    $type::read(part)
                },)+);
                assert!(rest.is_empty(), "a key takes all its bytes");
                key
            }
        }
    };
}
tuple_keys!(A 0, B 1);
tuple_keys!(A 0, B 1, C 2);
tuple_keys!(A 0, B 1, C 2, D 3);
tuple_keys!(A 0, B 1, C 2, D 3, E 4);

#[cfg(test)]
mod tests {
    use super::*;

    fn check<K: Key>(mut keys: Vec<K>) {
        keys.sort_unstable();
        let bytes: Vec<Vec<u8>> = keys.iter().map(|key| KeyBytes::of(key).as_slice().to_vec()).collect();
        assert!(bytes.is_sorted(), "{keys:?}");
        for (key, bytes) in keys.iter().zip(&bytes) {
            assert_eq!(bytes.len(), K::BYTES);
            assert_eq!(K::read(bytes), *key);
        }
    }

    #[test]
    fn bytes_keep_value_and_order() {
        let numbers = [i64::MIN, -2, -1, 0, 1, 255, 256, 1 << 40, i64::MAX];
        check(numbers.to_vec());
        check(numbers.iter().flat_map(|a| numbers.iter().map(|b| (*a, *b as u64))).collect());
        check(numbers.iter().map(|a| (*a as u8, *a as i32, *a as u128, *a)).collect());
    }
}
