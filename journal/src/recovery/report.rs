//! What recovery tells the operator.

use std::fmt;
use std::path::PathBuf;

/// Why bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DamageCause {
    /// A header or content does not match its checksum: bit rot or a torn write.
    Checksum,
    /// Nothing is there that was ever written in this life of the segment: a lost write.
    Missing,
    /// A block that belongs elsewhere lies there: a misdirected write.
    Misdirected,
    /// The disk could not read it.
    Unreadable,
    /// The header of the segment is gone or broken.
    SegmentHeader,
    /// An intact block does not go on from the one before it.
    Chain,
}

impl fmt::Display for DamageCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Checksum => "checksum does not match (bit rot or torn write)",
            Self::Missing => "nothing was stored there (lost write)",
            Self::Misdirected => "a block that belongs elsewhere lies there (misdirected write)",
            Self::Unreadable => "the disk cannot read it",
            Self::SegmentHeader => "the segment's header is broken",
            Self::Chain => "the block there does not go on from the one before",
        })
    }
}

/// A range of the log that is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRange {
    /// The file.
    pub segment: PathBuf,
    /// First damaged byte, at the granularity of blocks.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// First entry that cannot be read.
    pub first_index: u64,
    /// Last entry that cannot be read.
    pub last_index: u64,
    /// Why.
    pub cause: DamageCause,
}

impl fmt::Display for DamagedRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "entries {}..={} in {} at bytes {}..{}: {}",
            self.first_index,
            self.last_index,
            self.segment.display(),
            self.offset,
            self.offset + self.bytes,
            self.cause
        )
    }
}

/// What recovery found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// First entry of the log; one more than `last_index` when it is empty.
    pub first_index: u64,
    /// Last entry that is whole.
    pub last_index: u64,
    /// Highest watermark found: at least so far was known durable before the last start.
    pub watermark: u64,
    /// Segments with live entries.
    pub segment_count: usize,
    /// Bytes of segments read.
    pub scanned_bytes: u64,
    /// Bytes of blocks that were begun but are not whole or not connected: the torn tail, dropped.
    pub torn_bytes: u64,
    /// Entries of the torn tail as far as its headers tell. They may have been acknowledged if their write
    /// was complete before it was damaged; a replica must not vote below the last of them before it is
    /// repaired.
    pub maybe_acknowledged: Option<(u64, u64)>,
    /// Damage at or below the watermark. Not empty only inside [`crate::OpenError::Damaged`].
    pub damaged: Vec<DamagedRange>,
    /// O_DIRECT was refused: buffered writes with fdatasync are used instead.
    pub buffered: bool,
}

impl fmt::Display for RecoveryReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "entries {}..={} in {} segments, {} bytes scanned",
            self.first_index, self.last_index, self.segment_count, self.scanned_bytes
        )?;
        if self.torn_bytes > 0 {
            write!(formatter, ", torn tail of {} bytes dropped", self.torn_bytes)?;
        }
        if let Some((first, last)) = self.maybe_acknowledged {
            write!(formatter, ", entries {first}..={last} in it may have been acknowledged")?;
        }
        if self.buffered {
            formatter.write_str(", O_DIRECT refused: buffered writes")?;
        }
        self.damaged.iter().try_for_each(|range| write!(formatter, "; damage: {range}"))
    }
}
