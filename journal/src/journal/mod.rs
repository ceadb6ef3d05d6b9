//! The writer: one per partition, on the shard's thread, driven by completions.
//!
//! ```text
//! begin_entry ─▶ gathering ─▶ (waiting) ─▶ under way ─▶ tail in memory ─▶ reused
//!                 one batch    full ones    1..=depth     for readers
//! ```
//!
//! A batch is all that was appended since the last write was issued. Buffers are bounded: when none is free,
//! [`AppendError::Full`].

mod batch;
mod buffers;
mod compact;
mod complete;
mod entry_writer;
mod inspect;
mod open;
mod prepare;
mod submit;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tidemill_core::ids::{Index, Position, Term};
use tidemill_core::io::{File, Files, Token};

use crate::error::AppendError;
use crate::layout::{BLOCK_HEADER_BYTES, SEGMENT_HEADER_BYTES};
use crate::options::Options;
use crate::recovery::Place;
use crate::shared::{JournalHandle, SegmentView, Shared};

use batch::{Batch, UnderWay};
use buffers::Buffers;
pub use entry_writer::EntryWriter;
use prepare::Preparer;

/// Where in a write buffer a block starts: the room before it is for the segment's header, should it be the
/// first.
const BLOCK_START: usize = SEGMENT_HEADER_BYTES;
/// Where in a write buffer entries start.
const CONTENT_START: usize = BLOCK_START + BLOCK_HEADER_BYTES;

/// Local parts of the journal's tokens.
mod tokens {
    /// Writes carry their sequence number below this.
    pub(super) const WRITE_MAX: u64 = 0x8000;
    pub(super) const PREPARE: u64 = 0x8000;
    pub(super) const REMOVE: u64 = 0x9000;
    pub(super) const SYNC: u64 = 0xA000;
}

/// The segment that is being written.
struct Current {
    view: Arc<SegmentView>,
    file: File,
    used: u64,
    bytes: u64,
}

/// The log of one partition. See the crate's head for its invariants.
pub struct Journal {
    options: Options,
    directory: PathBuf,
    files: Arc<dyn Files>,
    shared: Arc<Shared>,
    buffers: Buffers,
    gathering: Option<Batch>,
    waiting: VecDeque<Batch>,
    under_way: VecDeque<UnderWay>,
    write_sequence: u64,
    /// The last entry appended.
    last: Place,
    /// Acknowledged, by the flush policy.
    durable_index: u64,
    /// Known to survive a power loss.
    synced_index: u64,
    current: Option<Current>,
    preparer: Preparer,
    recyclable: Vec<(PathBuf, u64)>,
    removals: compact::Removals,
    /// Files that die when the next block is durable: what a truncation left behind.
    dying: Vec<PathBuf>,
    delayed: complete::Delayed,
    status: JournalStatus,
}

/// Counters and facts for metrics and health.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalStatus {
    /// O_DIRECT was refused by the filesystem: writes go through the page cache. Said loudly in health.
    pub buffered: bool,
    /// Blocks written.
    pub block_count: u64,
    /// Entries appended.
    pub entry_count: u64,
    /// Bytes of entries, headers included.
    pub content_bytes: u64,
    /// Bytes written, padding included.
    pub written_bytes: u64,
    /// Times a batch had to wait for a prepared segment.
    pub segment_wait_count: u64,
    /// Segments taken into use.
    pub segment_count: u64,
    /// Of these, recycled ones.
    pub recycled_count: u64,
}

impl Journal {
    /// Index of the last entry appended, durable or not.
    pub fn last_index(&self) -> Index {
        Index::new(self.last.index)
    }

    /// Term of the last entry appended; 0 before the first.
    pub fn last_term(&self) -> Term {
        Term::new(self.last.term)
    }

    /// Chain value of the last entry appended.
    pub fn last_chain(&self) -> u64 {
        self.last.chain.expect("the writer knows its chain")
    }

    /// Position that the next record gets.
    pub fn next_position(&self) -> Position {
        Position::new(self.last.next_position).expect("positions count from 1")
    }

    /// Highest index that is durable, by the flush policy.
    pub fn durable_index(&self) -> Index {
        Index::new(self.durable_index)
    }

    /// Highest index that survives a power loss; behind [`Journal::durable_index`] only with a delayed
    /// flush policy.
    pub fn synced_index(&self) -> Index {
        Index::new(self.synced_index)
    }

    /// First index still in the log; one more than the last one when the log is empty.
    pub fn first_index(&self) -> Index {
        Index::new(self.handle().first_index())
    }

    /// For readers on other threads.
    pub fn handle(&self) -> JournalHandle {
        JournalHandle { shared: Arc::clone(&self.shared), files: Arc::clone(&self.files) }
    }

    /// Counters and facts.
    pub fn status(&self) -> &JournalStatus {
        &self.status
    }

    /// Whether nothing is gathering, waiting or under way.
    pub fn is_idle(&self) -> bool {
        self.gathering.as_ref().is_none_or(Batch::is_empty)
            && self.waiting.is_empty()
            && self.under_way.is_empty()
    }

    /// Whether a completion is ours.
    pub fn owns(&self, token: Token) -> bool {
        token.0 >> Options::TOKEN_BITS == self.options.token_base.0 >> Options::TOKEN_BITS
    }

    /// Whether [`Journal::begin_entry`] has room now.
    pub fn can_begin_entry(&self) -> bool {
        let is_open = |batch: &Batch| batch.content_bytes() < self.options.batch_bytes;
        let needed = 1 + usize::from(!self.gathering.as_ref().is_some_and(is_open));
        self.buffers.has(needed, &self.shared)
    }

    /// Starts an entry in the write buffer. Drop the writer to take it back.
    ///
    /// # Errors
    /// [`AppendError::Full`] when all buffers wait for the disk.
    ///
    /// # Panics
    /// When `first_position` does not go on from the last record, or the term falls.
    pub fn begin_entry(
        &mut self,
        term: Term,
        first_position: Position,
    ) -> Result<EntryWriter<'_>, AppendError> {
        assert_eq!(first_position.get(), self.last.next_position, "positions have no gaps");
        assert!(term.get() >= self.last.term, "terms do not fall");
        let is_full = |batch: &Batch| batch.content_bytes() >= self.options.batch_bytes;
        if self.gathering.as_ref().is_some_and(is_full) {
            let full = self.gathering.take().expect("just seen");
            self.waiting.push_back(full);
        }
        // A partial entry may have to move to a buffer of its own: one must be left for that.
        let needed = 1 + usize::from(self.gathering.is_none());
        if !self.buffers.has(needed, &self.shared) {
            return Err(AppendError::Full);
        }
        if self.gathering.is_none() {
            let buffer = self.buffers.take(&self.shared).expect("obtainable");
            self.gathering = Some(Batch::new(buffer, self.last));
        }
        Ok(EntryWriter::new(self, term.get()))
    }

    fn token(&self, local: u64) -> Token {
        assert!(local < 1 << Options::TOKEN_BITS, "token beyond our bits");
        Token(self.options.token_base.0 | local)
    }

    fn publish_durable(&mut self, index: u64) {
        assert!(index >= self.durable_index && index <= self.last.index, "durable index {index}");
        self.durable_index = index;
        self.shared.durable_index.store(index, Ordering::Release);
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Journal({} last {} durable {} under way {})",
            self.directory.display(),
            self.last.index,
            self.durable_index,
            self.under_way.len()
        )
    }
}
