//! Removal from a [`Tree`]: a node that got small takes from a neighbour, or the two become one.

use super::key::Key;
use super::tree::{Inner, NODE_LENGTH, NODE_LENGTH_MIN, NONE, Tree};

impl<K: Key> Tree<K> {
    /// Removes `key`; false when it is not there.
    pub fn remove(&mut self, key: &K) -> bool {
        if self.root == NONE {
            return false;
        }
        let path = self.path(key);
        let leaf = self.leaves.get_mut(path.leaf);
        let Ok(index) = leaf.keys[..leaf.length].binary_search(key) else { return false };
        leaf.keys.copy_within(index + 1..leaf.length, index);
        leaf.length -= 1;
        self.length -= 1;
        let mut small = leaf.length < NODE_LENGTH_MIN;
        for level in (0..self.depth).rev() {
            if !small {
                return true;
            }
            let (parent, child) = path.steps[level];
            // The node and its left neighbour, or the right one where there is no left.
            let left = child.saturating_sub(1);
            if level + 1 == self.depth {
                self.mend_leaves(parent, left);
            } else {
                self.mend_inners(parent, left);
            }
            small = self.inners.get(parent).length < NODE_LENGTH_MIN;
        }
        self.mend_root();
        true
    }

    /// A root with one child is no root; an empty leaf is no tree.
    fn mend_root(&mut self) {
        if self.depth == 0 {
            if self.leaves.get(self.root).length == 0 {
                self.leaves.remove(self.root);
                self.root = NONE;
            }
        } else if self.inners.get(self.root).length == 1 {
            let child = self.inners.get(self.root).children[0];
            self.inners.remove(self.root);
            self.root = child;
            self.depth -= 1;
        }
    }

    fn mend_leaves(&mut self, parent: u32, left_child: usize) {
        let siblings = self.inners.get(parent).children;
        let (left_number, right_number) = (siblings[left_child], siblings[left_child + 1]);
        let mut left = *self.leaves.get(left_number);
        let mut right = *self.leaves.get(right_number);
        let total = left.length + right.length;
        if total <= NODE_LENGTH {
            left.keys[left.length..total].copy_from_slice(&right.keys[..right.length]);
            left.length = total;
            left.next = right.next;
            if right.next != NONE {
                self.leaves.get_mut(right.next).previous = left_number;
            }
            *self.leaves.get_mut(left_number) = left;
            self.leaves.remove(right_number);
            remove_child(self.inners.get_mut(parent), left_child);
            return;
        }
        let left_length = total / 2;
        if left.length < left_length {
            let moved = left_length - left.length;
            left.keys[left.length..left_length].copy_from_slice(&right.keys[..moved]);
            right.keys.copy_within(moved..right.length, 0);
        } else {
            let moved = left.length - left_length;
            right.keys.copy_within(0..right.length, moved);
            right.keys[..moved].copy_from_slice(&left.keys[left_length..left.length]);
        }
        (left.length, right.length) = (left_length, total - left_length);
        self.inners.get_mut(parent).keys[left_child] = right.keys[0];
        *self.leaves.get_mut(left_number) = left;
        *self.leaves.get_mut(right_number) = right;
    }

    fn mend_inners(&mut self, parent: u32, left_child: usize) {
        let above = *self.inners.get(parent);
        let (left_number, right_number) = (above.children[left_child], above.children[left_child + 1]);
        let left = *self.inners.get(left_number);
        let right = *self.inners.get(right_number);
        let total = left.length + right.length;
        // Both nodes in a row, the parent's separator between them.
        let mut children = [NONE; 2 * NODE_LENGTH];
        let mut keys = [above.keys[left_child]; 2 * NODE_LENGTH];
        children[..left.length].copy_from_slice(&left.children[..left.length]);
        children[left.length..total].copy_from_slice(&right.children[..right.length]);
        keys[..left.length - 1].copy_from_slice(&left.keys[..left.length - 1]);
        keys[left.length..total - 1].copy_from_slice(&right.keys[..right.length - 1]);
        if total <= NODE_LENGTH {
            fill(self.inners.get_mut(left_number), &children[..total], &keys[..total - 1]);
            self.inners.remove(right_number);
            remove_child(self.inners.get_mut(parent), left_child);
            return;
        }
        let middle = total / 2;
        fill(self.inners.get_mut(left_number), &children[..middle], &keys[..middle - 1]);
        fill(self.inners.get_mut(right_number), &children[middle..total], &keys[middle..total - 1]);
        self.inners.get_mut(parent).keys[left_child] = keys[middle - 1];
    }
}

fn fill<K: Copy>(inner: &mut Inner<K>, children: &[u32], keys: &[K]) {
    assert_eq!(children.len(), keys.len() + 1, "a key between any two children");
    inner.children[..children.len()].copy_from_slice(children);
    inner.keys[..keys.len()].copy_from_slice(keys);
    inner.length = children.len();
}

/// Removes the child behind `left_child`, which was merged into it.
fn remove_child<K: Copy>(inner: &mut Inner<K>, left_child: usize) {
    inner.keys.copy_within(left_child + 1..inner.length - 1, left_child);
    inner.children.copy_within(left_child + 2..inner.length, left_child + 1);
    inner.length -= 1;
}
