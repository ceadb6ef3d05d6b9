//! The index of the log: terms of all entries as runs, chain values and lengths of the recent ones. No bytes.
//!
//! ```text
//!   base        ring_first                       durable   last
//!    ▼             ▼                                ▼        ▼
//!    ·─────────────█████████████████████████████████▓▓▓▓▓▓▓▓▓█
//!     terms only    terms, chains, lengths           being written
//! ```
//!
//! Invariants: runs are sorted by index and by term, start right behind the base, and cover all up to `last`;
//! the ring holds the last entries without a gap; `durable <= last`, `applied <= commit`.

use std::collections::VecDeque;

use tidemill_core::ids::{Index, Term};

use crate::entry::{EntryKind, EntryMeta, Place};
use crate::ids::Chain;
use crate::limits::TERM_RUN_COUNT_MAX;

#[derive(Debug, Clone, Copy)]
struct Slot {
    chain: Chain,
    length: u32,
    kind: EntryKind,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    first: Index,
    term: Term,
}

/// What consensus remembers of the log.
#[derive(Debug, Clone)]
pub struct Log {
    base: Place,
    runs: VecDeque<Run>,
    ring: VecDeque<Slot>,
    ring_capacity: usize,
    last: Index,
    pub(crate) durable: Index,
    pub(crate) commit: Index,
    pub(crate) applied: Index,
    /// Counts truncations: a report of durability from before the last one speaks of other entries.
    pub(crate) epoch: u64,
}

impl Log {
    /// An empty log behind `base`, which remembers the chain values of `recent_entry_count` entries.
    pub fn new(base: Place, recent_entry_count: usize) -> Self {
        assert!(recent_entry_count >= 1, "the last entry is always remembered");
        Self {
            base,
            runs: VecDeque::with_capacity(64),
            ring: VecDeque::with_capacity(recent_entry_count),
            ring_capacity: recent_entry_count,
            last: base.index,
            durable: base.index,
            commit: base.index,
            applied: base.index,
            epoch: 0,
        }
    }

    /// Adds the next entry. Also for building the log at start, from the first entry that the journal has.
    pub fn push(&mut self, entry: &EntryMeta) {
        assert_eq!(entry.index, self.last.next(), "entries come in order");
        assert!(entry.term >= self.last_term(), "terms never go down");
        if self.runs.back().is_none_or(|run| run.term != entry.term) {
            assert!(self.runs.len() < TERM_RUN_COUNT_MAX, "compaction keeps up with terms");
            self.runs.push_back(Run { first: entry.index, term: entry.term });
        }
        if self.ring.len() == self.ring_capacity {
            self.ring.pop_front();
        }
        self.ring.push_back(Slot { chain: entry.chain, length: entry.length, kind: entry.kind });
        self.last = entry.index;
    }

    /// Removes all behind `index`.
    pub(crate) fn truncate(&mut self, index: Index) {
        assert!(index >= self.commit, "committed entries never change: {index} < {}", self.commit);
        assert!(index < self.last, "there is something to remove");
        let gone = self.last.distance_from(index) as usize;
        self.ring.truncate(self.ring.len().saturating_sub(gone));
        while self.runs.back().is_some_and(|run| run.first > index) {
            self.runs.pop_back();
        }
        self.last = index;
        self.durable = self.durable.min(index);
        self.epoch += 1;
    }

    /// Starts over behind `base`, which is durable, committed and applied.
    pub(crate) fn restart(&mut self, base: Place) {
        let (capacity, epoch) = (self.ring_capacity, self.epoch + 1);
        assert!(base.index >= self.commit, "a snapshot never takes back");
        self.runs.clear();
        self.ring.clear();
        self.base = base;
        self.ring_capacity = capacity;
        self.last = base.index;
        (self.durable, self.commit, self.applied) = (base.index, base.index, base.index);
        self.epoch = epoch;
    }

    /// Forgets all up to `base`, which a snapshot covers.
    pub(crate) fn compact(&mut self, base: Place) {
        assert!(base.index <= self.applied && base.index <= self.durable, "only what is applied and durable");
        while self.runs.len() > 1 && self.runs[1].first <= base.index.next() {
            self.runs.pop_front();
        }
        self.base = base;
        if base.index >= self.last {
            self.runs.clear();
        }
        if let Some(run) = self.runs.front_mut() {
            run.first = run.first.max(base.index.next());
        }
        let kept = self.last.distance_from(base.index) as usize;
        while self.ring.len() > kept {
            self.ring.pop_front();
        }
    }

    /// What the log goes on from: the snapshot's last entry.
    pub fn base(&self) -> Place {
        self.base
    }

    /// The last entry, durable or not.
    pub fn last(&self) -> Index {
        self.last
    }

    /// Its term.
    pub fn last_term(&self) -> Term {
        self.runs.back().map_or(self.base.term, |run| run.term)
    }

    /// Its chain value.
    pub fn last_chain(&self) -> Chain {
        self.ring.back().map_or(self.base.chain, |slot| slot.chain)
    }

    /// The highest index known committed.
    pub fn commit(&self) -> Index {
        self.commit
    }

    /// The highest index known durable here.
    pub fn durable(&self) -> Index {
        self.durable
    }

    /// The highest index applied to the state.
    pub fn applied(&self) -> Index {
        self.applied
    }

    /// The term of the entry at `index`; `None` before the base and behind the end.
    pub fn term(&self, index: Index) -> Option<Term> {
        if index == self.base.index {
            return Some(self.base.term);
        }
        if index < self.base.index || index > self.last {
            return None;
        }
        let at = self.runs.partition_point(|run| run.first <= index);
        Some(self.runs[at - 1].term)
    }

    fn slot(&self, index: Index) -> Option<&Slot> {
        let behind = self.last.get().checked_sub(index.get())? as usize;
        self.ring.len().checked_sub(behind + 1).map(|at| &self.ring[at])
    }

    /// The chain value at `index`, where it is remembered.
    pub fn chain(&self, index: Index) -> Option<Chain> {
        if index == self.base.index { Some(self.base.chain) } else { self.slot(index).map(|slot| slot.chain) }
    }

    /// A damaged entry is back.
    pub(crate) fn repair(&mut self, entry: &EntryMeta) {
        let behind = self.last.distance_from(entry.index) as usize;
        if let Some(at) = self.ring.len().checked_sub(behind + 1) {
            self.ring[at] = Slot { chain: entry.chain, length: entry.length, kind: entry.kind };
        }
        self.set_term(entry.index, entry.term);
    }

    /// While an entry is damaged it counts to the term before it; its own splits that run.
    fn set_term(&mut self, index: Index, term: Term) {
        let at = self.runs.partition_point(|run| run.first <= index) - 1;
        let run = self.runs[at];
        if run.term == term {
            return;
        }
        assert!(term > run.term, "terms never go down");
        let ends = self.runs.get(at + 1).map_or(self.last, |next| Index::new(next.first.get() - 1));
        if index < ends {
            self.runs.insert(at + 1, Run { first: index.next(), term: run.term });
        }
        match self.runs.get_mut(at + 1).filter(|next| next.term == term) {
            Some(next) => next.first = index,
            None => self.runs.insert(at + 1, Run { first: index, term }),
        }
        if run.first == index {
            self.runs.remove(at);
        }
    }

    /// The length of the entry at `index` in the journal, where it is remembered.
    pub fn length(&self, index: Index) -> Option<u32> {
        self.slot(index).map(|slot| slot.length)
    }

    /// Whether a change of the configuration may lie in `(from, to]`; what is not remembered may be one.
    pub(crate) fn may_change_configuration(&self, from: Index, to: Index) -> bool {
        (from.get() + 1..=to.get()).any(|index| {
            self.slot(Index::new(index)).is_none_or(|slot| slot.kind == EntryKind::Configuration)
        })
    }

    /// The highest index at or below `index` whose term is at most `term`, with that term; the term is `None`
    /// where it is not known. How far back a conflict may reach, found without a round trip for each entry.
    pub(crate) fn conflict_hint(&self, index: Index, term: Term) -> (Index, Option<Term>) {
        let mut index = index;
        while index > Index::ZERO {
            match self.term(index) {
                None => return (index, None),
                Some(ours) if ours <= term => return (index, Some(ours)),
                Some(_) if index == self.base.index => index = Index::new(index.get() - 1),
                Some(_) => {
                    let at = self.runs.partition_point(|run| run.first <= index);
                    index = Index::new(self.runs[at - 1].first.get() - 1);
                }
            }
        }
        (Index::ZERO, None)
    }

    /// Whether a log that ends at `(term, index)` holds all that this one does.
    pub(crate) fn is_up_to_date(&self, term: Term, index: Index) -> bool {
        (term, index) >= (self.last_term(), self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(terms: &[u64]) -> Log {
        let base = Place { index: Index::new(10), term: Term::new(1), chain: Chain::new(1010) };
        let mut log = Log::new(base, 3);
        for (at, term) in terms.iter().enumerate() {
            let index = 11 + at as u64;
            log.push(&EntryMeta {
                index: Index::new(index),
                term: Term::new(*term),
                chain_before: Chain::new(1000 + index - 1),
                chain: Chain::new(1000 + index),
                length: index as u32,
                kind: EntryKind::Normal,
            });
        }
        log
    }

    #[test]
    fn knows_all_terms_and_recent_chains() {
        let mut log = log(&[1, 1, 3, 3, 6]);
        let term = |log: &Log, index| log.term(Index::new(index)).map(Term::get);
        let terms: Vec<_> = (9..=16).map(|index| term(&log, index)).collect();
        assert_eq!(terms, [None, Some(1), Some(1), Some(1), Some(3), Some(3), Some(6), None]);
        assert_eq!(log.chain(Index::new(12)), None);
        assert_eq!(log.chain(Index::new(13)), Some(Chain::new(1013)));
        assert_eq!(log.chain(Index::new(10)), Some(Chain::new(1010)));
        log.truncate(Index::new(13));
        assert_eq!((log.last_term(), log.last_chain(), log.epoch), (Term::new(3), Chain::new(1013), 1));
        log.truncate(Index::new(11));
        assert_eq!((log.last_term(), term(&log, 12)), (Term::new(1), None));
    }

    /// A repaired entry has its own term again. Found by the simulator: seed 104849.
    #[test]
    fn repair_restores_terms() {
        let mut log = log(&[1, 1, 1, 1, 6]);
        let entry = |index: u64, term| EntryMeta {
            index: Index::new(index),
            term: Term::new(term),
            chain_before: Chain::new(0),
            chain: Chain::new(index),
            length: 1,
            kind: EntryKind::Normal,
        };
        for (index, term) in [(14, 6), (13, 3), (12, 3), (11, 1)] {
            log.repair(&entry(index, term));
        }
        let terms: Vec<_> = (11..=15).map(|index| log.term(Index::new(index)).unwrap().get()).collect();
        assert_eq!(terms, [1, 3, 3, 6, 6]);
        assert_eq!(log.runs.len(), 3);
    }

    #[test]
    fn hints_jump_over_terms() {
        let log = log(&[1, 1, 3, 3, 6]);
        let check = |index, at_most, hint, term: Option<u64>| {
            let found = log.conflict_hint(Index::new(index), Term::new(at_most));
            assert_eq!(found, (Index::new(hint), term.map(Term::new)));
        };
        check(15, 6, 15, Some(6));
        check(15, 5, 14, Some(3));
        check(15, 2, 12, Some(1));
        check(15, 0, 9, None);
        check(20, 0, 20, None);
    }

    #[test]
    fn compaction_keeps_the_rest() {
        let mut log = log(&[1, 1, 3, 3, 6]);
        (log.durable, log.commit, log.applied) = (Index::new(15), Index::new(15), Index::new(15));
        log.compact(Place { index: Index::new(13), term: Term::new(3), chain: Chain::new(1013) });
        assert_eq!(log.term(Index::new(12)), None);
        assert_eq!(log.term(Index::new(13)), Some(Term::new(3)));
        assert_eq!(log.term(Index::new(14)), Some(Term::new(3)));
        log.compact(Place { index: Index::new(15), term: Term::new(6), chain: Chain::new(1015) });
        assert_eq!((log.last_term(), log.last_chain()), (Term::new(6), Chain::new(1015)));
    }
}
