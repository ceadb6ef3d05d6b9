//! The leader's clock: heartbeats, and the look at whether a quorum is still there.

use tidemill_core::ids::Index;

use crate::ids::NodeId;
use crate::message::{Body, Losses};
use crate::output::Role;
use crate::progress::ProgressState;
use crate::quorum::{VoteResult, vote_result_jointly};
use crate::raft::Raft;

impl Raft {
    pub(crate) fn tick_leader(&mut self) {
        self.heartbeat_elapsed += 1;
        self.election_elapsed += 1;
        if self.election_elapsed >= self.options.election_ticks {
            self.election_elapsed = 0;
            if self.options.check_quorum {
                self.check_quorum();
            }
            if self.role != Role::Leader {
                return;
            }
            // Who did not take over in all that time will not.
            self.transferee = NodeId::NONE;
        }
        self.tick_streams();
        if self.heartbeat_elapsed >= self.options.heartbeat_ticks {
            self.heartbeat_elapsed = 0;
            self.broadcast_heartbeat();
        }
    }

    fn check_quorum(&mut self) {
        let active = |id| Some(id == self.id || self.progress[self.place_of(id)?].recently_active);
        let result = vote_result_jointly(&self.configuration.voters, &self.configuration.outgoing, active);
        if result != VoteResult::Won {
            self.become_follower(self.hard_state.term, NodeId::NONE);
        }
        for member in &mut self.progress {
            member.recently_active &= member.id == self.id;
        }
    }

    pub(crate) fn broadcast_heartbeat(&mut self) {
        assert!(self.role == Role::Leader, "only a leader shows itself");
        let read_round = self.reads.round_under_way();
        for at in 0..self.progress.len() {
            let member = &self.progress[at];
            let to = member.id;
            if to == self.id {
                continue;
            }
            let commit = self.log.commit.min(member.matched);
            // A learner as of what is applied here counts again when it has applied that too.
            let learns = member.amnesiac && self.configuration.learners.contains(to);
            let rejoin = if learns { self.log.applied } else { Index::ZERO };
            self.progress[at].sent_commit = commit;
            self.send(to, Body::Heartbeat { commit, read_round, rejoin });
        }
    }

    pub(crate) fn on_heartbeat_reply(&mut self, from: NodeId, read_round: u64, losses: Losses) {
        if self.role != Role::Leader {
            return;
        }
        let Some(at) = self.place_of(from) else { return };
        self.note_losses(at, &losses);
        let member = &mut self.progress[at];
        member.recently_active |= !member.amnesiac;
        member.paused = false;
        member.read_round = member.read_round.max(read_round);
        if member.matched < self.log.last() || member.state == ProgressState::Probe {
            self.send_append(at, true);
        }
        self.confirm_reads();
    }
}
