//! The log behind a snapshot goes, by whole segments; a conflicting end goes, by opening a new segment.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use tidemill_core::ids::Index;
use tidemill_core::io::{Io, Operation};

use super::{Journal, tokens};
use crate::recovery::{Place, recycled_name};

impl Journal {
    /// Drops segments all of whose entries are at or below `index`; they are recycled or removed in the
    /// background. Segments with a reader inside stay until the next call. Returns how many went.
    pub fn compact(&mut self, index: Index) -> usize {
        let mut gone = Vec::new();
        {
            let mut segments = self.shared.lock_segments();
            // The last one stays: its header says what the log goes on from.
            while segments.len() > 1
                && segments[0].last_index.load(Ordering::Acquire) <= index.get()
                && segments[1].base_index <= index.get()
                && segments[0].sealed.load(Ordering::Acquire)
                && segments[0].retire()
            {
                gone.push(segments.remove(0));
            }
        }
        for segment in &gone {
            assert!(segment.base_index <= self.durable_index, "compaction of what is not durable");
            let is_wanted = segment.bytes >= self.options.segment_bytes_max
                && self.recyclable.len() + self.removals.recycling_count() < self.options.recycle_count_max;
            self.removals.add(segment.path.clone(), is_wanted.then_some((segment.generation, segment.bytes)));
        }
        gone.len()
    }

    /// Drops the entries behind `place`, which conflict with the leader's. The next entry goes into a new
    /// segment whose header names `place`; until it is durable, a restart finds the old end again.
    ///
    /// # Panics
    /// While writes are under way (ask [`Journal::is_writing`]), or when `place` is not in the log.
    pub fn truncate_after(&mut self, place: Place) {
        assert!(!self.is_writing(), "truncation under writes");
        assert!(place.index <= self.last.index && place.chain.is_some(), "truncation to {place:?}");
        assert!(place.index >= self.first_index().get() - 1, "truncation into what was compacted");
        for batch in self.waiting.drain(..).chain(self.gathering.take()) {
            self.buffers.put(batch.into_buffer());
        }
        {
            let mut tail = self.shared.lock_tail();
            while tail.back().is_some_and(|block| block.last_index > place.index) {
                let block = tail.pop_back().expect("just seen");
                self.buffers.discard(block.buffer);
            }
        }
        self.durable_index = self.durable_index.min(place.index);
        self.synced_index = self.synced_index.min(place.index);
        self.shared.durable_index.store(self.durable_index, Ordering::Release);
        let mut segments = self.shared.lock_segments();
        // A segment may go only once the header that kills it is durable.
        while segments.len() > 1 && segments.last().is_some_and(|last| last.base_index > place.index) {
            let dead = segments.pop().expect("just seen");
            self.dying.push(dead.path.clone());
        }
        for segment in segments.iter() {
            segment.last_index.fetch_min(place.index.max(segment.base_index), Ordering::AcqRel);
        }
        drop(segments);
        if let Some(old) = self.current.take() {
            self.delayed.seal(old.file, old.view);
        }
        self.last = place;
    }

    /// Whether a write is under way.
    pub fn is_writing(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Where the log stands.
    pub fn last_place(&self) -> Place {
        self.last
    }

    pub(super) fn drive_removals(&mut self, io: &mut dyn Io) {
        if self.removals.is_under_way || io.in_flight() + 2 >= io.depth_max() {
            return;
        }
        let Some(removal) = self.removals.queue.front() else { return };
        let operation = match removal.recycle {
            Some((generation, _)) => Operation::Rename {
                from: removal.path.clone(),
                to: self.directory.join(recycled_name(generation)),
            },
            None => Operation::Unlink { path: removal.path.clone() },
        };
        let token = self.token(tokens::REMOVE);
        assert!(io.submit(token, operation).is_ok(), "room was checked above");
        self.removals.is_under_way = true;
    }

    pub(super) fn on_removed(&mut self) {
        assert!(self.removals.is_under_way, "completion of a removal that was not begun");
        self.removals.is_under_way = false;
        let removal = self.removals.queue.pop_front().expect("it was under way");
        if let Some((generation, bytes)) = removal.recycle {
            self.recyclable.push((self.directory.join(recycled_name(generation)), bytes));
        }
    }
}

struct Removal {
    path: PathBuf,
    /// Generation and length, when the file is to be kept for recycling.
    recycle: Option<(u64, u64)>,
}

/// Files that leave the log. One after the other, oldest first: a crash between them must leave a log
/// without a hole.
#[derive(Default)]
pub(super) struct Removals {
    queue: VecDeque<Removal>,
    is_under_way: bool,
}

impl Removals {
    pub(super) fn add(&mut self, path: PathBuf, recycle: Option<(u64, u64)>) {
        self.queue.push_back(Removal { path, recycle });
    }

    fn recycling_count(&self) -> usize {
        self.queue.iter().filter(|removal| removal.recycle.is_some()).count()
    }
}
