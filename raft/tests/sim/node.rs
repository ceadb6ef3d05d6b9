//! A replica with its driver: a journal and a hard state on a disk that loses what was not flushed, a state
//! machine that is a digest, snapshots in pieces.

use tidemill_core::ids::{Index, Term};
use tidemill_raft::message::{Body, Message};
use tidemill_raft::{
    Alarm, Boot, Chain, Configuration, ConfigurationChange, Damage, Doubt, EntryKind, EntryMeta, HardState,
    HardStateWrite, Log, LogOperation, NodeId, Options, Place, Raft, Role, SnapshotEvent, Wanted,
};

use super::chance::mix;
use super::checks::Checks;

/// An entry with its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub meta: EntryMeta,
    pub payload: u64,
    pub change: Option<ConfigurationChange>,
    pub damaged: bool,
}

impl Entry {
    /// Seals an entry behind `before`.
    pub fn sealed(
        index: Index,
        term: Term,
        before: Chain,
        payload: u64,
        change: Option<ConfigurationChange>,
    ) -> Self {
        let chain = Chain::new(mix(before.get() ^ mix(index.get() ^ mix(term.get() ^ mix(payload)))));
        let kind = if change.is_some() { EntryKind::Configuration } else { EntryKind::Normal };
        let meta = EntryMeta { index, term, chain_before: before, chain, length: 100, kind };
        Self { meta, payload, change, damaged: false }
    }
}

/// The state at an index.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot {
    pub place: Place,
    pub configuration: Configuration,
    pub digest: u64,
}

/// What travels.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub message: Message,
    pub entries: Vec<Entry>,
    pub snapshot: Option<Snapshot>,
}

/// What survives a crash.
#[derive(Debug, Clone)]
pub struct Disk {
    pub hard_state: HardState,
    pub commit: Index,
    pub journal: Vec<Entry>,
    pub snapshot: Snapshot,
}

/// One replica.
#[derive(Debug)]
pub struct Node {
    pub id: NodeId,
    pub raft: Option<Raft>,
    pub disk: Disk,
    /// Behind the snapshot, written or not.
    pub journal: Vec<Entry>,
    pub writes: Vec<(Index, u64)>,
    pub hard_state_write: Option<HardStateWrite>,
    pub state: Snapshot,
    pub outbox: Vec<Envelope>,
    pub lost_peers: Vec<NodeId>,
    pub damaged_since: u64,
    pub options: Options,
}

impl Node {
    pub fn new(options: Options, configuration: Configuration) -> Self {
        let state = Snapshot { place: Place::default(), configuration, digest: 0 };
        let disk = Disk {
            hard_state: HardState::default(),
            commit: Index::ZERO,
            journal: Vec::new(),
            snapshot: state,
        };
        let mut node = Self {
            id: options.id,
            raft: None,
            disk,
            journal: Vec::new(),
            writes: Vec::new(),
            hard_state_write: None,
            state,
            outbox: Vec::new(),
            lost_peers: Vec::new(),
            damaged_since: 0,
            options,
        };
        node.start(None, &[], false);
        node
    }

    /// Starts from what is on the disk.
    pub fn start(&mut self, doubt: Option<Doubt>, damages: &[Damage], amnesia: bool) {
        assert!(self.raft.is_none(), "it does not run");
        self.journal.clone_from(&self.disk.journal);
        self.state = self.disk.snapshot;
        let mut log = Log::new(self.state.place, 1 << 12);
        let mut term = self.state.place.term;
        for entry in &self.journal {
            let mut meta = entry.meta;
            if entry.damaged {
                // All that is known of it lies in its neighbours.
                (meta.term, meta.chain, meta.chain_before) = (term, Chain::default(), Chain::default());
            }
            term = meta.term;
            log.push(&meta);
        }
        let mut boot = Boot::new(self.disk.hard_state, log, self.state.configuration);
        (boot.doubt, boot.damages, boot.amnesia) = (doubt, damages, amnesia);
        boot.commit = self.disk.commit;
        self.options.seed = mix(self.options.seed);
        let mut raft = Raft::new(self.options.clone(), boot);
        self.hard_state_write = raft.output().hard_state.take();
        self.raft = Some(raft);
    }

    /// Stops at once. `kept` unflushed entries and maybe the hard state happen to be on the disk.
    pub fn crash(&mut self, kept: usize, keep_hard_state: bool) {
        self.raft = None;
        if keep_hard_state && let Some(write) = self.hard_state_write {
            self.disk.hard_state = write.state;
        }
        let flushed = self.disk.journal.len();
        let goes_on = self.journal.len() > flushed
            && (flushed == 0
                || self.journal[flushed - 1].meta.chain == self.disk.journal[flushed - 1].meta.chain);
        if goes_on {
            self.disk.journal.extend(self.journal[flushed..].iter().take(kept));
        }
        self.writes.clear();
        self.hard_state_write = None;
        self.outbox.clear();
        self.lost_peers.clear();
    }

    pub fn is_sound(&self) -> bool {
        self.raft
            .as_ref()
            .is_some_and(|raft| raft.doubtful().is_none() && !raft.is_amnesiac() && raft.damages().is_empty())
    }

    pub fn is_leader(&self) -> bool {
        self.raft.as_ref().is_some_and(|raft| raft.leadership().role == Role::Leader)
    }

    fn raft(&mut self) -> &mut Raft {
        self.raft.as_mut().expect("it runs")
    }

    /// Gives `act` to the replica and does what comes of it.
    pub fn input(&mut self, checks: &mut Checks, act: impl FnOnce(&mut Raft)) {
        act(self.raft());
        self.pump(None, checks);
    }

    pub fn receive(&mut self, envelope: &Envelope, checks: &mut Checks) {
        let metas: Vec<_> = envelope.entries.iter().map(|entry| entry.meta).collect();
        self.raft().step(&envelope.message, &metas);
        self.pump(Some(envelope), checks);
    }

    fn pump(&mut self, envelope: Option<&Envelope>, checks: &mut Checks) {
        for round in 0.. {
            assert!(round < 100, "it never comes to rest");
            let mut output = std::mem::take(self.raft().output());
            for operation in output.log.drain(..) {
                self.operate(operation, envelope);
            }
            if let Some(write) = output.hard_state {
                self.hard_state_write = Some(write);
            }
            for message in output.messages.drain(..) {
                let filled = self.fill(message);
                self.outbox.push(filled);
            }
            for event in &output.snapshots {
                self.on_snapshot(*event, envelope);
            }
            for alarm in output.alarms.drain(..) {
                checks.note(alarm);
                if let Alarm::PeerLostDisk { peer } = alarm {
                    self.lost_peers.push(peer);
                }
            }
            let reads = std::mem::take(&mut output.reads);
            checks.reads(self.id, &reads);
            checks.observe(self);
            let busy = !output.snapshots.is_empty();
            output.clear();
            match self.raft().wanted() {
                Some(Wanted::TermStart) => self.append(0, None),
                Some(Wanted::LeaveJoint) => self.append(0, Some(ConfigurationChange::LEAVE)),
                None if busy => {}
                None => return,
            }
        }
    }

    fn offset(&self, index: Index) -> usize {
        index.distance_from(self.disk.snapshot.place.index) as usize - 1
    }

    pub fn entry(&self, index: Index) -> Option<&Entry> {
        let before = index.get().checked_sub(self.disk.snapshot.place.index.get() + 1)?;
        self.journal.get(before as usize)
    }

    fn operate(&mut self, operation: LogOperation, envelope: Option<&Envelope>) {
        match operation {
            LogOperation::Truncate { last } => {
                let keep = last.distance_from(self.disk.snapshot.place.index) as usize;
                self.journal.truncate(keep);
            }
            LogOperation::Store { first, last } => {
                for entry in &envelope.expect("entries come with a message").entries {
                    if entry.meta.index >= first && entry.meta.index <= last {
                        assert_eq!(self.offset(entry.meta.index), self.journal.len(), "without a gap");
                        self.journal.push(*entry);
                    }
                }
            }
            LogOperation::Repair { index, chain } => {
                let entry = envelope.expect("the entry comes with a message").entries[0];
                assert_eq!((entry.meta.index, entry.meta.chain), (index, chain));
                let at = self.offset(index);
                self.journal[at] = entry;
                if let Some(slot) = self.disk.journal.get_mut(at) {
                    *slot = entry;
                }
            }
        }
    }

    fn fill(&self, message: Message) -> Envelope {
        let mut entries = Vec::new();
        let mut snapshot = None;
        match message.body {
            Body::Append(append) => {
                let range = append.previous_index.get() + 1..=append.last_index().get();
                entries.extend(range.map(|index| *self.entry(Index::new(index)).expect("the log has it")));
                assert!(entries.iter().all(|entry| !entry.damaged), "damaged entries stay here");
            }
            Body::RepairReply { index, .. } => entries.extend(self.entry(index).copied()),
            Body::Snapshot(_) => snapshot = Some(self.disk.snapshot),
            _ => {}
        }
        Envelope { message, entries, snapshot }
    }

    fn on_snapshot(&mut self, event: SnapshotEvent, envelope: Option<&Envelope>) {
        match event {
            SnapshotEvent::Wanted { to } => {
                let place = self.disk.snapshot.place;
                self.raft().send_snapshot(to, place, 350);
            }
            SnapshotEvent::Install { place } => {
                let snapshot =
                    envelope.and_then(|envelope| envelope.snapshot).expect("it comes with a message");
                if snapshot.place != place {
                    // The sender took another one meanwhile: what arrived is of no use.
                    self.raft().snapshot_refused();
                    return;
                }
                self.journal.clear();
                self.disk.journal.clear();
                self.writes.clear();
                (self.disk.snapshot, self.state) = (snapshot, snapshot);
                self.raft().snapshot_installed(place, &snapshot.configuration);
            }
            SnapshotEvent::Write { .. } | SnapshotEvent::Finished { .. } => {}
        }
    }

    /// The leader appends an entry.
    pub fn append(&mut self, payload: u64, change: Option<ConfigurationChange>) {
        let raft = self.raft.as_mut().expect("it runs");
        let log = raft.log();
        let entry =
            Entry::sealed(log.last().next(), raft.hard_state().term, log.last_chain(), payload, change);
        self.journal.push(entry);
        match &change {
            Some(change) => raft.propose_change(&entry.meta, change),
            None => raft.propose(&entry.meta),
        }
        .expect("it was asked before");
    }

    pub fn propose(
        &mut self,
        payload: u64,
        change: Option<ConfigurationChange>,
        checks: &mut Checks,
    ) -> bool {
        let raft = self.raft();
        let allowed = match &change {
            Some(change) => raft.check_change(change, 100),
            None => raft.check_proposal(100),
        };
        if allowed.is_ok() {
            self.append(payload, change);
            self.pump(None, checks);
        }
        allowed.is_ok()
    }

    /// Applies up to `count` committed entries.
    pub fn apply(&mut self, count: usize, checks: &mut Checks) {
        for _ in 0..count {
            let next = self.state.place.index.next();
            let commit = self.raft().log().commit();
            let Some(entry) = self.entry(next).copied().filter(|entry| next <= commit && !entry.damaged)
            else {
                return;
            };
            self.state.place = Place { index: next, term: entry.meta.term, chain: entry.meta.chain };
            self.state.digest = mix(self.state.digest ^ entry.payload ^ entry.meta.index.get());
            checks.applied(self.id, next, self.state.digest);
            if let Some(change) = &entry.change
                && let Ok(configuration) = self.raft().apply_change(change)
            {
                self.state.configuration = configuration;
            }
            self.input(checks, |raft| raft.applied(next));
        }
    }

    /// A flush begins.
    pub fn begin_write(&mut self) {
        let raft = self.raft.as_ref().expect("it runs");
        let write = (raft.log().last(), raft.log_epoch());
        if raft.log().last() > raft.log().durable() && self.writes.last() != Some(&write) {
            self.writes.push(write);
        }
    }

    /// The oldest flush ends.
    pub fn end_write(&mut self, checks: &mut Checks) {
        if self.writes.is_empty() {
            return;
        }
        let (index, epoch) = self.writes.remove(0);
        if epoch == self.raft().log_epoch() {
            self.disk.commit = self.raft().log().commit().min(index);
            let flushed = index.distance_from(self.disk.snapshot.place.index) as usize;
            let (disk, journal) = (&mut self.disk.journal, &self.journal[..flushed]);
            let same =
                disk.iter().zip(journal).take_while(|(old, new)| old.meta.chain == new.meta.chain).count();
            disk.truncate(same);
            disk.extend_from_slice(&journal[same..]);
        }
        self.input(checks, |raft| raft.log_durable(index, epoch));
    }

    pub fn end_hard_state_write(&mut self, checks: &mut Checks) {
        if let Some(write) = self.hard_state_write.take() {
            self.disk.hard_state = write.state;
            self.input(checks, |raft| raft.hard_state_durable(write.version));
        }
    }

    /// Takes a snapshot of what is applied, and forgets the log up to there.
    pub fn compact(&mut self) {
        let (place, old) = (self.state.place, self.disk.snapshot.place.index);
        let raft = self.raft.as_mut().expect("it runs");
        if place.index <= old || raft.log().durable() < place.index || !raft.damages().is_empty() {
            return;
        }
        let sending = raft.progress().iter().any(|member| member.pending_snapshot > Index::ZERO);
        if sending && raft.leadership().role == Role::Leader {
            return;
        }
        raft.compacted(place);
        let gone = place.index.distance_from(old) as usize;
        self.journal.drain(..gone);
        self.disk.journal.drain(..gone.min(self.disk.journal.len()));
        self.disk.snapshot = self.state;
    }
}
