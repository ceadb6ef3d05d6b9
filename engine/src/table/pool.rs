//! Nodes by number: chunks of equal items, freed ones reused, no item ever moved.

const CHUNK_SHIFT: u32 = 4;
const CHUNK_LENGTH: usize = 1 << CHUNK_SHIFT;

/// Items of one kind.
#[derive(Debug)]
pub(super) struct Pool<T> {
    chunks: Vec<Box<[T]>>,
    free: Vec<u32>,
    live_count: usize,
}

impl<T: Copy> Pool<T> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), free: Vec::new(), live_count: 0 }
    }

    pub(super) fn insert(&mut self, item: T) -> u32 {
        if self.free.is_empty() {
            let first = (self.chunks.len() << CHUNK_SHIFT) as u32;
            self.chunks.push(vec![item; CHUNK_LENGTH].into_boxed_slice());
            self.free.extend((first..first + CHUNK_LENGTH as u32).rev());
        }
        let number = self.free.pop().expect("the pool has grown");
        *self.get_mut(number) = item;
        self.live_count += 1;
        number
    }

    pub(super) fn remove(&mut self, number: u32) {
        assert!(self.live_count > 0, "a node was freed twice");
        self.live_count -= 1;
        self.free.push(number);
    }

    pub(super) fn get(&self, number: u32) -> &T {
        &self.chunks[(number >> CHUNK_SHIFT) as usize][number as usize % CHUNK_LENGTH]
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut T {
        &mut self.chunks[(number >> CHUNK_SHIFT) as usize][number as usize % CHUNK_LENGTH]
    }

    /// All numbers given out so far are below this.
    pub(super) fn end(&self) -> u32 {
        (self.chunks.len() * CHUNK_LENGTH) as u32
    }

    /// Bytes of items in use, and of all memory taken.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let items = self.chunks.len() * CHUNK_LENGTH;
        (self.live_count * size_of::<T>(), items * size_of::<T>() + self.free.capacity() * size_of::<u32>())
    }
}
