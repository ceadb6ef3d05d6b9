//! Bounds of this room, with the relations between them.

use tidemill_core::limits::UNCOMMITTED_ENTRY_COUNT_MAX;

/// Terms that the log remembers at once; a snapshot and compaction make room.
pub const TERM_RUN_COUNT_MAX: usize = 65_536;
/// Replies that wait for the disk.
pub const REPLY_COUNT_MAX: usize = 1024;
/// Reads that wait for their index.
pub const READ_COUNT_MAX: usize = 1024;
/// Damaged ranges of one log under repair; more are more than repair is good for, and a snapshot is better.
pub const DAMAGE_COUNT_MAX: usize = 64;
/// Messages in one output: each input causes at most a window of appends and some more for each member.
pub const OUTPUT_MESSAGE_COUNT_MAX: usize = 65_536;
/// Appends that may leave to one replica at once.
pub const INFLIGHT_COUNT_MAX: usize = 1024;
/// Entries of one append.
pub const APPEND_ENTRY_COUNT_MAX: u64 = 4096;

const _: () = {
    assert!(INFLIGHT_COUNT_MAX <= REPLY_COUNT_MAX, "each append under way may be answered");
    assert!(UNCOMMITTED_ENTRY_COUNT_MAX >= INFLIGHT_COUNT_MAX, "a window is a part of what is uncommitted");
};
