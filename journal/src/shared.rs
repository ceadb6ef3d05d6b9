//! What the writer shows to readers on other threads. The writer pays one atomic store a block, and a lock
//! that readers hold only to copy a few pointers.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tidemill_core::io::{Files, WriteBuffer};

use crate::layout::Identity;
use crate::reader::Reader;

/// Distance between two places of the sparse index, bytes.
const SPARSE_BYTES: u64 = 256 * 1024;

/// Some block starts of a segment, so that a reader need not begin at its head.
#[derive(Debug, Clone, Default)]
pub struct SparseIndex {
    /// Offset of a block, its first index, its first position; ascending.
    places: Vec<(u64, u64, i64)>,
}

impl SparseIndex {
    pub(crate) fn note(&mut self, offset: u64, first_index: u64, first_position: i64) {
        if self.places.last().is_none_or(|place| offset - place.0 >= SPARSE_BYTES) {
            self.places.push((offset, first_index, first_position));
        }
    }

    /// Offset of a block at or before the one that holds `index`.
    pub(crate) fn seek_index(&self, index: u64) -> Option<u64> {
        let after = self.places.partition_point(|place| place.1 <= index);
        after.checked_sub(1).map(|at| self.places[at].0)
    }

    /// Offset of a block at or before the one that holds `position`.
    pub(crate) fn seek_position(&self, position: i64) -> Option<u64> {
        let after = self.places.partition_point(|place| place.2 <= position);
        after.checked_sub(1).map(|at| self.places[at].0)
    }
}

/// A segment as readers see it.
#[derive(Debug)]
pub(crate) struct SegmentView {
    pub(crate) generation: u64,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) base_index: u64,
    pub(crate) base_position: i64,
    /// Bytes that are durable and not to change any more: how far readers may go.
    pub(crate) durable_end: AtomicU64,
    /// Last live index in it that is durable; lowered by a truncation.
    pub(crate) last_index: AtomicU64,
    pub(crate) sealed: std::sync::atomic::AtomicBool,
    pub(crate) sparse: Mutex<SparseIndex>,
    /// Readers inside, or [`RETIRED`]: taken for recycling, no reader may enter.
    users: AtomicU64,
}

const RETIRED: u64 = u64::MAX;

/// A reader's hold on a segment: while it lives the file is neither recycled nor removed.
#[derive(Debug)]
pub(crate) struct SegmentUse(pub(crate) Arc<SegmentView>);

impl Drop for SegmentUse {
    fn drop(&mut self) {
        let before = self.0.users.fetch_sub(1, Ordering::AcqRel);
        assert!(before > 0 && before != RETIRED, "a hold on a segment was released twice");
    }
}

impl SegmentView {
    pub(crate) fn new(
        generation: u64,
        path: PathBuf,
        bytes: u64,
        base_index: u64,
        base_position: i64,
    ) -> Self {
        Self {
            generation,
            path,
            bytes,
            base_index,
            base_position,
            durable_end: AtomicU64::new(crate::layout::SEGMENT_HEADER_BYTES as u64),
            last_index: AtomicU64::new(base_index),
            sealed: false.into(),
            sparse: Mutex::default(),
            users: AtomicU64::new(0),
        }
    }

    /// `None` when the segment is being recycled.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<SegmentUse> {
        let entered = self.users.fetch_update(Ordering::AcqRel, Ordering::Acquire, |users| {
            (users != RETIRED).then_some(users + 1)
        });
        entered.ok().map(|_| SegmentUse(Arc::clone(self)))
    }

    /// Closes the segment to readers; `false` while one is inside.
    pub(crate) fn retire(&self) -> bool {
        self.users.compare_exchange(0, RETIRED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// A block kept in memory behind the durable mark.
#[derive(Debug, Clone)]
pub(crate) struct TailBlock {
    pub(crate) first_index: u64,
    pub(crate) last_index: u64,
    pub(crate) buffer: WriteBuffer,
    /// Where the block lies in the buffer.
    pub(crate) range: Range<usize>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) identity: Identity,
    pub(crate) durable_index: AtomicU64,
    pub(crate) segments: Mutex<Vec<Arc<SegmentView>>>,
    pub(crate) tail: Mutex<VecDeque<TailBlock>>,
}

impl Shared {
    pub(crate) fn lock_segments(&self) -> MutexGuard<'_, Vec<Arc<SegmentView>>> {
        self.segments.lock().expect("no holder panics")
    }

    pub(crate) fn lock_tail(&self) -> MutexGuard<'_, VecDeque<TailBlock>> {
        self.tail.lock().expect("no holder panics")
    }
}

/// Opens readers on other threads. Cheap to clone.
#[derive(Clone)]
pub struct JournalHandle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) files: Arc<dyn Files>,
}

impl JournalHandle {
    /// A reader; use it on a thread that may block, never on a shard.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// Highest index that readers may see.
    pub fn durable_index(&self) -> u64 {
        self.shared.durable_index.load(Ordering::Acquire)
    }

    /// First index still in the log; one more than the last one when it is empty.
    pub fn first_index(&self) -> u64 {
        self.shared.lock_segments().first().map_or(1, |segment| segment.base_index + 1)
    }
}

impl std::fmt::Debug for JournalHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "JournalHandle({:?}, durable {})", self.shared.identity, self.durable_index())
    }
}
