//! What was lost here and may have been acknowledged (protocol-aware recovery, Alagappan et al., FAST 2018).
//!
//! *Doubt*: entries at the end of the log are gone. They may have counted for a commit, so this replica acts
//! as if it still had them: it votes only for a log that would hold them too, and does not campaign. Its
//! doubt ends when its own durable log is as good as what it lost, which a leader sees to; or when enough
//! peers, in a later term than that of the lost entries, prove that they never had them: index i was
//! committed only if a quorum has it, and those who lack it are no part of one. A group of one voter has
//! nobody to ask: it reports and goes on.
//!
//! *Amnesia*: all is gone, terms and votes included. Neither votes nor acknowledgements count. The group
//! makes the replica a learner; once it has applied what its leader had applied *after* hearing of the loss,
//! with itself a learner there, it is as good as a new one and may be made a voter again.

use tidemill_core::ids::{Index, Term};

use crate::ids::NodeId;
use crate::limits::DAMAGE_COUNT_MAX;
use crate::log::Log;
use crate::member_set::MEMBER_COUNT_MAX;
use crate::message::{Body, Losses, Message};
use crate::options::{Damage, Doubt};
use crate::output::Alarm;
use crate::quorum::committed_jointly;
use crate::raft::Raft;

/// What is not sound here.
#[derive(Debug)]
pub(crate) struct Recovery {
    pub(crate) doubt: Option<Doubt>,
    /// Who said what it has, in a term above the doubt's.
    denials: Vec<(NodeId, Index)>,
    pub(crate) damages: Vec<Damage>,
    pub(crate) repair_ticks: u32,
    pub(crate) repair_peer: usize,
    amnesia: bool,
    rejoin: Index,
}

impl Recovery {
    pub(crate) fn new(doubt: Option<Doubt>, damages: &[Damage], amnesia: bool, log: &Log) -> Self {
        assert!(damages.len() <= DAMAGE_COUNT_MAX, "more damage than can be repaired entry by entry");
        assert!(
            damages.iter().all(|damage| damage.first <= damage.last && damage.last < log.last()),
            "damage lies before an intact entry; at the end of the log it is doubt"
        );
        let doubt = doubt.filter(|doubt| (doubt.last_term, doubt.last_index) > (log.last_term(), log.last()));
        let mut own = Vec::with_capacity(DAMAGE_COUNT_MAX);
        own.extend_from_slice(damages);
        Self {
            doubt,
            denials: Vec::with_capacity(2 * MEMBER_COUNT_MAX),
            damages: own,
            repair_ticks: 0,
            repair_peer: 0,
            amnesia,
            rejoin: Index::ZERO,
        }
    }
}

impl Raft {
    /// What this replica lost at the end of its log, and has not got back.
    pub fn doubtful(&self) -> Option<Doubt> {
        self.recovery.doubt
    }

    /// Whether this replica lost its disk and has not rejoined.
    pub fn is_amnesiac(&self) -> bool {
        self.recovery.amnesia
    }

    pub(crate) fn is_in_doubt(&self) -> bool {
        self.recovery.doubt.is_some() || self.recovery.amnesia
    }

    pub(crate) fn may_vote(&self) -> bool {
        !self.recovery.amnesia
    }

    /// Whether a candidate whose log ends there holds all that was lost here.
    pub(crate) fn is_safe_to_elect(&self, last_term: Term, last_index: Index) -> bool {
        let lost = self.recovery.doubt.map(|doubt| (doubt.last_term, doubt.last_index));
        lost.is_none_or(|lost| (last_term, last_index) >= lost)
    }

    pub(crate) fn losses(&self) -> Losses {
        let amnesia = self.recovery.amnesia;
        Losses { tail: self.recovery.doubt.is_some() || amnesia, amnesia, last: self.log.last() }
    }

    pub(crate) fn doubt(&mut self, doubt: Doubt) {
        let known = self
            .recovery
            .doubt
            .map_or((Term::ZERO, Index::ZERO), |doubt| (doubt.last_term, doubt.last_index));
        if (doubt.last_term, doubt.last_index) > known {
            self.recovery.denials.clear();
            self.recovery.doubt = Some(doubt);
        }
    }

    /// Ends the doubt when the durable log is as good as what was lost.
    pub(crate) fn settle_doubt(&mut self) {
        let Some(doubt) = self.recovery.doubt else { return };
        let durable = self.log.durable;
        let term = self.log.term(durable).expect("the durable end lies within the log");
        if (term, durable) >= (doubt.last_term, doubt.last_index) {
            self.recovery.doubt = None;
            self.recovery.denials.clear();
        }
    }

    /// A group of one has nobody who could have what it lost.
    pub(crate) fn overrules_doubt(&self) -> bool {
        let configuration = &self.configuration;
        let alone = configuration.voters.len() == 1 && !configuration.is_joint();
        alone
            && configuration.voters.contains(self.id)
            && self.recovery.doubt.is_some()
            && !self.recovery.amnesia
    }

    pub(crate) fn settle_doubt_alone(&mut self) {
        if self.overrules_doubt() {
            let last = self.recovery.doubt.take().expect("it is overruled").last_index;
            self.output.alarms.push(Alarm::DoubtOverruled { last });
        }
    }

    /// The operator takes the log as it is, though entries that were acknowledged may be lost. Returns up to
    /// where.
    pub fn overrule_doubt(&mut self) -> Option<Index> {
        let last = self.recovery.doubt.take()?.last_index;
        self.output.alarms.push(Alarm::DoubtOverruled { last });
        self.settle();
        Some(last)
    }

    /// Instead of an election, which a replica in doubt must not start.
    pub(crate) fn ask_about_doubt(&mut self) {
        let Some(doubt) = self.recovery.doubt else { return };
        if self.hard_state.term <= doubt.last_term {
            // Whoever answers in this term takes no more entries from the leader of the lost ones.
            self.become_follower(doubt.last_term.next(), NodeId::NONE);
        }
        for at in 0..self.progress.len() {
            let to = self.progress[at].id;
            if to != self.id && self.configuration.is_voter(to) {
                self.send(to, Body::DoubtQuery);
            }
        }
    }

    pub(crate) fn on_doubt_query(&mut self, from: NodeId) {
        if self.is_in_doubt() || self.is_installing() {
            return;
        }
        let last = self.log.last();
        self.reply(from, self.hard_state.term, Body::DoubtReply { last }, Index::ZERO);
    }

    pub(crate) fn on_doubt_reply(&mut self, message: &Message, last: Index) {
        let Some(doubt) = self.recovery.doubt else { return };
        // A change of the configuration that is not applied here may have other quorums.
        let settled = !self.log.may_change_configuration(self.log.applied, self.log.last());
        if message.term <= doubt.last_term || !settled || self.place_of(message.from).is_none() {
            return;
        }
        self.recovery.denials.retain(|(peer, _)| *peer != message.from);
        self.recovery.denials.push((message.from, last));
        let denials = &self.recovery.denials;
        let possible = |id| {
            let denied = denials.iter().find(|(peer, _)| *peer == id).map(|(_, last)| last.get());
            let own = (id == self.id).then_some(doubt.last_index.get());
            Some(own.or(denied).unwrap_or(u64::MAX))
        };
        let configuration = &self.configuration;
        let committed = committed_jointly(&configuration.voters, &configuration.outgoing, possible);
        if committed <= self.log.last().get() {
            self.recovery.doubt = None;
            self.recovery.denials.clear();
        } else if committed < doubt.last_index.get() {
            self.recovery.doubt = Some(Doubt { last_index: Index::new(committed), ..doubt });
        }
    }

    /// The leader's side: what a replica says it lost no longer counts.
    pub(crate) fn note_losses(&mut self, at: usize, losses: &Losses) {
        let member = &mut self.progress[at];
        let forgot = losses.amnesia && !member.amnesiac;
        let (peer, learner) = (member.id, member.learner);
        member.amnesiac = losses.amnesia;
        if losses.amnesia {
            member.recently_active = false;
        }
        if losses.tail {
            member.regress(losses.last);
        }
        if forgot && !learner {
            self.output.alarms.push(Alarm::PeerLostDisk { peer });
        }
        if losses.amnesia && learner {
            // Snapshots go to whoever is there; a learner is no part of the quorum.
            self.progress[at].recently_active = true;
        }
    }

    pub(crate) fn note_rejoin(&mut self, rejoin: Index) {
        if self.recovery.amnesia && rejoin > Index::ZERO {
            self.recovery.rejoin = rejoin;
            self.settle_amnesia();
        }
    }

    pub(crate) fn settle_amnesia(&mut self) {
        let rejoin = self.recovery.rejoin;
        let applied = rejoin > Index::ZERO && self.log.applied >= rejoin;
        if self.recovery.amnesia && applied && self.configuration.learners.contains(self.id) {
            self.recovery.amnesia = false;
        }
    }
}
