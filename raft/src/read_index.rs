//! Reads that see all that was answered before them, without a write: the leader notes its commit index and
//! proves with a round of heartbeats that it still leads (Ongaro's thesis, section 6.4). One round answers
//! all reads that waited for it, so their number does not matter.

use std::collections::VecDeque;

use tidemill_core::ids::Index;

use crate::ids::{NodeId, RequestId};
use crate::limits::READ_COUNT_MAX;
use crate::message::Body;
use crate::options::ReadMode;
use crate::output::{ReadAnswer, Role};
use crate::quorum::committed_jointly;
use crate::raft::Raft;

#[derive(Debug, Clone, Copy)]
struct Read {
    /// The round that answers it; 0 before the first commit of the term.
    round: u64,
    request: RequestId,
    from: NodeId,
    index: Index,
}

/// Reads under way at the leader.
#[derive(Debug)]
pub(crate) struct Reads {
    waiting: VecDeque<Read>,
    /// The last round that was started.
    round: u64,
    /// The last one that a quorum confirmed.
    confirmed: u64,
}

impl Reads {
    pub(crate) fn new() -> Self {
        Self { waiting: VecDeque::with_capacity(16), round: 0, confirmed: 0 }
    }

    pub(crate) fn round_under_way(&self) -> u64 {
        if self.round > self.confirmed { self.round } else { 0 }
    }
}

impl Raft {
    /// Asks up to where must be applied for a read to see all that was answered before now. The answer comes
    /// as a [`ReadAnswer`], or not at all when a message gets lost on the way to the leader and back.
    pub fn read(&mut self, request: RequestId) {
        if self.role == Role::Leader {
            self.on_read(self.id, request);
        } else if self.leader.is_some() {
            self.send(self.leader, Body::Read { request });
        } else {
            self.output.reads.push(ReadAnswer { request, index: None });
        }
        self.settle();
    }

    pub(crate) fn on_read(&mut self, from: NodeId, request: RequestId) {
        if self.role != Role::Leader {
            return;
        }
        if self.reads.waiting.len() == READ_COUNT_MAX {
            self.answer(Read { round: 0, request, from, index: Index::ZERO }, None);
            return;
        }
        let index = self.log.commit;
        let mut read = Read { round: 0, request, from, index };
        if !self.has_committed_in_term() {
            self.reads.waiting.push_back(read);
            return;
        }
        if self.needs_no_round() {
            self.answer(read, Some(index));
            return;
        }
        // A round that is under way may have been confirmed before this read came: it waits for the next one.
        read.round = self.reads.round + 1;
        self.reads.waiting.push_back(read);
        if self.reads.round_under_way() == 0 {
            self.start_round();
        }
    }

    fn needs_no_round(&self) -> bool {
        let alone = self.configuration.voters.len() == 1 && !self.configuration.is_joint();
        (alone && self.configuration.is_voter(self.id)) || self.options.read_mode == ReadMode::Lease
    }

    fn has_committed_in_term(&self) -> bool {
        self.log.term(self.log.commit) == Some(self.hard_state.term)
    }

    fn start_round(&mut self) {
        self.reads.round += 1;
        self.broadcast_heartbeat();
    }

    pub(crate) fn confirm_reads(&mut self) {
        let round = self.reads.round;
        if self.reads.round_under_way() == 0 {
            return;
        }
        let confirmed = |id| {
            let member = &self.progress[self.place_of(id)?];
            if id == self.id { Some(round) } else { (!member.amnesiac).then_some(member.read_round) }
        };
        let quorum = committed_jointly(&self.configuration.voters, &self.configuration.outgoing, confirmed);
        self.reads.confirmed = self.reads.confirmed.max(quorum.min(round));
        while let Some(read) = self.reads.waiting.front().copied()
            && read.round <= self.reads.confirmed
        {
            self.reads.waiting.pop_front();
            self.answer(read, Some(read.index));
        }
        if self.reads.round_under_way() == 0 && !self.reads.waiting.is_empty() {
            self.start_round();
        }
    }

    /// The first commit of the term: only now is the commit index known to be no older than those of leaders
    /// before.
    pub(crate) fn release_early_reads(&mut self) {
        if !self.has_committed_in_term() || self.reads.waiting.front().is_none_or(|read| read.round != 0) {
            return;
        }
        if self.needs_no_round() {
            while let Some(read) = self.reads.waiting.pop_front() {
                self.answer(read, Some(self.log.commit));
            }
            return;
        }
        let (round, index) = (self.reads.round + 1, self.log.commit);
        for read in &mut self.reads.waiting {
            (read.round, read.index) = (round, index);
        }
        self.start_round();
    }

    fn answer(&mut self, read: Read, index: Option<Index>) {
        let request = read.request;
        if read.from == self.id {
            self.output.reads.push(ReadAnswer { request, index });
        } else if let Some(index) = index {
            self.send(read.from, Body::ReadReply { request, index });
        }
    }

    pub(crate) fn on_read_reply(&mut self, request: RequestId, index: Index) {
        self.output.reads.push(ReadAnswer { request, index: Some(index) });
    }

    pub(crate) fn drop_reads(&mut self) {
        while let Some(read) = self.reads.waiting.pop_front() {
            self.answer(read, None);
        }
        (self.reads.round, self.reads.confirmed) = (0, 0);
    }
}
