//! One replica: its state, and the doors through which the driver puts things in. What each input does is in
//! the rooms beside this one.

use tidemill_core::ids::{Index, Term};

use crate::confchange::fresh_progress;
use crate::configuration::Configuration;
use crate::entry::{EntryMeta, HardState};
use crate::ids::NodeId;
use crate::inflights::Inflights;
use crate::limits::OUTPUT_MESSAGE_COUNT_MAX;
use crate::log::Log;
use crate::message::{Body, Message};
use crate::options::{Boot, Options};
use crate::output::{HardStateWrite, Leadership, Output, Role, Wanted};
use crate::progress::Progress;
use crate::read_index::Reads;
use crate::recovery::Recovery;
use crate::replies::Replies;
use crate::snapshot::Incoming;

/// How the disk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Good,
    Slow,
    Failed,
}

/// A replica of one partition. See the crate's page for how to drive it.
#[derive(Debug)]
pub struct Raft {
    pub(crate) options: Options,
    pub(crate) id: NodeId,
    pub(crate) hard_state: HardState,
    pub(crate) hard_state_version: u64,
    pub(crate) hard_state_durable: u64,
    pub(crate) role: Role,
    pub(crate) leader: NodeId,
    pub(crate) log: Log,
    pub(crate) configuration: Configuration,
    /// Sorted by id.
    pub(crate) progress: Vec<Progress>,
    pub(crate) election_elapsed: u32,
    pub(crate) heartbeat_elapsed: u32,
    pub(crate) election_timeout: u32,
    /// Election timeouts since a leader was heard of.
    pub(crate) lonely_elections: u32,
    pub(crate) random: u64,
    /// The version of the hard state that makes this candidate's vote for itself durable.
    pub(crate) own_vote: Option<u64>,
    pub(crate) transferee: NodeId,
    pub(crate) pending_configuration: Index,
    pub(crate) uncommitted_bytes: u64,
    pub(crate) wanted: Option<Wanted>,
    pub(crate) replies: Replies,
    pub(crate) reads: Reads,
    pub(crate) recovery: Recovery,
    pub(crate) incoming: Option<Incoming>,
    pub(crate) health: Health,
    reported: Option<Leadership>,
    pub(crate) output: Output,
}

impl Raft {
    /// A follower that goes on from what is durable.
    pub fn new(options: Options, boot: Boot<'_>) -> Self {
        options.assert_sound();
        let mut log = boot.log;
        assert!(
            boot.applied >= log.base().index && boot.applied <= log.last(),
            "the log covers what is applied"
        );
        let commit = boot.commit.min(log.last()).max(boot.applied);
        (log.applied, log.commit, log.durable) = (boot.applied, commit, log.last());
        let inflights = Inflights::new(options.inflight_count_max, options.inflight_bytes_max);
        let recovery = Recovery::new(boot.doubt, boot.damages, boot.amnesia, &log);
        let mut raft = Self {
            id: options.id,
            hard_state: boot.hard_state,
            hard_state_version: 0,
            hard_state_durable: 0,
            role: Role::Follower,
            leader: NodeId::NONE,
            progress: fresh_progress(&boot.configuration, log.last(), &inflights),
            log,
            configuration: boot.configuration,
            election_elapsed: 0,
            heartbeat_elapsed: 0,
            election_timeout: 0,
            lonely_elections: 0,
            random: options.seed,
            own_vote: None,
            transferee: NodeId::NONE,
            pending_configuration: Index::ZERO,
            uncommitted_bytes: 0,
            wanted: None,
            replies: Replies::new(),
            reads: Reads::new(),
            recovery,
            incoming: None,
            health: Health::Good,
            reported: None,
            output: Output::default(),
            options,
        };
        // Entries may have become durable before the term that they are of; nothing was promised in it.
        let entries = raft.log.last() > raft.log.base().index;
        let of_entries = if entries { raft.log.last_term() } else { Term::ZERO };
        raft.become_follower(raft.hard_state.term.max(of_entries), NodeId::NONE);
        raft.reported = Some(raft.leadership());
        raft.output.commit = (commit > boot.applied).then_some(commit);
        raft
    }

    /// A tick of the driver's clock passed.
    pub fn tick(&mut self) {
        if self.health == Health::Failed {
            return;
        }
        self.tick_repairs();
        match self.role {
            Role::Leader => self.tick_leader(),
            _ => self.tick_election(),
        }
        self.settle();
    }

    /// A message arrived, with the entries that travel with an append or the one of a repair (checked against
    /// their own checksums by the driver).
    pub fn step(&mut self, message: &Message, entries: &[EntryMeta]) {
        if self.health == Health::Failed || message.to != self.id || message.from == self.id {
            return;
        }
        if !message.body.has_term() || self.accept_term(message) {
            self.dispatch(message, entries);
        }
        self.settle();
    }

    /// The hard state of this version is durable, and all before it.
    pub fn hard_state_durable(&mut self, version: u64) {
        assert!(version <= self.hard_state_version, "it was written before it is durable");
        self.hard_state_durable = self.hard_state_durable.max(version);
        self.release_replies();
        self.count_own_vote();
        self.settle();
    }

    /// All entries up to `index` are durable, said of the log as it was at `epoch` ([`Raft::log_epoch`] when
    /// they were stored): a report from before a truncation is ignored.
    pub fn log_durable(&mut self, index: Index, epoch: u64) {
        assert!(epoch <= self.log.epoch, "nobody reports the future");
        if epoch != self.log.epoch || index <= self.log.durable {
            return;
        }
        assert!(index <= self.log.last(), "only what was stored can be durable");
        self.log.durable = index;
        self.settle_doubt();
        self.release_replies();
        if self.role == Role::Leader {
            self.acknowledge_own(index);
        }
        self.settle();
    }

    /// The state machine applied all up to `index`.
    pub fn applied(&mut self, index: Index) {
        assert!(index <= self.log.commit, "only what is committed is applied");
        self.log.applied = self.log.applied.max(index);
        self.leave_joint_when_applied();
        self.settle_amnesia();
        self.settle();
    }

    /// A snapshot covers all up to `base`, and the journal forgot it.
    pub fn compacted(&mut self, base: crate::entry::Place) {
        if base.index > self.log.base().index {
            self.log.compact(base);
        }
    }

    /// What is to be done. Take it all, then [`Output::clear`] it.
    pub fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    /// An entry that consensus itself needs: seal it in the journal behind the last one, then
    /// [`Raft::propose`] it (or [`Raft::propose_change`] with [`crate::ConfigurationChange::LEAVE`]). Stays
    /// until it was proposed.
    pub fn wanted(&self) -> Option<Wanted> {
        self.wanted
    }

    /// Which replica this is.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Who leads, as seen from here.
    pub fn leadership(&self) -> Leadership {
        Leadership { term: self.hard_state.term, leader: self.leader, role: self.role }
    }

    /// Term and vote, durable or not.
    pub fn hard_state(&self) -> HardState {
        self.hard_state
    }

    /// What is known of the log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Counts truncations; goes with [`Raft::log_durable`].
    pub fn log_epoch(&self) -> u64 {
        self.log.epoch
    }

    /// Who belongs to the group.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What a leader knows of the replicas.
    pub fn progress(&self) -> &[Progress] {
        &self.progress
    }

    /// Sets when the next election starts, for scripted tests.
    #[doc(hidden)]
    pub fn set_election_timeout(&mut self, ticks: u32) {
        self.election_timeout = ticks;
    }

    pub(crate) fn set_hard_state(&mut self, term: Term, vote: NodeId) {
        assert!(term >= self.hard_state.term, "terms go up");
        let state = HardState { term, vote };
        if state != self.hard_state {
            self.hard_state = state;
            self.hard_state_version += 1;
            self.output.hard_state = Some(HardStateWrite { version: self.hard_state_version, state });
        }
    }

    pub(crate) fn place_of(&self, id: NodeId) -> Option<usize> {
        self.progress.binary_search_by_key(&id, |member| member.id).ok()
    }

    pub(crate) fn send(&mut self, to: NodeId, body: Body) {
        let term = if body.has_term() { self.hard_state.term } else { Term::ZERO };
        self.send_in_term(to, term, body);
    }

    pub(crate) fn send_in_term(&mut self, to: NodeId, term: Term, body: Body) {
        assert!(to.is_some() && to != self.id, "messages go to others");
        assert!(
            self.output.messages.len() < OUTPUT_MESSAGE_COUNT_MAX,
            "the driver takes what there is to send"
        );
        self.output.messages.push(Message { from: self.id, to, term, body });
    }

    /// After each input: says what changed, and checks what must hold.
    pub(crate) fn settle(&mut self) {
        let leadership = self.leadership();
        if self.reported != Some(leadership) {
            self.reported = Some(leadership);
            self.output.leadership = Some(leadership);
        }
        assert!(
            self.log.applied <= self.log.commit && self.log.commit <= self.log.last(),
            "applied, commit, last"
        );
        assert!(self.log.durable <= self.log.last(), "durable entries exist");
        assert_eq!(self.role == Role::Leader, self.leader == self.id, "a leader knows that it leads");
    }

    fn dispatch(&mut self, message: &Message, entries: &[EntryMeta]) {
        let from = message.from;
        if message.body.is_from_leader() && !self.follow(from) {
            return;
        }
        match message.body {
            Body::Append(append) => self.on_append(from, &append, entries),
            Body::AppendReply(reply) => self.on_append_reply(from, &reply),
            Body::Heartbeat { commit, read_round, rejoin } => {
                self.on_heartbeat(from, commit, read_round, rejoin)
            }
            Body::HeartbeatReply { read_round, losses } => self.on_heartbeat_reply(from, read_round, losses),
            Body::Vote { pre, last_index, last_term, .. } => {
                self.on_vote(message, pre, last_term, last_index)
            }
            Body::VoteReply { pre, rejected } => self.on_vote_reply(from, pre, rejected),
            Body::Snapshot(chunk) => self.on_snapshot(from, &chunk),
            Body::SnapshotReply { index, offset, rejected } => {
                self.on_snapshot_reply(from, index, offset, rejected);
            }
            Body::TimeoutNow => self.on_timeout_now(),
            Body::TransferLeader => self.on_transfer(from),
            Body::Read { request } => self.on_read(from, request),
            Body::ReadReply { request, index } => self.on_read_reply(request, index),
            Body::DoubtQuery => self.on_doubt_query(from),
            Body::DoubtReply { last } => self.on_doubt_reply(message, last),
            Body::RepairRequest { index, chain } => self.on_repair_request(from, index, chain),
            Body::RepairReply { index, chain } => self.on_repair_reply(index, chain, entries),
        }
    }

    /// A leader of our term spoke. `false` when that cannot be.
    fn follow(&mut self, leader: NodeId) -> bool {
        match self.role {
            // One leader a term: it is a forgery or a fault, and not to be obeyed.
            Role::Leader => return false,
            Role::Follower => {}
            Role::PreCandidate | Role::Candidate => self.become_follower(self.hard_state.term, leader),
        }
        self.election_elapsed = 0;
        self.lonely_elections = 0;
        self.leader = leader;
        true
    }
}
