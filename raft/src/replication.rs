//! The leader's side of replication: proposals, appends with flow control, acknowledgements, commit.
//!
//! The leader's own write and the followers' go on at the same time: the leader counts itself only when its
//! own is durable (Ongaro's thesis, section 10.2.1).

use thiserror::Error;
use tidemill_core::ids::{Index, Term};

use crate::configuration::{Change, ConfigurationChange};
use crate::entry::{EntryKind, EntryMeta};
use crate::ids::NodeId;
use crate::message::{Append, AppendReply, Body};
use crate::output::{Role, Wanted};
use crate::progress::ProgressState;
use crate::quorum::committed_jointly;
use crate::raft::{Health, Raft};

/// Why an entry cannot be proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProposeError {
    /// Ask the leader.
    #[error("this replica does not lead; the leader is {leader}")]
    NotLeader {
        /// Who, if known.
        leader: NodeId,
    },
    /// The first entry of the term comes first.
    #[error("the first entry of term {term} is not in the log yet")]
    TermNotStarted {
        /// Which.
        term: Term,
    },
    /// Leadership is being handed over.
    #[error("leadership is being handed over to {to}")]
    Transferring {
        /// To whom.
        to: NodeId,
    },
    /// The leader was removed from the group.
    #[error("this replica is no member any more")]
    Removed,
    /// Too much is not committed yet.
    #[error("{entries} entries with {bytes} bytes wait to be committed")]
    WindowFull {
        /// How many.
        entries: u64,
        /// How large.
        bytes: u64,
    },
    /// One change at a time.
    #[error("possible unapplied conf change at index {index} (applied to {applied})")]
    ChangePending {
        /// Where it may be.
        index: Index,
        /// Applied so far.
        applied: Index,
    },
    /// The joint configuration has to be left before.
    #[error("must transition out of joint config first")]
    InJoint,
    /// There is no joint configuration to leave.
    #[error("not in joint state; refusing empty conf change")]
    NotInJoint,
    /// It has not rejoined yet.
    #[error("replica {peer} lost its disk and cannot vote before it has rejoined as a learner")]
    PeerLostDisk {
        /// Who.
        peer: NodeId,
    },
}

impl Raft {
    /// Whether an entry of `length` bytes may be proposed now. Ask before it goes to the journal.
    pub fn check_proposal(&self, length: u32) -> Result<(), ProposeError> {
        if self.role != Role::Leader || self.health == Health::Failed {
            return Err(ProposeError::NotLeader { leader: self.leader });
        }
        if self.wanted == Some(Wanted::TermStart) {
            return Err(ProposeError::TermNotStarted { term: self.hard_state.term });
        }
        if self.place_of(self.id).is_none() {
            return Err(ProposeError::Removed);
        }
        if self.transferee.is_some() {
            return Err(ProposeError::Transferring { to: self.transferee });
        }
        let entries = self.log.last().distance_from(self.log.commit);
        let bytes = self.uncommitted_bytes;
        let too_large = bytes > 0 && bytes + u64::from(length) > self.options.uncommitted_bytes_max;
        if entries >= self.options.uncommitted_entry_count_max || too_large {
            return Err(ProposeError::WindowFull { entries, bytes });
        }
        Ok(())
    }

    /// Whether `change` may be proposed now, in an entry of `length` bytes.
    pub fn check_change(&self, change: &ConfigurationChange, length: u32) -> Result<(), ProposeError> {
        self.check_proposal(length)?;
        if self.pending_configuration > self.log.applied {
            let (index, applied) = (self.pending_configuration, self.log.applied);
            return Err(ProposeError::ChangePending { index, applied });
        }
        let leaves = change.steps().is_empty();
        if self.configuration.is_joint() && !leaves {
            return Err(ProposeError::InJoint);
        }
        if !self.configuration.is_joint() && leaves {
            return Err(ProposeError::NotInJoint);
        }
        for step in change.steps() {
            if let Change::Voter(peer) = *step
                && self.place_of(peer).is_some_and(|at| self.progress[at].amnesiac)
            {
                return Err(ProposeError::PeerLostDisk { peer });
            }
        }
        Ok(())
    }

    /// The leader appended `entry` to its journal (which need not be durable yet): replicates it. The entry
    /// that is [`Raft::wanted`] for the start of a term is proposed like this too.
    pub fn propose(&mut self, entry: &EntryMeta) -> Result<(), ProposeError> {
        if self.wanted == Some(Wanted::TermStart) {
            self.wanted = None;
        } else {
            self.check_proposal(entry.length)?;
        }
        self.append_own(entry);
        Ok(())
    }

    /// The same for an entry of kind [`EntryKind::Configuration`].
    pub fn propose_change(
        &mut self,
        entry: &EntryMeta,
        change: &ConfigurationChange,
    ) -> Result<(), ProposeError> {
        assert!(entry.kind == EntryKind::Configuration, "a change of the configuration says so");
        if self.wanted == Some(Wanted::LeaveJoint) && change.leaves_joint() {
            self.wanted = None;
        } else {
            self.check_change(change, entry.length)?;
        }
        self.pending_configuration = entry.index;
        self.append_own(entry);
        Ok(())
    }

    fn append_own(&mut self, entry: &EntryMeta) {
        assert!(self.role == Role::Leader, "only a leader appends");
        assert!(entry.term == self.hard_state.term, "a leader writes entries of its term");
        assert!(entry.chain_before == self.log.last_chain(), "the entry goes on from the last one");
        self.log.push(entry);
        self.uncommitted_bytes += u64::from(entry.length);
        self.broadcast_append();
        self.settle();
    }

    /// The leader's own write is durable.
    pub(crate) fn acknowledge_own(&mut self, index: Index) {
        if self.place_of(self.id).is_some() {
            self.on_append_reply(self.id, &self.acknowledgement(index));
        }
    }

    pub(crate) fn broadcast_append(&mut self) {
        for at in 0..self.progress.len() {
            if self.progress[at].id != self.id {
                self.send_append(at, true);
            }
        }
    }

    /// Sends what the member at `at` may get; `false` when nothing left.
    pub(crate) fn send_append(&mut self, at: usize, even_if_empty: bool) -> bool {
        let member = &self.progress[at];
        if member.is_paused() {
            return false;
        }
        let previous_index = Index::new(member.next.get() - 1);
        let Some(previous_term) = self.log.term(previous_index) else {
            self.want_snapshot(at);
            return false;
        };
        let window_open = member.state != ProgressState::Replicate || !member.inflights.is_full();
        let (count, bytes) = if window_open { self.sendable(member.next) } else { (0, 0) };
        if count == 0 && !even_if_empty {
            return false;
        }
        let append = Append {
            previous_index,
            previous_term,
            previous_chain: self.known_chain(previous_index),
            count,
            last_chain: self.known_chain(Index::new(previous_index.get() + count)),
            commit: self.log.commit,
        };
        let to = member.id;
        self.send(to, Body::Append(append));
        let commit = self.log.commit;
        let member = &mut self.progress[at];
        member.sent_entries(count, bytes);
        member.sent_commit = commit;
        true
    }

    /// How many entries from `first` on fit one append, and their bytes; none that are damaged here.
    fn sendable(&self, first: Index) -> (u64, u64) {
        let (mut count, mut bytes) = (0, 0);
        while count < self.options.append_entry_count_max {
            let index = Index::new(first.get() + count);
            if index > self.log.last() || self.is_damaged_at(index) {
                break;
            }
            // Entries so old that their length is forgotten are taken for average ones.
            let length = self.log.length(index).map_or(4096, u64::from);
            if count > 0 && bytes + length > self.options.append_bytes_max {
                break;
            }
            (count, bytes) = (count + 1, bytes + length);
        }
        (count, bytes)
    }

    pub(crate) fn on_append_reply(&mut self, from: NodeId, reply: &AppendReply) {
        if self.role != Role::Leader {
            return;
        }
        let Some(at) = self.place_of(from) else { return };
        self.note_losses(at, &reply.losses);
        if self.progress[at].amnesiac && reply.index > self.log.last() {
            return;
        }
        self.progress[at].recently_active |= !self.progress[at].amnesiac;
        if reply.rejected {
            self.on_rejected(at, reply);
        } else if reply.index <= self.log.last() {
            self.on_acknowledged(at, reply.index);
        }
    }

    fn on_rejected(&mut self, at: usize, reply: &AppendReply) {
        let hint = if reply.hint_term > Term::ZERO {
            self.log.conflict_hint(reply.hint_index, reply.hint_term).0
        } else {
            reply.hint_index
        };
        let member = &mut self.progress[at];
        if member.reject(reply.index, hint) {
            if member.state == ProgressState::Replicate {
                member.become_probe();
            }
            self.send_append(at, true);
        }
    }

    fn on_acknowledged(&mut self, at: usize, index: Index) {
        let base = self.log.base().index;
        let member = &mut self.progress[at];
        let id = member.id;
        let news = member.update(index);
        let ends_probe = member.matched == index && member.state == ProgressState::Probe;
        if !news && !ends_probe {
            return;
        }
        match member.state {
            ProgressState::Probe => member.become_replicate(),
            ProgressState::Snapshot if member.matched >= base => {
                member.become_probe();
                member.become_replicate();
                self.output.snapshots.push(crate::output::SnapshotEvent::Finished { to: id });
            }
            ProgressState::Snapshot => {}
            ProgressState::Replicate => member.inflights.free_to(index),
        }
        if self.maybe_commit() {
            self.release_early_reads();
            self.broadcast_append();
        } else if id != self.id && self.progress[at].can_bump_commit(self.log.commit) {
            self.send_append(at, true);
        }
        if id == self.id {
            return;
        }
        // Room in the window: bounded by the window.
        while self.send_append(at, false) {}
        if id == self.transferee && self.progress[at].matched == self.log.last() {
            self.send(id, Body::TimeoutNow);
        }
    }

    /// Commits what a quorum has durably, if its last entry is of this term.
    pub(crate) fn maybe_commit(&mut self) -> bool {
        let index = Index::new(self.acknowledged_by_quorum());
        let own_term = self.log.term(index) == Some(self.hard_state.term);
        if index > self.log.commit && index <= self.log.last() && own_term {
            self.commit_to(index);
            return true;
        }
        false
    }

    fn acknowledged_by_quorum(&self) -> u64 {
        #[cfg(feature = "sabotage")]
        if self.options.sabotage == crate::options::Sabotage::AcknowledgeBeforeQuorum {
            return self.log.durable.get();
        }
        let matched = |id| {
            let member = &self.progress[self.place_of(id)?];
            (!member.amnesiac).then_some(member.matched.get())
        };
        committed_jointly(&self.configuration.voters, &self.configuration.outgoing, matched)
    }

    pub(crate) fn commit_to(&mut self, index: Index) {
        if index <= self.log.commit {
            return;
        }
        assert!(index <= self.log.last(), "only what there is can be committed");
        if self.role == Role::Leader {
            for committed in self.log.commit.get() + 1..=index.get() {
                let length = self.log.length(Index::new(committed)).unwrap_or(0);
                self.uncommitted_bytes = self.uncommitted_bytes.saturating_sub(u64::from(length));
            }
        }
        self.log.commit = index;
        self.output.commit = Some(index);
    }

    /// The driver could not send to `peer`.
    pub fn unreachable(&mut self, peer: NodeId) {
        if self.role != Role::Leader {
            return;
        }
        if let Some(at) = self.place_of(peer)
            && self.progress[at].state == ProgressState::Replicate
        {
            self.progress[at].become_probe();
        }
    }
}
