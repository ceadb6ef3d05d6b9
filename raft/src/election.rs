//! Terms, roles and votes. Pre-vote and check-quorum as in etcd/raft (Ongaro's thesis, sections 6.4.1 and
//! 9.6); the wait of a lower rank makes leaders spread over the nodes.

use tidemill_core::ids::{Index, Term};

use crate::ids::NodeId;
use crate::message::{AppendReply, Body, Message};
use crate::output::{Role, Wanted};
use crate::quorum::{VoteResult, vote_result_jointly};
use crate::raft::{Health, Raft};

/// So many elections pass before ranks no longer matter: the higher ones seem to be gone.
const LONELY_ELECTION_COUNT_MAX: u32 = 3;

/// How an election starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Campaign {
    PreElection,
    Election,
    Transfer,
}

impl Raft {
    /// Looks at the term of a message; `false` when it is dealt with.
    pub(crate) fn accept_term(&mut self, message: &Message) -> bool {
        let term = self.hard_state.term;
        if message.term == term {
            return true;
        }
        if message.term < term {
            self.on_lower_term(message);
            return false;
        }
        let disturbs = match message.body {
            Body::Vote { transfer, .. } => !transfer,
            Body::DoubtQuery => true,
            _ => false,
        };
        if disturbs && self.is_in_lease() {
            return false;
        }
        match message.body {
            // A pre-vote starts no term, nor does the consent to one.
            Body::Vote { pre: true, .. } | Body::VoteReply { pre: true, rejected: false } => {}
            body => {
                let leader = if body.is_from_leader() { message.from } else { NodeId::NONE };
                self.become_follower(message.term, leader);
            }
        }
        true
    }

    fn on_lower_term(&mut self, message: &Message) {
        match message.body {
            Body::Append(_) | Body::Heartbeat { .. }
                if self.options.check_quorum || self.options.pre_vote =>
            {
                // It may be stuck: we do not disturb it with a vote, but it has to learn of our term.
                let body = Body::AppendReply(self.acknowledgement(Index::ZERO));
                self.reply(message.from, self.hard_state.term, body, Index::ZERO);
            }
            Body::Vote { pre: true, .. } => {
                let body = Body::VoteReply { pre: true, rejected: true };
                self.reply(message.from, self.hard_state.term, body, Index::ZERO);
            }
            _ => {}
        }
    }

    pub(crate) fn acknowledgement(&self, index: Index) -> AppendReply {
        AppendReply {
            index,
            rejected: false,
            hint_index: Index::ZERO,
            hint_term: Term::ZERO,
            losses: self.losses(),
        }
    }

    /// Whether a leader was heard of so recently that nobody needs another.
    fn is_in_lease(&self) -> bool {
        self.options.check_quorum
            && self.leader.is_some()
            && self.election_elapsed < self.options.election_ticks
    }

    pub(crate) fn tick_election(&mut self) {
        self.election_elapsed += 1;
        if self.election_elapsed < self.election_timeout {
            return;
        }
        if self.is_promotable() {
            self.election_elapsed = 0;
            self.lonely_elections = self.lonely_elections.saturating_add(1);
            // A slow disk makes a bad leader; but a bad one is better than none.
            if self.health == Health::Good || self.lonely_elections > LONELY_ELECTION_COUNT_MAX {
                self.campaign_now();
            }
        } else if self.configuration.is_voter(self.id) && self.is_in_doubt() {
            self.election_elapsed = 0;
            self.ask_about_doubt();
        }
    }

    /// Starts an election, as if the timeout had passed.
    pub fn campaign(&mut self) {
        self.campaign_now();
        self.settle();
    }

    fn campaign_now(&mut self) {
        let how = if self.options.pre_vote { Campaign::PreElection } else { Campaign::Election };
        self.hup(how);
    }

    /// Whether this replica may lead.
    pub(crate) fn is_promotable(&self) -> bool {
        (self.overrules_doubt() || !self.is_in_doubt())
            && self.configuration.is_voter(self.id)
            && !self.is_installing()
            && !self.is_damaged()
            && self.health != Health::Failed
    }

    pub(crate) fn hup(&mut self, how: Campaign) {
        if self.role == Role::Leader || !self.is_promotable() {
            return;
        }
        // The configuration that the election needs may not be the one that is applied.
        if self.log.may_change_configuration(self.log.applied, self.log.commit) {
            return;
        }
        self.settle_doubt_alone();
        self.run(how);
    }

    fn run(&mut self, how: Campaign) {
        assert!(self.role != Role::Leader, "a leader has won already");
        let pre = how == Campaign::PreElection;
        let term = if pre {
            self.become_pre_candidate();
            self.hard_state.term.next()
        } else {
            self.become_candidate();
            self.hard_state.term
        };
        let body = Body::Vote {
            pre,
            transfer: how == Campaign::Transfer,
            last_index: self.log.last(),
            last_term: self.log.last_term(),
        };
        for at in 0..self.progress.len() {
            let to = self.progress[at].id;
            if to != self.id && self.configuration.is_voter(to) {
                self.send_in_term(to, term, body);
            }
        }
        if pre {
            // It promises nothing, so nothing needs to be durable.
            self.poll(self.id, true);
        } else {
            self.own_vote = Some(self.hard_state_version);
            self.count_own_vote();
        }
    }

    /// The candidate votes for itself when that is durable.
    pub(crate) fn count_own_vote(&mut self) {
        if self.own_vote.is_some_and(|version| version <= self.hard_state_durable) {
            self.own_vote = None;
            assert!(self.role == Role::Candidate && self.hard_state.vote == self.id, "its own vote");
            self.poll(self.id, true);
        }
    }

    pub(crate) fn on_vote(&mut self, message: &Message, pre: bool, last_term: Term, last_index: Index) {
        let vote = self.hard_state.vote;
        let can_vote = vote == message.from
            || (vote == NodeId::NONE && self.leader == NodeId::NONE)
            || (pre && message.term > self.hard_state.term);
        let trusted = self.may_vote() && self.is_safe_to_elect(last_term, last_index);
        if can_vote && trusted && self.log.is_up_to_date(last_term, last_index) {
            if !pre {
                self.election_elapsed = 0;
                self.set_hard_state(self.hard_state.term, message.from);
            }
            self.reply(message.from, message.term, Body::VoteReply { pre, rejected: false }, Index::ZERO);
        } else {
            let body = Body::VoteReply { pre, rejected: true };
            self.reply(message.from, self.hard_state.term, body, Index::ZERO);
        }
    }

    pub(crate) fn on_vote_reply(&mut self, from: NodeId, pre: bool, rejected: bool) {
        let expected = match self.role {
            Role::PreCandidate => pre,
            Role::Candidate => !pre,
            Role::Follower | Role::Leader => false,
        };
        if expected {
            self.poll(from, !rejected);
        }
    }

    fn poll(&mut self, from: NodeId, granted: bool) {
        let Some(at) = self.place_of(from) else { return };
        self.progress[at].vote.get_or_insert(granted);
        let votes = |id| self.place_of(id).and_then(|at| self.progress[at].vote);
        match vote_result_jointly(&self.configuration.voters, &self.configuration.outgoing, votes) {
            VoteResult::Pending => {}
            VoteResult::Won if self.role == Role::PreCandidate => self.run(Campaign::Election),
            // The others suffice, but this term is not durable here: after a crash it could be won again, and
            // then its entries would be written twice.
            VoteResult::Won if self.own_vote.is_some() => {}
            VoteResult::Won => self.become_leader(),
            VoteResult::Lost => self.become_follower(self.hard_state.term, NodeId::NONE),
        }
    }

    fn reset(&mut self, term: Term) {
        if term != self.hard_state.term {
            self.set_hard_state(term, NodeId::NONE);
        }
        self.leader = NodeId::NONE;
        self.own_vote = None;
        self.wanted = None;
        self.election_elapsed = 0;
        self.heartbeat_elapsed = 0;
        self.draw_election_timeout();
        self.transferee = NodeId::NONE;
        self.pending_configuration = Index::ZERO;
        self.uncommitted_bytes = 0;
        self.drop_reads();
        self.drop_streams();
        let (next, durable) = (self.log.last().next(), self.log.durable);
        for member in &mut self.progress {
            let matched = if member.id == self.id { durable } else { Index::ZERO };
            member.reset(matched, next);
        }
    }

    fn draw_election_timeout(&mut self) {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let base = self.options.election_ticks;
        let chance = ((mixed ^ (mixed >> 31)) % u64::from(base)) as u32;
        let ranked = self.lonely_elections < LONELY_ELECTION_COUNT_MAX;
        let rank = if ranked { self.options.rank.saturating_mul(self.options.rank_ticks) } else { 0 };
        self.election_timeout = base.saturating_add(chance).saturating_add(rank);
    }

    pub(crate) fn become_follower(&mut self, term: Term, leader: NodeId) {
        self.reset(term);
        self.role = Role::Follower;
        self.leader = leader;
    }

    fn become_pre_candidate(&mut self) {
        self.progress.iter_mut().for_each(|member| member.vote = None);
        self.own_vote = None;
        self.role = Role::PreCandidate;
        self.leader = NodeId::NONE;
    }

    fn become_candidate(&mut self) {
        self.reset(self.hard_state.term.next());
        self.set_hard_state(self.hard_state.term, self.id);
        self.role = Role::Candidate;
    }

    fn become_leader(&mut self) {
        assert!(self.role == Role::Candidate, "only a candidate wins");
        self.reset(self.hard_state.term);
        self.role = Role::Leader;
        self.leader = self.id;
        self.lonely_elections = 0;
        if let Some(at) = self.place_of(self.id) {
            self.progress[at].become_replicate();
            self.progress[at].recently_active = true;
        }
        // Changes that are in the log may be neither committed nor applied: no other one before that.
        self.pending_configuration = self.log.last();
        self.wanted = Some(Wanted::TermStart);
    }
}
