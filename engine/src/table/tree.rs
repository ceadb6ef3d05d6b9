//! A B+tree of keys: ordered sets and indexes. Nodes live in pools, so a tree of steady size never allocates.
//!
//! ```text
//! inner   children c0 c1 c2 ...   keys k0 k1 ...      everything below c(i+1) is >= k(i), below c(i) it is < k(i)
//! leaf    keys in order, links to both neighbours
//! ```
//!
//! All leaves have the same depth. Nodes other than the root hold at least [`NODE_LENGTH_MIN`] keys or children; that
//! is below half, so that a key that comes and goes does not split and merge the same node each time.

use super::key::Key;
use super::pool::Pool;

pub(super) const NODE_LENGTH: usize = 32;
pub(super) const NODE_LENGTH_MIN: usize = 8;
pub(super) const NONE: u32 = u32::MAX;
/// 8^12 keys are more than memory holds.
pub(super) const DEPTH_MAX: usize = 12;

#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf<K> {
    pub keys: [K; NODE_LENGTH],
    pub length: usize,
    pub next: u32,
    pub previous: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Inner<K> {
    /// `keys[i]` parts `children[i]` from `children[i + 1]`; the last place is unused.
    pub keys: [K; NODE_LENGTH],
    pub children: [u32; NODE_LENGTH],
    /// Of the children.
    pub length: usize,
}

/// The way from the root to a leaf: inner nodes and which child was taken.
#[derive(Clone, Copy)]
pub(super) struct Path {
    pub steps: [(u32, usize); DEPTH_MAX],
    pub leaf: u32,
}

/// An ordered set of keys.
#[derive(Debug)]
pub struct Tree<K> {
    pub(super) leaves: Pool<Leaf<K>>,
    pub(super) inners: Pool<Inner<K>>,
    pub(super) root: u32,
    /// Levels of inner nodes above the leaves.
    pub(super) depth: usize,
    pub(super) length: usize,
}

impl<K: Key> Default for Tree<K> {
    fn default() -> Self {
        Self { leaves: Pool::new(), inners: Pool::new(), root: NONE, depth: 0, length: 0 }
    }
}

impl<K: Key> Tree<K> {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Bytes of nodes in use, and of all memory taken.
    pub fn bytes(&self) -> (usize, usize) {
        let (leaves, inners) = (self.leaves.bytes(), self.inners.bytes());
        (leaves.0 + inners.0, leaves.1 + inners.1)
    }

    /// Whether `key` is in the set.
    pub fn contains(&self, key: &K) -> bool {
        self.first_from(key) == Some(*key)
    }

    /// The smallest key.
    pub fn first(&self) -> Option<K> {
        if self.root == NONE {
            return None;
        }
        let mut node = self.root;
        for _ in 0..self.depth {
            node = self.inners.get(node).children[0];
        }
        Some(self.leaves.get(node).keys[0])
    }

    /// The smallest key that is not below `from`.
    pub fn first_from(&self, from: &K) -> Option<K> {
        let (leaf, index) = self.seek(from)?;
        Some(self.leaves.get(leaf).keys[index])
    }

    /// The largest key below `end`.
    pub fn last_below(&self, end: &K) -> Option<K> {
        if self.root == NONE {
            return None;
        }
        let leaf = self.leaves.get(self.path(end).leaf);
        match leaf.keys[..leaf.length].partition_point(|key| key < end) {
            0 if leaf.previous == NONE => None,
            0 => {
                let previous = self.leaves.get(leaf.previous);
                Some(previous.keys[previous.length - 1])
            }
            after => Some(leaf.keys[after - 1]),
        }
    }

    /// Keys in order from `from` on, `from` included.
    pub fn range_from(&self, from: K) -> impl Iterator<Item = K> + '_ {
        let (mut leaf, mut index) = self.seek(&from).unwrap_or((NONE, 0));
        std::iter::from_fn(move || {
            if leaf == NONE {
                return None;
            }
            let node = self.leaves.get(leaf);
            let key = node.keys[index];
            index += 1;
            if index == node.length {
                (leaf, index) = (node.next, 0);
            }
            Some(key)
        })
    }

    /// All keys in order.
    pub fn iter(&self) -> impl Iterator<Item = K> + '_ {
        self.first().into_iter().flat_map(|first| self.range_from(first))
    }

    /// Adds `key`; false when it is already there.
    pub fn insert(&mut self, key: K) -> bool {
        if self.root == NONE {
            let leaf = Leaf { keys: [key; NODE_LENGTH], length: 1, next: NONE, previous: NONE };
            self.root = self.leaves.insert(leaf);
            self.length = 1;
            return true;
        }
        let path = self.path(&key);
        let leaf = self.leaves.get(path.leaf);
        let index = leaf.keys[..leaf.length].partition_point(|other| *other < key);
        if index < leaf.length && leaf.keys[index] == key {
            return false;
        }
        self.length += 1;
        if leaf.length < NODE_LENGTH {
            insert_at(self.leaves.get_mut(path.leaf), index, key);
        } else {
            let (separator, right) = self.split_leaf(path.leaf, index, key);
            self.insert_above(&path, separator, right);
        }
        true
    }

    /// The leaf and index of the first key not below `from`.
    fn seek(&self, from: &K) -> Option<(u32, usize)> {
        if self.root == NONE {
            return None;
        }
        let number = self.path(from).leaf;
        let leaf = self.leaves.get(number);
        let index = leaf.keys[..leaf.length].partition_point(|key| key < from);
        match index < leaf.length {
            true => Some((number, index)),
            false => (leaf.next != NONE).then_some((leaf.next, 0)),
        }
    }

    pub(super) fn path(&self, key: &K) -> Path {
        let mut path = Path { steps: [(NONE, 0); DEPTH_MAX], leaf: self.root };
        for step in &mut path.steps[..self.depth] {
            let inner = self.inners.get(path.leaf);
            let child = inner.keys[..inner.length - 1].partition_point(|separator| separator <= key);
            *step = (path.leaf, child);
            path.leaf = inner.children[child];
        }
        path
    }

    /// Splits a full leaf and adds `key`; gives the new right neighbour and the key that parts the two.
    fn split_leaf(&mut self, number: u32, index: usize, key: K) -> (K, u32) {
        let left = *self.leaves.get(number);
        assert_eq!(left.length, NODE_LENGTH, "only full leaves are split");
        // Rising keys are the common case (due dates, new keys): then the left leaf stays full.
        let middle = if index == NODE_LENGTH && left.next == NONE {
            NODE_LENGTH - NODE_LENGTH_MIN
        } else {
            NODE_LENGTH / 2
        };
        let mut right = left;
        right.length = NODE_LENGTH - middle;
        right.keys[..right.length].copy_from_slice(&left.keys[middle..]);
        right.previous = number;
        if index > middle {
            insert_at(&mut right, index - middle, key);
        }
        let separator = right.keys[0];
        let right_number = self.leaves.insert(right);
        if left.next != NONE {
            self.leaves.get_mut(left.next).previous = right_number;
        }
        let left = self.leaves.get_mut(number);
        left.length = middle;
        left.next = right_number;
        if index <= middle {
            insert_at(left, index, key);
        }
        (separator, right_number)
    }

    /// Hangs a new right child in, splitting inner nodes on the way up.
    fn insert_above(&mut self, path: &Path, mut separator: K, mut right: u32) {
        for (number, child) in path.steps[..self.depth].iter().rev().copied() {
            let inner = self.inners.get_mut(number);
            if inner.length < NODE_LENGTH {
                insert_child(inner, child, separator, right);
                return;
            }
            let middle = NODE_LENGTH / 2;
            let mut upper = *inner;
            let up = inner.keys[middle - 1];
            upper.length = NODE_LENGTH - middle;
            upper.children[..upper.length].copy_from_slice(&inner.children[middle..]);
            upper.keys[..upper.length - 1].copy_from_slice(&inner.keys[middle..NODE_LENGTH - 1]);
            inner.length = middle;
            if child < middle {
                insert_child(inner, child, separator, right);
            } else {
                insert_child(&mut upper, child - middle, separator, right);
            }
            (separator, right) = (up, self.inners.insert(upper));
        }
        let mut root = Inner { keys: [separator; NODE_LENGTH], children: [NONE; NODE_LENGTH], length: 2 };
        root.children[..2].copy_from_slice(&[self.root, right]);
        self.root = self.inners.insert(root);
        self.depth += 1;
        assert!(self.depth < DEPTH_MAX, "a tree is never that deep");
    }
}

fn insert_at<K: Copy>(leaf: &mut Leaf<K>, index: usize, key: K) {
    leaf.keys.copy_within(index..leaf.length, index + 1);
    leaf.keys[index] = key;
    leaf.length += 1;
}

/// Adds `right` behind the child at `child`.
fn insert_child<K: Copy>(inner: &mut Inner<K>, child: usize, separator: K, right: u32) {
    inner.keys.copy_within(child..inner.length - 1, child + 1);
    inner.children.copy_within(child + 1..inner.length, child + 2);
    inner.keys[child] = separator;
    inner.children[child + 1] = right;
    inner.length += 1;
}
