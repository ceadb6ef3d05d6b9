//! The follower's side of replication: appends are held against the log by term and by chain value.

use tidemill_core::ids::{Index, Term};

use crate::entry::EntryMeta;
use crate::ids::NodeId;
use crate::message::{Append, AppendReply, Body};
use crate::options::Doubt;
use crate::output::{Alarm, LogOperation, Role};
use crate::raft::Raft;

impl Raft {
    pub(crate) fn on_append(&mut self, from: NodeId, append: &Append, entries: &[EntryMeta]) {
        if self.is_installing() || self.hangs_on_damage(append) {
            return;
        }
        if !self.holds_together(append, entries) {
            self.output.alarms.push(Alarm::BrokenAppend { from });
            return;
        }
        let commit = self.log.commit;
        if append.previous_index < commit {
            let body = Body::AppendReply(self.acknowledgement(commit));
            self.reply(from, self.hard_state.term, body, commit);
            return;
        }
        match self.agreement(append) {
            Agreement::Yes => self.accept(from, append, entries),
            Agreement::No => {
                self.refuse(from, append.previous_index, append.previous_index, append.previous_term)
            }
            Agreement::OtherChain if append.previous_index > commit => {
                // Not committed, as far as we know: the leader's word is law, from the entry before it on.
                let before = Index::new(append.previous_index.get() - 1);
                self.refuse(from, append.previous_index, before, append.previous_term);
            }
            Agreement::OtherChain => {
                self.output.alarms.push(Alarm::Diverged { from, index: append.previous_index });
            }
        }
    }

    /// Whether the entries are those that the leader meant: they go on from each other and end as it said.
    fn holds_together(&self, append: &Append, entries: &[EntryMeta]) -> bool {
        if append.count != entries.len() as u64
            || append.previous_index.get().checked_add(append.count).is_none()
        {
            return false;
        }
        let mut last = (append.previous_index, append.previous_term);
        for entry in entries {
            if entry.index != last.0.next() || entry.term < last.1 || entry.term > self.hard_state.term {
                return false;
            }
            last = (entry.index, entry.term);
        }
        self.checks_no_chain() || chains_hold(append, entries)
    }

    #[cfg(not(feature = "sabotage"))]
    fn checks_no_chain(&self) -> bool {
        false
    }

    #[cfg(feature = "sabotage")]
    fn checks_no_chain(&self) -> bool {
        self.options.sabotage == crate::options::Sabotage::DropChainCheck
    }

    fn agreement(&self, append: &Append) -> Agreement {
        let index = append.previous_index;
        if self.log.term(index) != Some(append.previous_term) {
            return Agreement::No;
        }
        match (self.known_chain(index), append.previous_chain) {
            (Some(ours), Some(theirs)) if ours != theirs && !self.checks_no_chain() => Agreement::OtherChain,
            _ => Agreement::Yes,
        }
    }

    fn accept(&mut self, from: NodeId, append: &Append, entries: &[EntryMeta]) {
        let last = append.last_index();
        let new = entries.iter().position(|entry| !self.has(entry));
        if let Some(at) = new {
            let first = entries[at].index;
            if first <= self.log.commit {
                self.output.alarms.push(Alarm::Diverged { from, index: first });
                return;
            }
            let first = self.start_of_damage(first);
            if first <= self.log.last() {
                self.truncate(Index::new(first.get() - 1));
            }
            for entry in entries.iter().filter(|entry| entry.index >= first) {
                self.log.push(entry);
            }
            self.output.log.push(LogOperation::Store { first, last });
        }
        self.commit_to(append.commit.min(last));
        let body = Body::AppendReply(self.acknowledgement(last));
        self.reply(from, self.hard_state.term, body, last);
    }

    fn has(&self, entry: &EntryMeta) -> bool {
        let same_chain = self.known_chain(entry.index).is_none_or(|chain| chain == entry.chain);
        if self.is_damaged_at(entry.index) {
            // Its term is hidden as well. All of the range came: its last entry decides.
            return same_chain;
        }
        self.log.term(entry.index) == Some(entry.term) && (same_chain || self.checks_no_chain())
    }

    fn truncate(&mut self, last: Index) {
        self.log.truncate(last);
        self.replies.forget_behind(last);
        self.forget_damage_behind(last);
        self.output.log.push(LogOperation::Truncate { last });
    }

    fn refuse(&mut self, from: NodeId, rejected: Index, hint_from: Index, term: Term) {
        let (hint_index, hint_term) = self.log.conflict_hint(hint_from.min(self.log.last()), term);
        let body = Body::AppendReply(AppendReply {
            index: rejected,
            rejected: true,
            hint_index,
            hint_term: hint_term.unwrap_or(Term::ZERO),
            losses: self.losses(),
        });
        self.reply(from, self.hard_state.term, body, Index::ZERO);
    }

    pub(crate) fn on_heartbeat(&mut self, from: NodeId, commit: Index, read_round: u64, rejoin: Index) {
        assert!(self.role == Role::Follower, "whoever hears of a leader follows it");
        if commit > self.log.last() && !self.is_installing() && !self.is_in_doubt() {
            // The leader was told that we have it. Nothing was found damaged, yet it is gone.
            self.output.alarms.push(Alarm::TailLost { last: commit });
            self.doubt(Doubt { last_term: self.hard_state.term, last_index: commit });
        }
        if !self.is_installing() {
            self.commit_to(commit.min(self.log.last()));
        }
        self.note_rejoin(rejoin);
        let body = Body::HeartbeatReply { read_round, losses: self.losses() };
        self.send(from, body);
    }
}

enum Agreement {
    Yes,
    No,
    OtherChain,
}

fn chains_hold(append: &Append, entries: &[EntryMeta]) -> bool {
    let mut before = append.previous_chain;
    for entry in entries {
        if before.is_some_and(|chain| chain != entry.chain_before) {
            return false;
        }
        before = Some(entry.chain);
    }
    append.last_chain.is_none() || before.is_none() || before == append.last_chain
}
