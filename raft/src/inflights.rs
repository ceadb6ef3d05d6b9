//! Appends on their way to one follower, bounded by count and by bytes. A ring that never grows.

use std::collections::VecDeque;

use tidemill_core::ids::Index;

/// The window of appends that a follower has not acknowledged.
#[derive(Debug, Clone)]
pub struct Inflights {
    appends: VecDeque<(Index, u64)>,
    count_max: usize,
    bytes_max: u64,
    bytes: u64,
}

impl Inflights {
    /// A window of `count_max` appends and about `bytes_max` bytes: the last one may go over it.
    pub fn new(count_max: usize, bytes_max: u64) -> Self {
        assert!(count_max >= 1 && bytes_max >= 1, "a window holds something");
        Self { appends: VecDeque::with_capacity(count_max), count_max, bytes_max, bytes: 0 }
    }

    /// Notes an append whose last entry is `last`.
    pub fn add(&mut self, last: Index, bytes: u64) {
        assert!(!self.is_full(), "nobody sends into a full window");
        assert!(self.appends.back().is_none_or(|(before, _)| *before <= last), "appends go up");
        self.appends.push_back((last, bytes));
        self.bytes += bytes;
    }

    /// Forgets all appends up to `index`.
    pub fn free_to(&mut self, index: Index) {
        while let Some((last, bytes)) = self.appends.front().copied()
            && last <= index
        {
            self.appends.pop_front();
            self.bytes -= bytes;
        }
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.appends.clear();
        self.bytes = 0;
    }

    /// Whether no further append may leave.
    pub fn is_full(&self) -> bool {
        self.appends.len() == self.count_max || self.bytes >= self.bytes_max
    }

    /// How many are under way.
    pub fn len(&self) -> usize {
        self.appends.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.appends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_full_by_count_or_by_bytes() {
        let mut window = Inflights::new(2, 100);
        window.add(Index::new(3), 60);
        assert!(!window.is_full());
        window.add(Index::new(5), 1);
        assert!(window.is_full());
        window.free_to(Index::new(4));
        window.add(Index::new(6), 200);
        window.free_to(Index::new(5));
        assert!(window.is_full() && window.len() == 1);
        window.clear();
        assert!(window.is_empty() && !window.is_full());
    }
}
