//! Leadership handed over on purpose: to spread leaders, before a restart, and away from a bad disk.

use crate::election::Campaign;
use crate::ids::NodeId;
use crate::message::Body;
use crate::options::ReadMode;
use crate::output::Role;
use crate::progress::ProgressState;
use crate::raft::{Health, Raft};

impl Raft {
    /// Hands leadership over to `to`, if this replica leads; asks the leader to, otherwise (then `to` must be
    /// this one).
    pub fn transfer_leadership(&mut self, to: NodeId) {
        if self.role == Role::Leader {
            self.on_transfer(to);
        } else if self.leader.is_some() && to == self.id {
            self.send(self.leader, Body::TransferLeader);
        }
        self.settle();
    }

    pub(crate) fn on_transfer(&mut self, to: NodeId) {
        if self.role != Role::Leader || to == self.id || self.transferee == to {
            return;
        }
        let Some(at) = self.place_of(to) else { return };
        if self.progress[at].learner {
            return;
        }
        self.election_elapsed = 0;
        self.transferee = to;
        if self.progress[at].matched == self.log.last() {
            self.send(to, Body::TimeoutNow);
        } else {
            self.send_append(at, true);
        }
    }

    pub(crate) fn on_timeout_now(&mut self) {
        if self.role == Role::Follower {
            self.hup(Campaign::Transfer);
        }
    }

    /// Forgets who leads, so that this replica consents to another one at once. For drivers that know that
    /// the leader's node is gone.
    pub fn forget_leader(&mut self) {
        // A lease must not be cut short where reads trust in it.
        if self.role == Role::Follower && self.options.read_mode != ReadMode::Lease {
            self.leader = NodeId::NONE;
        }
        self.settle();
    }

    /// The disk is slow, or no longer. A leader hands over to whoever is furthest; others do not campaign
    /// unless nobody else does.
    pub fn disk_slow(&mut self, slow: bool) {
        if self.health == Health::Failed {
            return;
        }
        self.health = if slow { Health::Slow } else { Health::Good };
        if let Some(heir) = self.heir().filter(|_| slow) {
            self.on_transfer(heir);
        }
        self.settle();
    }

    /// A write or flush failed: nothing that this replica says can be trusted to be durable from here on. It
    /// asks somebody to take over and falls silent; the process ends.
    pub fn disk_failed(&mut self) {
        if let Some(heir) = self.heir() {
            self.send(heir, Body::TimeoutNow);
        }
        self.become_follower(self.hard_state.term, NodeId::NONE);
        self.health = Health::Failed;
        self.settle();
    }

    /// The voter that is furthest, as this leader sees it.
    fn heir(&self) -> Option<NodeId> {
        if self.role != Role::Leader {
            return None;
        }
        let fit = self.progress.iter().filter(|member| {
            member.id != self.id
                && !member.learner
                && !member.amnesiac
                && member.state == ProgressState::Replicate
                && self.configuration.voters.contains(member.id)
        });
        fit.max_by_key(|member| (member.matched, std::cmp::Reverse(member.id))).map(|member| member.id)
    }
}
