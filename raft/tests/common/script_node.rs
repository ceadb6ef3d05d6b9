//! A replica of a script, with a driver that never fails.

use std::collections::BTreeMap;

use tidemill_core::ids::{Index, Term};
use tidemill_raft::message::{Body, Message};
use tidemill_raft::{
    Chain, Configuration, ConfigurationChange, EntryKind, EntryMeta, HardState, LogOperation, NodeId, Place,
    Raft, Role, SnapshotEvent, Wanted,
};

#[derive(Debug, Clone)]
pub struct Entry {
    pub meta: EntryMeta,
    pub text: String,
    pub change: Option<ConfigurationChange>,
}

#[derive(Debug, Clone, Copy)]
pub struct Snapshot {
    pub place: Place,
    pub configuration: Configuration,
}

#[derive(Debug, Clone)]
pub struct Envelope {
    pub message: Message,
    pub entries: Vec<Entry>,
    pub snapshot: Option<Snapshot>,
    /// A proposal on its way to the leader; in this crate that is the driver's business, not a message of
    /// consensus.
    pub proposal: Option<(String, Option<ConfigurationChange>)>,
}

#[derive(Debug)]
pub struct Node {
    pub raft: Raft,
    pub journal: BTreeMap<u64, Entry>,
    pub messages: Vec<Envelope>,
    pub after_append: Vec<Envelope>,
    pub soft: (NodeId, Role),
    pub hard: (HardState, Index),
    pub version: u64,
    /// Entries from here on were not written yet.
    pub unwritten: Index,
    /// Where batches of entries end.
    pub boundaries: Vec<Index>,
    pub applied: Index,
    pub restored: Option<Snapshot>,
    pub latest: Snapshot,
}

impl Node {
    pub fn new(raft: Raft, latest: Snapshot) -> Self {
        let applied = latest.place.index;
        let hard = (raft.hard_state(), applied);
        Self {
            raft,
            journal: BTreeMap::new(),
            messages: Vec::new(),
            after_append: Vec::new(),
            soft: (NodeId::NONE, Role::Follower),
            hard,
            version: 0,
            unwritten: applied.next(),
            boundaries: Vec::new(),
            applied,
            restored: None,
            latest,
        }
    }

    pub fn has_ready(&self) -> bool {
        let is = self.raft.leadership();
        let log = self.raft.log();
        (is.leader, is.role) != self.soft
            || (self.raft.hard_state(), log.commit()) != self.hard
            || self.restored.is_some()
            || !self.messages.is_empty()
            || !self.after_append.is_empty()
            || self.unwritten <= log.last()
            || self.applied < log.commit()
    }

    pub fn input(&mut self, act: impl FnOnce(&mut Raft)) {
        act(&mut self.raft);
        self.pump(None);
    }

    pub fn receive(&mut self, envelope: &Envelope) -> bool {
        if let Some((text, change)) = &envelope.proposal {
            self.propose_or_blank(text, *change);
            return true;
        }
        let body = &envelope.message.body;
        let answers = matches!(
            body,
            Body::AppendReply(_)
                | Body::HeartbeatReply { .. }
                | Body::VoteReply { .. }
                | Body::ReadReply { .. }
        );
        if answers && !self.raft.progress().iter().any(|member| member.id == envelope.message.from) {
            return false;
        }
        let entries: Vec<_> = envelope.entries.iter().map(|entry| entry.meta).collect();
        self.raft.step(&envelope.message, &entries);
        self.pump(Some(envelope));
        true
    }

    /// Does what the output asks for, until nothing is left.
    pub fn pump(&mut self, envelope: Option<&Envelope>) {
        for round in 0.. {
            assert!(round < 100, "it never comes to rest");
            let output = self.raft.output();
            let messages: Vec<_> = output.messages.drain(..).collect();
            let operations: Vec<_> = output.log.drain(..).collect();
            let snapshots: Vec<_> = output.snapshots.drain(..).collect();
            self.version = output.hard_state.map_or(self.version, |write| write.version);
            assert!(output.alarms.is_empty(), "{:?}", output.alarms);
            output.clear();
            for operation in operations {
                self.operate(operation, envelope);
            }
            for message in messages {
                self.gather(message);
            }
            for event in &snapshots {
                self.on_snapshot(*event, envelope);
            }
            match self.raft.wanted() {
                Some(Wanted::TermStart) => assert!(self.append("", None)),
                Some(Wanted::LeaveJoint) => {
                    assert!(self.append("EntryConfChangeV2", Some(ConfigurationChange::LEAVE)));
                }
                None if snapshots.is_empty() => return,
                None => {}
            }
        }
    }

    pub fn operate(&mut self, operation: LogOperation, envelope: Option<&Envelope>) {
        match operation {
            LogOperation::Truncate { last } => {
                self.journal.retain(|index, _| *index <= last.get());
                self.unwritten = self.unwritten.min(last.next());
                self.boundaries.retain(|boundary| *boundary <= last);
            }
            LogOperation::Store { first, last } => {
                for entry in &envelope.expect("entries come with a message").entries {
                    if entry.meta.index >= first && entry.meta.index <= last {
                        self.journal.insert(entry.meta.index.get(), entry.clone());
                    }
                }
            }
            LogOperation::Repair { .. } => panic!("nothing is damaged"),
        }
    }

    pub fn gather(&mut self, message: Message) {
        let entries = match message.body {
            Body::Append(append) => {
                let range = append.previous_index.get() + 1..=append.last_index().get();
                range.map(|index| self.journal[&index].clone()).collect()
            }
            _ => Vec::new(),
        };
        let snapshot = matches!(message.body, Body::Snapshot(_)).then_some(self.latest);
        let envelope = Envelope { message, entries, snapshot, proposal: None };
        if matches!(message.body, Body::AppendReply(_) | Body::VoteReply { .. }) {
            self.after_append.push(envelope);
        } else {
            self.messages.push(envelope);
        }
    }

    pub fn on_snapshot(&mut self, event: SnapshotEvent, envelope: Option<&Envelope>) {
        match event {
            SnapshotEvent::Wanted { to } => assert!(self.raft.send_snapshot(to, self.latest.place, 1)),
            SnapshotEvent::Install { place } => {
                let snapshot = envelope.and_then(|envelope| envelope.snapshot).unwrap();
                assert_eq!(snapshot.place, place);
                self.raft.snapshot_installed(place, &snapshot.configuration);
                self.journal.clear();
                self.boundaries.clear();
                self.unwritten = place.index.next();
                self.applied = place.index;
                self.restored = Some(snapshot);
                self.latest = snapshot;
            }
            SnapshotEvent::Write { .. } | SnapshotEvent::Finished { .. } => {}
        }
    }

    /// Where the reference puts an empty entry in its place, this crate refuses the change.
    pub fn propose_or_blank(&mut self, text: &str, change: Option<ConfigurationChange>) -> bool {
        let refused = |change| self.raft.check_change(change, 0).is_err();
        if self.raft.leadership().role == Role::Leader && change.as_ref().is_some_and(refused) {
            return self.propose("", None);
        }
        self.propose(text, change)
    }

    pub fn propose(&mut self, text: &str, change: Option<ConfigurationChange>) -> bool {
        let is = self.raft.leadership();
        if is.role == Role::Follower && is.leader.is_some() {
            let message =
                Message { from: self.raft.id(), to: is.leader, term: Term::ZERO, body: Body::TransferLeader };
            let proposal = Some((text.to_owned(), change));
            self.messages.push(Envelope { message, entries: Vec::new(), snapshot: None, proposal });
            return true;
        }
        if self.raft.check_proposal(0).is_err() {
            return false;
        }
        let accepted = self.append(text, change);
        self.pump(None);
        accepted
    }

    pub fn append(&mut self, text: &str, change: Option<ConfigurationChange>) -> bool {
        let log = self.raft.log();
        let (index, term) = (log.last().next(), self.raft.hard_state().term);
        let chain = Chain::new(index.get() << 32 | term.get() << 8 | text.len() as u64);
        let kind = if change.is_some() { EntryKind::Configuration } else { EntryKind::Normal };
        let length = text.len() as u32;
        let meta = EntryMeta { index, term, chain_before: log.last_chain(), chain, length, kind };
        self.journal.insert(index.get(), Entry { meta, text: text.to_owned(), change });
        self.boundaries.push(index);
        match change {
            Some(change) => self.raft.propose_change(&meta, &change).is_ok(),
            None => self.raft.propose(&meta).is_ok(),
        }
    }

    pub fn apply(&mut self, entry: &Entry) {
        assert_eq!(entry.meta.index, self.applied.next(), "each entry is applied once");
        self.applied = entry.meta.index;
        if let Some(change) = &entry.change {
            self.latest.configuration = self.raft.apply_change(change).expect("it was checked");
            self.pump(None);
        }
        let meta = entry.meta;
        self.latest.place = Place { index: meta.index, term: meta.term, chain: meta.chain };
    }

    pub fn compact(&mut self, index: Index) {
        let chain = self.raft.log().chain(index).unwrap();
        let term = self.raft.log().term(index).unwrap();
        self.raft.compacted(Place { index, term, chain });
        self.journal.retain(|at, _| *at > index.get());
    }

    pub fn snapshot_for(&self, to: NodeId) -> Envelope {
        let place = self.latest.place;
        let chunk = tidemill_raft::message::SnapshotChunk { place, offset: 0, length: 1, total: 1 };
        let term = self.raft.hard_state().term;
        let message = Message { from: self.raft.id(), to, term, body: Body::Snapshot(chunk) };
        Envelope { message, entries: Vec::new(), snapshot: Some(self.latest), proposal: None }
    }
}
