//! A bounded table whose ids are never mistaken for earlier ones.
//!
//! ```text
//!   id: 0 ┊ thread (15 bits) ┊ generation (32) ┊ index (16)      the thread, so that shards can tell
//!   gateways apart
//! ```
//!
//! Slots are reused, generations count how often; an answer that comes late names a generation that is gone.

const INDEX_BITS: u32 = 16;
const GENERATION_BITS: u32 = 32;
/// Threads that ids have room for.
pub(crate) const THREAD_COUNT_MAX: usize = 1 << 15;

/// The table.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u16>,
    count_max: usize,
    thread: i64,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    item: Option<T>,
}

impl<T> Slab<T> {
    /// An empty table for one gateway thread.
    pub(crate) fn new(thread: usize, count_max: usize) -> Self {
        assert!(thread < THREAD_COUNT_MAX && count_max <= 1 << INDEX_BITS, "ids have no room for this table");
        let thread = (thread as i64) << (GENERATION_BITS + INDEX_BITS);
        Self { slots: Vec::new(), free: Vec::new(), count_max, thread }
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether nothing more fits.
    pub(crate) fn is_full(&self) -> bool {
        self.len() >= self.count_max
    }

    /// Puts an item in and gives its id; the item comes back when there is no room.
    pub(crate) fn insert(&mut self, item: T) -> Result<i64, T> {
        if self.is_full() {
            return Err(item);
        }
        let index = self.free.pop().map_or(self.slots.len(), usize::from);
        if index == self.slots.len() {
            self.slots.push(Slot { generation: 0, item: None });
        }
        let slot = &mut self.slots[index];
        assert!(slot.item.is_none(), "slot {index} is taken");
        slot.item = Some(item);
        Ok(self.thread | i64::from(slot.generation) << INDEX_BITS | index as i64)
    }

    fn index_of(&self, id: i64) -> Option<usize> {
        let index = (id & ((1 << INDEX_BITS) - 1)) as usize;
        let generation = (id >> INDEX_BITS) as u32;
        let same_thread = id & !((1 << (INDEX_BITS + GENERATION_BITS)) - 1) == self.thread;
        let slot = self.slots.get(index)?;
        (same_thread && slot.generation == generation && slot.item.is_some()).then_some(index)
    }

    /// The item with this id, while it is there.
    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        let index = self.index_of(id)?;
        self.slots[index].item.as_mut()
    }

    /// Whether the item with this id is there.
    pub(crate) fn contains(&self, id: i64) -> bool {
        self.index_of(id).is_some()
    }

    /// Takes the item with this id out.
    pub(crate) fn remove(&mut self, id: i64) -> Option<T> {
        let index = self.index_of(id)?;
        let slot = &mut self.slots[index];
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(index as u16);
        slot.item.take()
    }

    /// All items.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.slots.iter_mut().filter_map(|slot| slot.item.as_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_not_reused() {
        let mut slab = Slab::new(3, 2);
        let first = slab.insert("a").unwrap();
        let second = slab.insert("b").unwrap();
        assert_eq!(first >> 48, 3);
        assert_eq!(slab.insert("c"), Err("c"));
        assert_eq!(slab.remove(first), Some("a"));
        assert_eq!(slab.remove(first), None);
        let third = slab.insert("c").unwrap();
        assert_ne!(first, third);
        assert_eq!(slab.get_mut(first), None);
        assert_eq!(slab.get_mut(third), Some(&mut "c"));
        assert!(slab.contains(second) && slab.len() == 2);
    }

    #[test]
    fn foreign_ids_find_nothing() {
        let mut slab = Slab::new(1, 2);
        let id = slab.insert(()).unwrap();
        for foreign in [-1, 0, id | 1 << 50, id + 1, i64::MIN, i64::MAX] {
            assert!(!slab.contains(foreign), "{foreign}");
        }
    }
}
