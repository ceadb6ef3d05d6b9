//! The one hash of tables: of keys for their index, of rows for digests, of texts for keys.
//!
//! It is written out here because replicas of different versions and machines compare its sums: it must never change
//! with a library or a processor. Construction: 64x64 -> 128 bit multiply-and-fold over 16-byte blocks, as in the
//! wyhash family. It resists accidents, not attackers: rows keyed by a text hash carry the text and compare it.

const SECRET: [u64; 4] =
    [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93];

/// Multiplies to 128 bits and folds the halves.
#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

#[inline]
fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("a word is eight bytes"))
}

/// The hash of `bytes` that goes on from `seed`.
#[inline]
pub(super) fn hash_bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = seed ^ SECRET[0];
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        let (low, high) = (word(&block[..8]), word(&block[8..]));
        // The addition keeps `high` and the state alive where the product folds to nothing.
        state =
            fold(low ^ SECRET[1], high ^ state).wrapping_add(high.rotate_left(23) ^ state.rotate_left(41));
    }
    let mut tail = [0u8; 16];
    let rest = blocks.remainder();
    tail[..rest.len()].copy_from_slice(rest);
    let (low, high) = (word(&tail[..8]), word(&tail[8..]));
    state = fold(low ^ SECRET[2], high ^ state).wrapping_add(state.rotate_left(29));
    fold(state ^ SECRET[3], bytes.len() as u64 ^ SECRET[1])
}

/// A text as part of a table key. Two texts may share a hash: keep the text in the row and compare.
pub fn text_hash(text: &str) -> u64 {
    hash_bytes(SECRET[2], text.as_bytes())
}

/// A text as part of a table key, wide enough that no two texts of one partition meet by accident.
pub fn text_hash_wide(text: &str) -> u128 {
    let high = hash_bytes(SECRET[3], text.as_bytes());
    u128::from(high) << 64 | u128::from(text_hash(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_hash_is_what_it_always_was() {
        // Replicas and snapshots of other versions compare these: a failure here means DIGEST_VERSION must rise.
        let expected = [(b"".as_slice(), HASHES[0]), (b"a", HASHES[1]), (b"0123456789abcdef", HASHES[2])];
        for (bytes, hash) in expected {
            assert_eq!(hash_bytes(1, bytes), hash, "{bytes:?}");
        }
    }

    const HASHES: [u64; 3] = [0xea73b043009d0597, 0x3cc1777a7f6b1fc2, 0x122e9bf6c9928a17];

    #[test]
    fn near_inputs_lie_far_apart() {
        let mut seen = HashSet::new();
        for length in 0..40 {
            let mut bytes = vec![0u8; length];
            assert!(seen.insert(hash_bytes(7, &bytes)), "zeros of length {length}");
            for at in 0..length {
                for bit in 0..8 {
                    bytes[at] = 1 << bit;
                    assert!(seen.insert(hash_bytes(7, &bytes)), "bit {bit} at {at} of {length}");
                }
                bytes[at] = 0;
            }
        }
    }
}
