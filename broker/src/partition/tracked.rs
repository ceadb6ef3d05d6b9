//! When each entry reached which stage, for the histograms and for the age of what waits.

use std::collections::VecDeque;

use tidemill_core::stages::{Stage, StageHistograms};

#[derive(Clone, Copy, Debug)]
struct Entry {
    index: u64,
    /// -1 when no gateway sent it.
    sent_ns: i64,
    /// The latest stage's time, monotonic.
    reached_ns: u64,
}

/// Entries that are not answered yet, in order; bounded by the pipeline's window.
#[derive(Debug, Default)]
pub struct Tracked {
    uncommitted: VecDeque<Entry>,
    unanswered: VecDeque<Entry>,
}

impl Tracked {
    /// An entry went into the write buffer.
    pub fn appended(&mut self, index: u64, sent_ns: i64, now_ns: u64, stages: &StageHistograms) {
        if let Ok(sent) = u64::try_from(sent_ns) {
            stages.reached(Stage::Queued, sent, now_ns);
            stages.reached(Stage::Appended, now_ns, now_ns);
        }
        self.uncommitted.push_back(Entry { index, sent_ns, reached_ns: now_ns });
    }

    /// Everything up to an index is durable on a majority.
    pub fn committed(&mut self, index: u64, now_ns: u64, stages: &StageHistograms) {
        while let Some(mut entry) = self.uncommitted.pop_front_if(|entry| entry.index <= index) {
            if entry.sent_ns >= 0 {
                stages.reached(Stage::Durable, entry.reached_ns, now_ns);
                stages.reached(Stage::Committed, now_ns, now_ns);
                entry.reached_ns = now_ns;
                self.unanswered.push_back(entry);
            }
        }
    }

    /// The effects of everything up to an index have left.
    pub fn answered(&mut self, index: u64, now_ns: u64, stages: &StageHistograms) {
        while let Some(entry) = self.unanswered.pop_front_if(|entry| entry.index <= index) {
            stages.reached(Stage::Answered, entry.reached_ns, now_ns);
            stages.finished(entry.sent_ns as u64, now_ns);
        }
    }

    /// Age of the oldest entry that waits for its disk, nanoseconds.
    pub fn oldest_ns(&self, now_ns: u64) -> u64 {
        self.uncommitted.front().map_or(0, |entry| now_ns.saturating_sub(entry.reached_ns))
    }
}
