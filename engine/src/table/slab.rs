//! Where row bytes lie: blocks of size classes, cut from chunks, kept for reuse.
//!
//! ```text
//! classes   32 48 64 96 128 192 ... 16 MiB     (two per doubling: at most a third of a block is wasted)
//! chunk     8 blocks at first, doubling up to 64 KiB; from 64 KiB on one block each
//! place     (chunk, offset); the class follows from the row's length
//! ```
//!
//! Freed small blocks stay for their class. Freed large ones stay too, up to [`LARGE_RETAINED_BYTES`], so that a
//! steady flow of large rows does not allocate; beyond, their memory is given back.

/// The longest row, bytes: more than any batch record.
pub(super) const BLOCK_BYTES_MAX: usize = 16 << 20;
const BLOCK_BYTES_MIN: usize = 32;
const CHUNK_BYTES: usize = 64 << 10;
const CHUNK_BLOCK_COUNT_FIRST: usize = 8;
/// Memory of free large blocks that is kept, bytes.
const LARGE_RETAINED_BYTES: usize = 4 << 20;
const CLASS_COUNT: usize = class_of(BLOCK_BYTES_MAX) + 1;

/// The place of a row: where it starts, and its length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    chunk: u32,
    offset: u32,
    length: u32,
}

/// The class whose blocks hold `length` bytes.
const fn class_of(length: usize) -> usize {
    if length <= BLOCK_BYTES_MIN {
        return 0;
    }
    let power = usize::BITS - 1 - (length - 1).leading_zeros();
    let half_up = (length - 1) >> (power - 1) & 1;
    ((power - BLOCK_BYTES_MIN.trailing_zeros()) as usize) * 2 + half_up + 1
}

const fn block_bytes(class: usize) -> usize {
    let doubled = BLOCK_BYTES_MIN << (class / 2);
    if class.is_multiple_of(2) { doubled } else { doubled + doubled / 2 }
}

#[derive(Default, Debug)]
struct Class {
    free: Vec<(u32, u32)>,
    chunk_count: usize,
}

/// The rows of one table.
#[derive(Debug)]
pub(super) struct Slab {
    chunks: Vec<Box<[u8]>>,
    vacant_chunks: Vec<u32>,
    classes: [Class; CLASS_COUNT],
    used_bytes: usize,
    chunk_bytes: usize,
    large_free_bytes: usize,
}

impl Slab {
    pub(super) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            vacant_chunks: Vec::new(),
            classes: std::array::from_fn(|_| Class::default()),
            used_bytes: 0,
            chunk_bytes: 0,
            large_free_bytes: 0,
        }
    }

    /// Bytes of blocks that hold rows, and of all memory taken.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let lists: usize = self.classes.iter().map(|class| class.free.capacity() * 8).sum();
        (self.used_bytes, self.chunk_bytes + lists + self.chunks.capacity() * size_of::<Box<[u8]>>())
    }

    pub(super) fn get(&self, place: Place) -> &[u8] {
        &self.chunks[place.chunk as usize][place.offset as usize..][..place.length as usize]
    }

    pub(super) fn insert(&mut self, row: &[u8]) -> Place {
        assert!(row.len() <= BLOCK_BYTES_MAX, "a row of {} bytes is larger than any entry", row.len());
        let class = class_of(row.len());
        if self.classes[class].free.is_empty() {
            self.grow(class);
        }
        let (chunk, offset) = self.classes[class].free.pop().expect("the class has grown");
        if block_bytes(class) >= CHUNK_BYTES {
            self.large_free_bytes -= block_bytes(class);
        }
        self.used_bytes += block_bytes(class);
        let place = Place { chunk, offset, length: row.len() as u32 };
        self.block_mut(place).copy_from_slice(row);
        place
    }

    /// Puts `row` where the one at `place` was, in the same block where it fits its class.
    pub(super) fn replace(&mut self, place: Place, row: &[u8]) -> Place {
        if class_of(row.len()) == class_of(place.length as usize) {
            let place = Place { length: row.len() as u32, ..place };
            self.block_mut(place).copy_from_slice(row);
            return place;
        }
        self.remove(place);
        self.insert(row)
    }

    pub(super) fn remove(&mut self, place: Place) {
        let class = class_of(place.length as usize);
        let bytes = block_bytes(class);
        assert!(self.used_bytes >= bytes, "a block was freed twice");
        self.used_bytes -= bytes;
        if bytes < CHUNK_BYTES {
            self.classes[class].free.push((place.chunk, place.offset));
        } else if self.large_free_bytes + bytes <= LARGE_RETAINED_BYTES {
            self.large_free_bytes += bytes;
            self.classes[class].free.push((place.chunk, place.offset));
        } else {
            self.chunks[place.chunk as usize] = Box::default();
            self.chunk_bytes -= bytes;
            self.vacant_chunks.push(place.chunk);
        }
    }

    fn block_mut(&mut self, place: Place) -> &mut [u8] {
        &mut self.chunks[place.chunk as usize][place.offset as usize..][..place.length as usize]
    }

    /// Gives `class` a further chunk.
    fn grow(&mut self, class: usize) {
        let bytes = block_bytes(class);
        let doublings = self.classes[class].chunk_count.min(16);
        let block_count = (CHUNK_BLOCK_COUNT_FIRST << doublings).min(CHUNK_BYTES / bytes).max(1);
        let buffer = vec![0u8; bytes * block_count].into_boxed_slice();
        self.chunk_bytes += buffer.len();
        let chunk = match self.vacant_chunks.pop() {
            Some(chunk) => {
                self.chunks[chunk as usize] = buffer;
                chunk
            }
            None => {
                self.chunks.push(buffer);
                u32::try_from(self.chunks.len() - 1).expect("memory ends before chunk numbers do")
            }
        };
        if bytes >= CHUNK_BYTES {
            self.large_free_bytes += bytes;
        } else {
            self.classes[class].chunk_count += 1;
        }
        let blocks = (0..block_count).rev().map(|block| (chunk, (block * bytes) as u32));
        self.classes[class].free.extend(blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_tight() {
        for class in 0..CLASS_COUNT {
            let bytes = block_bytes(class);
            assert_eq!(class_of(bytes), class);
            if class + 1 < CLASS_COUNT {
                assert_eq!(class_of(bytes + 1), class + 1);
            }
        }
        assert_eq!(block_bytes(CLASS_COUNT - 1), BLOCK_BYTES_MAX);
    }

    #[test]
    fn large_blocks_are_given_back() {
        let mut slab = Slab::new();
        let row = vec![7u8; 1 << 20];
        let places: Vec<Place> = (0..20).map(|_| slab.insert(&row)).collect();
        places.iter().for_each(|place| assert_eq!(slab.get(*place), row));
        places.into_iter().for_each(|place| slab.remove(place));
        let (used, allocated) = slab.bytes();
        assert_eq!(used, 0);
        assert!(allocated <= LARGE_RETAINED_BYTES + 4096, "{allocated}");
        let place = slab.insert(&row);
        assert_eq!(slab.get(place), row);
    }
}
