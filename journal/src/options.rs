//! What a journal is opened with.

use tidemill_core::io::{DurableMethod, Token};
use tidemill_core::limits::{JOURNAL_BUFFER_BYTES, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};

use crate::layout::Identity;

/// When an entry counts as durable. The name says what may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlushPolicy {
    /// When its block is flushed: nothing that was acknowledged is lost.
    #[default]
    EveryBatch,
    /// When its block is written, unflushed. A power loss loses acknowledged entries, up to these bounds.
    DelayedLosesUpTo {
        /// A flush follows after so many bytes.
        bytes: u64,
        /// A flush follows after so much time.
        time_ns: u64,
    },
}

/// How to open a journal.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose log it is.
    pub identity: Identity,
    /// Tokens of the journal's operations are this one with the lowest [`Options::TOKEN_BITS`] bits set by
    /// it: give each journal of a shard its own.
    pub token_base: Token,
    /// The durable step, as calibrated.
    pub method: DurableMethod,
    /// Writes under way at once, 1 to 4.
    pub depth: usize,
    /// Whether to write past the page cache where the filesystem allows.
    pub direct: bool,
    /// When an entry counts as durable.
    pub flush: FlushPolicy,
    /// The first new segment after a start, bytes; a multiple of 4096.
    pub segment_bytes_min: u64,
    /// Segments double up to this.
    pub segment_bytes_max: u64,
    /// A batch is closed when it has so many bytes.
    pub batch_bytes: usize,
    /// Write buffers: those being filled, waiting, under way, and kept for readers of the tail.
    pub buffer_count: usize,
    /// Old segments are recycled rather than removed, as long as at most this many wait.
    pub recycle_count_max: usize,
}

impl Options {
    /// Bits of a token that belong to the journal.
    pub const TOKEN_BITS: u32 = 16;

    /// The defaults for one partition.
    pub fn new(identity: Identity, token_base: Token) -> Self {
        Self {
            identity,
            token_base,
            method: DurableMethod::RwfDsync,
            depth: 1,
            direct: true,
            flush: FlushPolicy::EveryBatch,
            segment_bytes_min: SEGMENT_BYTES_MIN as u64,
            segment_bytes_max: SEGMENT_BYTES_MAX as u64,
            batch_bytes: JOURNAL_BUFFER_BYTES,
            buffer_count: 8,
            recycle_count_max: tidemill_core::limits::SEGMENT_SPARE_COUNT_MAX,
        }
    }

    pub(crate) fn assert_sound(&self) {
        assert!((1..=4).contains(&self.depth), "depth {} of writes", self.depth);
        assert!(self.buffer_count > self.depth + 1, "buffers for depth and gathering");
        assert!(self.buffer_count < 128, "buffers are few");
        assert!(
            self.segment_bytes_min.is_multiple_of(4096) && self.segment_bytes_max.is_multiple_of(4096),
            "segment bytes"
        );
        assert!(self.segment_bytes_min >= 8192 && self.segment_bytes_min <= self.segment_bytes_max);
        assert!(self.batch_bytes >= 4096, "batch bytes");
        assert_eq!(self.token_base.0 & ((1 << Self::TOKEN_BITS) - 1), 0, "token base overlaps our bits");
    }
}
