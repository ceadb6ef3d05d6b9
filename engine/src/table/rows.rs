//! A table of byte rows under unique keys: hash index, slots, slab, and an order of keys where declared.

use super::hash::hash_bytes;
use super::index::{Index, Linked, NONE};
use super::key::{Key, KeyBytes};
use super::pool::Pool;
use super::slab::{BLOCK_BYTES_MAX, Place, Slab};
use super::tree::Tree;
use super::{Digest, MemoryUse, Store, TableId, Undo};
use tidemill_record::value::Value;

/// The longest row, bytes.
pub const ROW_BYTES_MAX: usize = BLOCK_BYTES_MAX;

const KEY_SEED: u64 = 0x7469_6465_6d69_6c6c;

#[derive(Clone, Copy, Debug)]
struct Slot<K> {
    key: K,
    hash: u32,
    /// The next slot in the index's chain.
    next: u32,
    place: Option<Place>,
    /// The row's share in the digest.
    share: u64,
    /// The snapshot that has this row already, or must not have it.
    snapshot: u32,
}

impl<K: Copy> Linked for Slot<K> {
    fn hash(&self) -> u32 {
        self.hash
    }

    fn next(&self) -> u32 {
        self.next
    }

    fn set_next(&mut self, next: u32) {
        self.next = next;
    }
}

/// How far the snapshot under way has come.
#[derive(Clone, Copy, Debug)]
struct Progress {
    next_slot: u32,
    end_slot: u32,
}

/// Rows of bytes under unique keys, with the keys in order where declared.
#[derive(Debug)]
pub struct Table<K> {
    id: TableId,
    index: Index,
    slots: Pool<Slot<K>>,
    slab: Slab,
    order: Option<Tree<K>>,
    digest: Digest,
    snapshot: u32,
    progress: Option<Progress>,
}

impl<K: Key> Table<K> {
    /// An empty table without order.
    pub fn new(id: TableId) -> Self {
        Self {
            id,
            index: Index::default(),
            slots: Pool::new(),
            slab: Slab::new(),
            order: None,
            digest: Digest::default(),
            snapshot: 0,
            progress: None,
        }
    }

    /// An empty table whose keys can be scanned in order.
    pub fn ordered(id: TableId) -> Self {
        Self { order: Some(Tree::default()), ..Self::new(id) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.len() == 0
    }

    /// Whether there is a row under `key`.
    pub fn contains(&self, key: &K) -> bool {
        self.find(key).is_some()
    }

    /// The row's bytes.
    pub fn get(&self, key: &K) -> Option<&[u8]> {
        Some(self.row_of(self.find(key)?))
    }

    /// The row as a view of its bytes. Rows are written by this program only: bytes that are no `V` are a bug.
    pub fn row<'a, V: Value<'a>>(&'a self, key: &K) -> Option<V> {
        let row = V::take(self.get(key)?);
        Some(row.unwrap_or_else(|error| panic!("table {} row {key:?}: {error}", self.id.0)))
    }

    /// The keys in order; of tables declared with [`Table::ordered`].
    pub fn keys(&self) -> &Tree<K> {
        self.order.as_ref().expect("the table is declared with an order")
    }

    /// Rows in key order from `from` on; of tables declared with [`Table::ordered`].
    pub fn range_from(&self, from: K) -> impl Iterator<Item = (K, &[u8])> + '_ {
        self.keys().range_from(from).map(|key| (key, self.get(&key).expect("an ordered key has a row")))
    }

    /// Puts a row, over the one that is there.
    pub fn put<'v, V: Value<'v>>(&mut self, undo: &mut Undo, key: K, value: &V) {
        undo.stage(value);
        self.put_staged(undo, key);
    }

    /// Puts the row that was given to [`Undo::stage`] last.
    pub fn put_staged(&mut self, undo: &mut Undo, key: K) {
        let row = std::mem::take(&mut undo.staged);
        self.put_bytes(undo, key, &row);
        undo.staged = row;
    }

    /// Puts a row given as bytes.
    pub fn put_bytes(&mut self, undo: &mut Undo, key: K, row: &[u8]) {
        let key_bytes = KeyBytes::of(&key);
        let key_hash = hash_bytes(KEY_SEED, key_bytes.as_slice());
        let slot = self.find_hashed(&key, key_hash);
        let old = slot.map(|slot| self.row_of(slot));
        if old == Some(row) {
            return;
        }
        undo.log(self.id, &key_bytes, old);
        self.set(undo, key, key_hash, slot, row);
    }

    /// Puts what `change` makes of the row that is there; false when there is none. A view of the old row may also be
    /// changed and given to [`Undo::stage`], then put with [`Table::put_staged`].
    pub fn update(&mut self, undo: &mut Undo, key: &K, change: impl FnOnce(&[u8], &mut Vec<u8>)) -> bool {
        let Some(old) = self.get(key) else { return false };
        undo.staged.clear();
        change(old, &mut undo.staged);
        self.put_staged(undo, *key);
        true
    }

    /// Removes a row; false when there is none.
    pub fn remove(&mut self, undo: &mut Undo, key: &K) -> bool {
        let key_bytes = KeyBytes::of(key);
        let key_hash = hash_bytes(KEY_SEED, key_bytes.as_slice());
        let Some(slot) = self.find_hashed(key, key_hash) else { return false };
        undo.log(self.id, &key_bytes, Some(self.row_of(slot)));
        self.unset(undo, key_hash, slot);
        true
    }

    fn find(&self, key: &K) -> Option<u32> {
        self.find_hashed(key, hash_bytes(KEY_SEED, KeyBytes::of(key).as_slice()))
    }

    fn find_hashed(&self, key: &K, key_hash: u64) -> Option<u32> {
        self.index.find(&self.slots, key_hash as u32, |slot| slot.key == *key)
    }

    fn row_of(&self, slot: u32) -> &[u8] {
        self.slab.get(self.slots.get(slot).place.expect("an indexed slot has a row"))
    }

    /// Whether the snapshot under way still has to give this slot's row.
    fn owed(&self, number: u32) -> bool {
        self.progress.is_some_and(|progress| {
            (progress.next_slot..progress.end_slot).contains(&number)
                && self.slots.get(number).snapshot != self.snapshot
        })
    }

    /// Saves a row for the snapshot under way before it changes.
    fn save_for_snapshot(&mut self, undo: &mut Undo, number: u32) {
        if self.owed(number) {
            let slot = self.slots.get(number);
            let row = self.slab.get(slot.place.expect("an indexed slot has a row"));
            undo.save(self.id, &slot.key, row);
        }
        self.slots.get_mut(number).snapshot = self.snapshot;
    }

    fn set(&mut self, undo: &mut Undo, key: K, key_hash: u64, slot: Option<u32>, row: &[u8]) {
        let share = Digest::share(self.id, key_hash, row);
        self.digest.add(Digest::bucket(key_hash), share);
        if let Some(number) = slot {
            self.save_for_snapshot(undo, number);
            let slot = self.slots.get_mut(number);
            self.digest.subtract(Digest::bucket(key_hash), slot.share);
            slot.share = share;
            slot.place = Some(self.slab.replace(slot.place.expect("an indexed slot has a row"), row));
            return;
        }
        let place = self.slab.insert(row);
        // Without a place at first: the pool fills its spare slots with copies, and they hold no row.
        let (hash, snapshot) = (key_hash as u32, self.snapshot);
        let slot = self.slots.insert(Slot { key, hash, next: NONE, place: None, share, snapshot });
        self.slots.get_mut(slot).place = Some(place);
        self.index.insert(&mut self.slots, slot);
        if let Some(order) = &mut self.order {
            assert!(order.insert(key), "the order has no key without a row");
        }
    }

    fn unset(&mut self, undo: &mut Undo, key_hash: u64, number: u32) {
        self.save_for_snapshot(undo, number);
        self.index.remove(&mut self.slots, number);
        let slot = self.slots.get_mut(number);
        let key = slot.key;
        self.digest.subtract(Digest::bucket(key_hash), slot.share);
        self.slab.remove(slot.place.take().expect("an indexed slot has a row"));
        self.slots.remove(number);
        if let Some(order) = &mut self.order {
            assert!(order.remove(&key), "every row's key is in the order");
        }
    }
}

impl<K: Key> Store for Table<K> {
    fn id(&self) -> TableId {
        self.id
    }

    fn restore(&mut self, undo: &mut Undo, key: &[u8], row: Option<&[u8]>) {
        let key_hash = hash_bytes(KEY_SEED, key);
        let key = K::read(key);
        let slot = self.find_hashed(&key, key_hash);
        match row {
            Some(row) => self.set(undo, key, key_hash, slot, row),
            None => self.unset(undo, key_hash, slot.expect("what was put is there")),
        }
    }

    fn digest(&self) -> &Digest {
        &self.digest
    }

    fn memory(&self) -> MemoryUse {
        let order = self.order.as_ref().map_or((0, 0), Tree::bytes);
        let parts = [self.index.bytes(), self.slots.bytes(), self.slab.bytes(), order];
        MemoryUse {
            used: parts.iter().map(|(used, _)| used).sum(),
            allocated: parts.iter().map(|(_, allocated)| allocated).sum(),
        }
    }

    fn row_count(&self) -> usize {
        self.len()
    }

    fn begin_snapshot(&mut self) {
        assert!(self.progress.is_none(), "one snapshot at a time");
        self.snapshot = self.snapshot.wrapping_add(1);
        self.progress = Some(Progress { next_slot: 0, end_slot: self.slots.end() });
    }

    fn snapshot_slice(&mut self, max_bytes: usize, out: &mut Vec<u8>) -> bool {
        let Some(mut progress) = self.progress else { return true };
        while out.len() < max_bytes && progress.next_slot < progress.end_slot {
            let slot = self.slots.get(progress.next_slot);
            if let Some(place) = slot.place.filter(|_| slot.snapshot != self.snapshot) {
                super::snapshot::put_row(out, self.id, &slot.key, self.slab.get(place));
            }
            progress.next_slot += 1;
        }
        self.progress = Some(progress).filter(|progress| progress.next_slot < progress.end_slot);
        self.progress.is_none()
    }

    fn end_snapshot(&mut self) {
        self.progress = None;
    }

    fn load(&mut self, key: &[u8], row: &[u8]) -> bool {
        if key.len() != K::BYTES || row.len() > ROW_BYTES_MAX || self.contains(&K::read(key)) {
            return false;
        }
        // Nothing is saved while no snapshot is under way, and loading is not undone.
        self.set(&mut Undo::new(), K::read(key), hash_bytes(KEY_SEED, key), None, row);
        true
    }
}
