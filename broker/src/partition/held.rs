//! Effects that wait for their entry to be committed: answers, pushes, notices, commands for other partitions.
//!
//! One buffer in the order of entries; nothing is allocated once it has grown to what is usual. Bounded by the
//! pipeline's window, which asks [`Held::byte_count`] before it takes more work.

use std::collections::VecDeque;

use tidemill_engine::{Effect, Effects};

/// What one effect is, beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldKind {
    /// A frame for a gateway thread, with the tag of its kind.
    Frame(u32),
    /// A record for a partition.
    Send(u32),
}

#[derive(Clone, Copy, Debug)]
struct Item {
    index: u64,
    kind: HeldKind,
    length: usize,
}

/// Effects in the order of their entries.
#[derive(Debug, Default)]
pub struct Held {
    items: VecDeque<Item>,
    bytes: Vec<u8>,
    released: usize,
}

impl Held {
    /// Keeps the effects of the entry at `index`.
    pub fn keep(&mut self, index: u64, effects: &Effects) {
        for effect in effects.iter() {
            match effect {
                Effect::Frame(kind, bytes) => self.push(index, HeldKind::Frame(kind as u32), bytes),
                Effect::Send(send) => self.push(index, HeldKind::Send(send.partition_id as u32), send.record),
            }
        }
    }

    /// Keeps one frame.
    pub fn push(&mut self, index: u64, kind: HeldKind, bytes: &[u8]) {
        assert!(self.items.back().is_none_or(|last| last.index <= index), "entries come in order");
        self.bytes.extend_from_slice(bytes);
        self.items.push_back(Item { index, kind, length: bytes.len() });
    }

    /// Hands out the next effect of an entry at or below `committed`. `take` says whether it could be sent; if not, it
    /// stays and the call ends.
    pub fn release(&mut self, committed: u64, mut take: impl FnMut(HeldKind, &[u8]) -> bool) {
        while let Some(item) = self.items.front().copied().filter(|item| item.index <= committed) {
            let end = self.released + item.length;
            if !take(item.kind, &self.bytes[self.released..end]) {
                break;
            }
            self.items.pop_front();
            self.released = end;
        }
        if self.items.is_empty() {
            assert_eq!(self.released, self.bytes.len(), "bytes without an item");
            self.bytes.clear();
            self.released = 0;
        } else if self.released * 2 > self.bytes.len() {
            self.bytes.copy_within(self.released.., 0);
            self.bytes.truncate(self.bytes.len() - self.released);
            self.released = 0;
        }
    }

    /// Whether something waits that could leave: rings were full.
    pub fn has_released_part(&self, committed: u64) -> bool {
        self.items.front().is_some_and(|item| item.index <= committed)
    }

    /// Bytes that wait.
    pub fn byte_count(&self) -> usize {
        self.bytes.len() - self.released
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn released(held: &mut Held, committed: u64, room: usize) -> Vec<(HeldKind, Vec<u8>)> {
        let mut taken = Vec::new();
        held.release(committed, |kind, bytes| {
            let fits = taken.len() < room;
            if fits {
                taken.push((kind, bytes.to_vec()));
            }
            fits
        });
        taken
    }

    #[test]
    fn nothing_leaves_before_its_entry_is_committed() {
        let mut held = Held::default();
        held.push(1, HeldKind::Frame(65), b"one");
        held.push(2, HeldKind::Send(3), b"two");
        assert!(released(&mut held, 0, 9).is_empty());
        assert_eq!(released(&mut held, 1, 9), [(HeldKind::Frame(65), b"one".to_vec())]);
        assert_eq!(held.byte_count(), 3);
        assert_eq!(released(&mut held, 5, 9), [(HeldKind::Send(3), b"two".to_vec())]);
        assert!(held.is_empty());
    }

    #[test]
    fn what_cannot_be_sent_stays_in_order() {
        let mut held = Held::default();
        for number in 0..100u8 {
            held.push(u64::from(number), HeldKind::Frame(1), &[number; 7]);
        }
        let mut expected = 0;
        while !held.is_empty() {
            for (_, bytes) in released(&mut held, 99, 3) {
                assert_eq!(bytes, [expected; 7]);
                expected += 1;
            }
        }
        assert_eq!(expected, 100);
    }
}
