//! What a leader knows of one replica, and how it feeds it: probing, replicating, or sending a snapshot.
//!
//! ```text
//!            acknowledged                    log compacted beyond it
//!   probe ───────────────▶ replicate    probe ──────────────▶ snapshot ── acknowledged ──▶ replicate
//!     ▲                        │                                  │
//!     └── rejected, unreachable┘◀──────────── failed ─────────────┘
//! ```

use std::fmt;

use tidemill_core::ids::Index;

use crate::ids::NodeId;
use crate::inflights::Inflights;
use crate::snapshot::Stream;

/// How a replica is fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressState {
    /// Where its log agrees is not known: one append per round trip.
    Probe,
    /// Appends leave ahead of their acknowledgements, within the window.
    Replicate,
    /// It needs what the log no longer has.
    Snapshot,
}

/// One replica, as its leader sees it.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Which one.
    pub id: NodeId,
    /// Its log is durable there and agrees up to here.
    pub matched: Index,
    /// The next entry to send. Always above `matched`.
    pub next: Index,
    /// How it is fed.
    pub state: ProgressState,
    /// The highest commit index that is on its way to it.
    pub sent_commit: Index,
    /// The snapshot that it is being sent.
    pub pending_snapshot: Index,
    /// It was heard of since the last look at the quorum.
    pub recently_active: bool,
    /// Nothing leaves before it is heard of.
    pub paused: bool,
    /// It does not vote.
    pub learner: bool,
    /// It lost its disk: its acknowledgements count for nothing until it has rejoined.
    pub amnesiac: bool,
    /// The last round of reads that it confirmed.
    pub read_round: u64,
    /// The driver was asked for a snapshot.
    pub snapshot_wanted: bool,
    /// The snapshot under way.
    pub(crate) stream: Option<Stream>,
    /// Its vote in the election under way.
    pub(crate) vote: Option<bool>,
    /// Appends under way.
    pub inflights: Inflights,
}

impl Progress {
    /// A replica of which nothing is known.
    pub fn new(id: NodeId, next: Index, learner: bool, inflights: Inflights) -> Self {
        Self {
            id,
            matched: Index::ZERO,
            next: next.max(Index::FIRST),
            state: ProgressState::Probe,
            sent_commit: Index::ZERO,
            pending_snapshot: Index::ZERO,
            recently_active: false,
            paused: false,
            learner,
            amnesiac: false,
            read_round: 0,
            snapshot_wanted: false,
            stream: None,
            vote: None,
            inflights,
        }
    }

    /// Forgets everything but who it is, for a new term.
    pub(crate) fn reset(&mut self, matched: Index, next: Index) {
        self.matched = matched;
        self.next = next;
        self.enter(ProgressState::Probe);
        self.sent_commit = Index::ZERO;
        self.recently_active = false;
        self.amnesiac = false;
        self.read_round = 0;
        self.vote = None;
        assert!(self.matched < self.next, "what agrees was sent");
    }

    fn enter(&mut self, state: ProgressState) {
        self.paused = false;
        self.pending_snapshot = Index::ZERO;
        self.snapshot_wanted = false;
        self.stream = None;
        self.state = state;
        self.inflights.clear();
    }

    /// Looks for the place where the logs agree.
    pub fn become_probe(&mut self) {
        let behind_snapshot = match self.state {
            ProgressState::Snapshot => self.pending_snapshot.next(),
            _ => Index::ZERO,
        };
        self.enter(ProgressState::Probe);
        self.next = self.matched.next().max(behind_snapshot);
        self.clamp_sent_commit();
    }

    /// Streams appends.
    pub fn become_replicate(&mut self) {
        self.enter(ProgressState::Replicate);
        self.next = self.matched.next();
    }

    /// Waits for a snapshot to arrive.
    pub fn become_snapshot(&mut self, index: Index) {
        self.enter(ProgressState::Snapshot);
        self.pending_snapshot = index;
        self.next = index.next();
        self.sent_commit = index;
    }

    /// Notes an append that leaves, `count` entries with `bytes`.
    pub fn sent_entries(&mut self, count: u64, bytes: u64) {
        match self.state {
            ProgressState::Replicate => {
                if count > 0 {
                    self.next = Index::new(self.next.get() + count);
                    self.inflights.add(Index::new(self.next.get() - 1), bytes);
                }
                self.paused = self.inflights.is_full();
            }
            ProgressState::Probe => self.paused |= count > 0,
            ProgressState::Snapshot => panic!("no append goes to a replica that waits for a snapshot"),
        }
    }

    /// Whether it may learn of a commit index that it does not know, and has the entry for.
    pub fn can_bump_commit(&self, commit: Index) -> bool {
        commit > self.sent_commit && self.sent_commit.next() < self.next
    }

    /// It acknowledged up to `index`; `false` when that is no news.
    pub fn update(&mut self, index: Index) -> bool {
        if index <= self.matched {
            return false;
        }
        self.matched = index;
        self.next = self.next.max(index.next());
        self.paused = false;
        true
    }

    /// It refused an append behind `rejected` and may agree at `hint`; `false` when that is old news.
    pub fn reject(&mut self, rejected: Index, hint: Index) -> bool {
        if self.state == ProgressState::Replicate {
            if rejected <= self.matched {
                return false;
            }
            self.next = self.matched.next();
            self.clamp_sent_commit();
            return true;
        }
        if self.next != rejected.next() {
            return false;
        }
        self.next = rejected.min(hint.next()).max(self.matched.next());
        self.clamp_sent_commit();
        self.paused = false;
        true
    }

    /// It lost acknowledged entries: nothing above `last` is there any more.
    pub fn regress(&mut self, last: Index) {
        if last >= self.matched {
            return;
        }
        self.matched = last;
        self.enter(ProgressState::Probe);
        self.next = last.next();
        self.sent_commit = self.sent_commit.min(last);
    }

    fn clamp_sent_commit(&mut self) {
        self.sent_commit = self.sent_commit.min(Index::new(self.next.get() - 1));
    }

    /// Whether no append may leave.
    pub fn is_paused(&self) -> bool {
        self.paused || self.state == ProgressState::Snapshot
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "State{:?} match={} next={}", self.state, self.matched, self.next)?;
        if self.learner {
            formatter.write_str(" learner")?;
        }
        if self.is_paused() {
            formatter.write_str(" paused")?;
        }
        if self.pending_snapshot > Index::ZERO {
            write!(formatter, " pendingSnap={}", self.pending_snapshot)?;
        }
        if !self.recently_active {
            formatter.write_str(" inactive")?;
        }
        if !self.inflights.is_empty() {
            write!(formatter, " inflight={}", self.inflights.len())?;
        }
        formatter.write_str(if self.inflights.is_full() { "[full]" } else { "" })
    }
}
