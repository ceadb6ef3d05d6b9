//! The append-only log of one partition: segments, flush, recovery, readers.
//!
//! # Fault model
//!
//! A crash keeps any subset of the 512-byte sectors of writes under way, and loses any write or rename that
//! was not flushed. The disk may give back changed bits, write to the wrong place, or acknowledge what it
//! never stored. A failed write or flush ends the process ([`JournalFatal`]): the state of its pages is
//! unknown.
//!
//! # Layout
//!
//! ```text
//! directory/   0000000000000001.segment   0000000000000002.segment   (and *.tmp: being prepared or recycled)
//!              (the name is the generation: grows with every segment, also when a file is recycled)
//!
//! segment      ┌──────────────┬─────────────────────────┬────────────────────┬ ─ ─ ─
//! 4..64 MiB    │ header 4 KiB │ block, n * 4 KiB        │ block              │ zeros, or a former life
//!              └──────────────┴─────────────────────────┴────────────────────┴ ─ ─ ─
//! header       magic, version, cluster, partition, generation, segment bytes,
//!              base: index, chain, term, position it goes on from; watermark; checksum
//!
//! block        ┌─────────────────────┬───────┬───────┬───────┬─────────┐
//! one write    │ block header 96 B   │ entry │ entry │ entry │ padding │   local to this replica
//!              └─────────────────────┴───────┴───────┴───────┴─────────┘
//!   0 magic u32      8 checksum u64 (of 16..96)   16 generation u64   24 offset u64   32 length u32
//!   4 version u32   36 content bytes u32          40 first index u64  48 last index u64
//!                   56 watermark u64              64 chain after u64  72 last term u64
//!                   80 first position i64         88 next position i64
//!
//! entry        ┌─────────────────────┬──────────────────────────────┬───────────┐
//! replicated   │ entry header 64 B   │ records: opaque bytes        │ pad to 8  │   equal everywhere
//!              └─────────────────────┴──────────────────────────────┴───────────┘
//!   0 magic u32      8 checksum u64 (of 16..length)  16 chain before u64   24 cluster u64    32 partition
//! u32   4 length u32    36 record count u32              40 term u64           48 index u64      56 first
//! position i64
//! ```
//!
//! All numbers are little-endian. The checksum is XXH3-64. An entry's *chain value* is its checksum; since
//! it covers the chain value before it, it covers all the log up to there. Each byte of content is hashed
//! once: the block's checksum covers its header, which holds the chain value behind its last entry.
//!
//! # Invariants
//!
//! 1. A block that was written is never written again: pad, and go on behind it. After a start or a truncation
//!    the journal goes on in a new segment, whose header names index and chain value that it goes on from.
//! 2. The **watermark** of a block is the highest index known durable when its write was issued. What is missing
//!    or broken at or below a watermark that was written later is damage, reported and never dropped; above, it
//!    is the torn tail of a crash.
//! 3. A segment reaches the writer zero-filled, renamed, with its directory synced, and with a generation that no
//!    block in it carries. It is never recycled while mapped. Segments leave the log one by one, oldest first.
//! 4. The journal knows nothing of records.

pub mod calibrate;
pub mod doctor;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod journal;
mod layout;
mod options;
mod reader;
mod recovery;
mod shared;

pub use error::{AppendError, JournalFatal, OpenError, ReadError};
pub use journal::{EntryWriter, Journal, JournalStatus};
pub use layout::{
    BLOCK_HEADER_BYTES, ENTRY_HEADER_BYTES, EntryHeader, Identity, SEGMENT_HEADER_BYTES, chain_start,
    checksum,
};
pub use options::{FlushPolicy, Options};
pub use reader::{Entry, Reader};
pub use recovery::{DamageCause, DamagedRange, Place, Recovered, RecoveryReport, scan_for_fuzzing};
pub use shared::JournalHandle;
