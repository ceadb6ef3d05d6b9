//! The hash index of a table: linear hashing, so that growing is a little work at each insertion and never a pause.
//!
//! ```text
//! heads    bucket -> first slot of its chain      grown by one bucket whenever there are more slots than buckets
//! slot     its hash, and the next slot of the chain
//! ```
//!
//! A hash table that doubles moves everything at once: with a million rows that is a pause of 20 ms, seen by every
//! client of the partition. Here a new bucket takes its share from one older bucket.

use super::pool::Pool;

pub(super) const NONE: u32 = u32::MAX;
const CHUNK_LENGTH: usize = 1024;

/// What a slot holds for the index.
pub(super) trait Linked: Copy {
    fn hash(&self) -> u32;
    fn next(&self) -> u32;
    fn set_next(&mut self, next: u32);
}

#[derive(Default, Debug)]
pub(super) struct Index {
    chunks: Vec<Box<[u32]>>,
    bucket_count: usize,
    length: usize,
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Bytes of buckets in use for the rows that are there, and of all memory taken.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let chunks = self.chunks.len() * CHUNK_LENGTH * size_of::<u32>();
        (self.length * size_of::<u32>(), chunks)
    }

    /// The slot with this hash for which `same` holds.
    pub(super) fn find<S: Linked>(
        &self,
        slots: &Pool<S>,
        hash: u32,
        same: impl Fn(&S) -> bool,
    ) -> Option<u32> {
        if self.length == 0 {
            return None;
        }
        let mut number = *self.head(self.bucket(hash));
        while number != NONE {
            let slot = slots.get(number);
            if slot.hash() == hash && same(slot) {
                return Some(number);
            }
            number = slot.next();
        }
        None
    }

    /// Adds a slot that is not there.
    pub(super) fn insert<S: Linked>(&mut self, slots: &mut Pool<S>, number: u32) {
        if self.length == self.bucket_count {
            self.split(slots);
        }
        let bucket = self.bucket(slots.get(number).hash());
        self.push(slots, bucket, number);
        self.length += 1;
    }

    /// Removes a slot that is there.
    pub(super) fn remove<S: Linked>(&mut self, slots: &mut Pool<S>, number: u32) {
        let slot = *slots.get(number);
        let bucket = self.bucket(slot.hash());
        let mut before = *self.head(bucket);
        self.length -= 1;
        if before == number {
            *self.head_mut(bucket) = slot.next();
            return;
        }
        loop {
            assert_ne!(before, NONE, "the slot is in the chain of its bucket");
            let next = slots.get(before).next();
            if next == number {
                slots.get_mut(before).set_next(slot.next());
                return;
            }
            before = next;
        }
    }

    fn bucket(&self, hash: u32) -> usize {
        let mask = self.bucket_count.next_power_of_two() - 1;
        let bucket = hash as usize & mask;
        // The buckets of the upper half that are not there yet are still part of their lower ones.
        if bucket < self.bucket_count { bucket } else { bucket & (mask >> 1) }
    }

    fn head(&self, bucket: usize) -> &u32 {
        &self.chunks[bucket / CHUNK_LENGTH][bucket % CHUNK_LENGTH]
    }

    fn head_mut(&mut self, bucket: usize) -> &mut u32 {
        &mut self.chunks[bucket / CHUNK_LENGTH][bucket % CHUNK_LENGTH]
    }

    fn push<S: Linked>(&mut self, slots: &mut Pool<S>, bucket: usize, number: u32) {
        slots.get_mut(number).set_next(*self.head(bucket));
        *self.head_mut(bucket) = number;
    }

    /// Adds a bucket and gives it what is its own of the bucket that stood for it.
    fn split<S: Linked>(&mut self, slots: &mut Pool<S>) {
        let new = self.bucket_count;
        if new.is_multiple_of(CHUNK_LENGTH) {
            self.chunks.push(vec![NONE; CHUNK_LENGTH].into_boxed_slice());
        }
        self.bucket_count += 1;
        if new == 0 {
            return;
        }
        let old = new - (1 << new.ilog2());
        let mut number = std::mem::replace(self.head_mut(old), NONE);
        while number != NONE {
            let slot = *slots.get(number);
            let bucket = self.bucket(slot.hash());
            assert!(bucket == old || bucket == new, "a split concerns two buckets");
            self.push(slots, bucket, number);
            number = slot.next();
        }
    }
}
