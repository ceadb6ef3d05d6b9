//! An ordered set of keys: due dates, children of a scope, any index that the engine scans.

use super::hash::hash_bytes;
use super::key::{Key, KeyBytes};
use super::snapshot::put_row;
use super::tree::Tree;
use super::{Digest, MemoryUse, Store, TableId, Undo};

const KEY_SEED: u64 = 0x6f72_6465_7265_6421;

/// Keys in order, without rows.
#[derive(Debug)]
pub struct Ordered<K> {
    id: TableId,
    tree: Tree<K>,
    digest: Digest,
    progress: Progress<K>,
    /// Keys that came since the snapshot under way began, ahead of its progress: it does not hold them.
    added: Tree<K>,
}

/// How far the snapshot under way has come.
#[derive(Clone, Copy, Debug)]
enum Progress<K> {
    None,
    Begun,
    /// All keys up to this one were given.
    Until(K),
}

impl<K: Key> Ordered<K> {
    /// An empty set.
    pub fn new(id: TableId) -> Self {
        Self {
            id,
            tree: Tree::default(),
            digest: Digest::default(),
            progress: Progress::None,
            added: Tree::default(),
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// Whether `key` is in the set.
    pub fn contains(&self, key: &K) -> bool {
        self.tree.contains(key)
    }

    /// The smallest key.
    pub fn first(&self) -> Option<K> {
        self.tree.first()
    }

    /// The smallest key that is not below `from`.
    pub fn first_from(&self, from: K) -> Option<K> {
        self.tree.first_from(&from)
    }

    /// The largest key below `end`.
    pub fn last_below(&self, end: K) -> Option<K> {
        self.tree.last_below(&end)
    }

    /// Keys in order from `from` on, `from` included. To change the set on the way, ask `first_from` step by step.
    pub fn range_from(&self, from: K) -> impl Iterator<Item = K> + '_ {
        self.tree.range_from(from)
    }

    /// Adds `key`; false when it is already there.
    pub fn insert(&mut self, undo: &mut Undo, key: K) -> bool {
        if self.contains(&key) {
            return false;
        }
        undo.log(self.id, &KeyBytes::of(&key), None);
        self.set(key);
        true
    }

    /// Removes `key`; false when it is not there.
    pub fn remove(&mut self, undo: &mut Undo, key: K) -> bool {
        if !self.contains(&key) {
            return false;
        }
        undo.log(self.id, &KeyBytes::of(&key), Some(&[]));
        self.unset(undo, key);
        true
    }

    /// Whether the snapshot under way has not come to `key` yet.
    fn ahead(&self, key: &K) -> bool {
        match &self.progress {
            Progress::None => false,
            Progress::Begun => true,
            Progress::Until(last) => key > last,
        }
    }

    fn share(&self, key: &K) -> (usize, u64) {
        let key_hash = hash_bytes(KEY_SEED, KeyBytes::of(key).as_slice());
        (Digest::bucket(key_hash), Digest::share(self.id, key_hash, &[]))
    }

    fn set(&mut self, key: K) {
        if self.ahead(&key) {
            self.added.insert(key);
        }
        let (bucket, share) = self.share(&key);
        self.digest.add(bucket, share);
        assert!(self.tree.insert(key), "table {}: {key:?} is added once", self.id.0);
    }

    fn unset(&mut self, undo: &mut Undo, key: K) {
        if self.ahead(&key) && !self.added.remove(&key) {
            undo.save(self.id, &key, &[]);
        }
        let (bucket, share) = self.share(&key);
        self.digest.subtract(bucket, share);
        assert!(self.tree.remove(&key), "table {}: {key:?} is there to be removed", self.id.0);
    }
}

impl<K: Key> Store for Ordered<K> {
    fn id(&self) -> TableId {
        self.id
    }

    fn restore(&mut self, undo: &mut Undo, key: &[u8], row: Option<&[u8]>) {
        match row {
            Some(_) => self.set(K::read(key)),
            None => self.unset(undo, K::read(key)),
        }
    }

    fn digest(&self) -> &Digest {
        &self.digest
    }

    fn memory(&self) -> MemoryUse {
        let (tree, added) = (self.tree.bytes(), self.added.bytes());
        MemoryUse { used: tree.0 + added.0, allocated: tree.1 + added.1 }
    }

    fn row_count(&self) -> usize {
        self.len()
    }

    fn begin_snapshot(&mut self) {
        assert!(matches!(self.progress, Progress::None), "one snapshot at a time");
        assert!(self.added.is_empty(), "the last snapshot left nothing behind");
        self.progress = Progress::Begun;
    }

    fn snapshot_slice(&mut self, max_bytes: usize, out: &mut Vec<u8>) -> bool {
        let mut next = match self.progress {
            Progress::None => return true,
            Progress::Begun => self.tree.first(),
            Progress::Until(last) => self.tree.range_from(last).find(|key| *key > last),
        };
        while let Some(key) = next.filter(|_| out.len() < max_bytes) {
            if !self.added.remove(&key) {
                put_row(out, self.id, &key, &[]);
            }
            self.progress = Progress::Until(key);
            next = self.tree.range_from(key).nth(1);
        }
        if next.is_none() {
            self.end_snapshot();
        }
        next.is_none()
    }

    fn end_snapshot(&mut self) {
        self.progress = Progress::None;
        while let Some(key) = self.added.first() {
            self.added.remove(&key);
        }
    }

    fn load(&mut self, key: &[u8], row: &[u8]) -> bool {
        if key.len() != K::BYTES || !row.is_empty() || self.contains(&K::read(key)) {
            return false;
        }
        self.set(K::read(key));
        true
    }
}
