//! The inbound rings of a shard, read in turn.

use crate::ring::Consumer;

/// The place of an inbound ring in [`super::ShardConfig::rings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RingIndex(pub u16);

/// All inbound rings; `None` where the producer is gone and everything was read.
pub(super) struct Inbound {
    rings: Vec<Option<Consumer>>,
    /// Which ring the next turn starts with, so that a busy one does not always come first.
    first: usize,
}

impl Inbound {
    pub(super) fn new(rings: Vec<Consumer>) -> Self {
        Self { rings: rings.into_iter().map(Some).collect(), first: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.rings.len()
    }

    /// Starts a turn: which ring comes first.
    pub(super) fn rotate(&mut self) -> usize {
        let first = self.first;
        self.first = if self.rings.is_empty() { 0 } else { (first + 1) % self.rings.len() };
        first
    }

    pub(super) fn get(&mut self, ring: RingIndex) -> Option<&mut Consumer> {
        self.rings[usize::from(ring.0)].as_mut()
    }

    pub(super) fn close(&mut self, ring: RingIndex) {
        let closed = self.rings[usize::from(ring.0)].take();
        assert!(closed.is_some_and(|mut ring| ring.is_empty()), "ring {ring:?} closed with frames in it");
    }

    /// Whether an accepted ring has something to tell: a frame, or its end.
    pub(super) fn has_work(&mut self, accepts: impl Fn(RingIndex) -> bool) -> bool {
        let rings = self.rings.iter_mut().enumerate();
        rings
            .filter_map(|(at, ring)| Some((RingIndex(at as u16), ring.as_mut()?)))
            .any(|(at, ring)| (!ring.is_empty() || ring.is_closed()) && accepts(at))
    }
}
