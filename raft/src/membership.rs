//! Changes of the configuration take effect when their entry is applied, on every replica at the same index.

use tidemill_core::ids::Index;

use crate::confchange::{ChangeError, Changer, fresh_progress};
use crate::configuration::{Configuration, ConfigurationChange};
use crate::ids::NodeId;
use crate::inflights::Inflights;
use crate::output::{Role, Wanted};
use crate::raft::Raft;

impl Raft {
    /// Applies the change in a committed entry, before [`Raft::applied`] is told of it. A change that is
    /// refused changes nothing, on any replica.
    pub fn apply_change(&mut self, change: &ConfigurationChange) -> Result<Configuration, ChangeError> {
        let changer = Changer {
            configuration: self.configuration,
            progress: self.progress.clone(),
            last_index: self.log.last(),
            inflights: self.fresh_inflights(),
        };
        let changed = changer.change(change)?;
        self.configuration = changed.configuration;
        self.progress = changed.progress;
        self.configuration_changed();
        self.settle();
        Ok(self.configuration)
    }

    fn fresh_inflights(&self) -> Inflights {
        Inflights::new(self.options.inflight_count_max, self.options.inflight_bytes_max)
    }

    /// The configuration of a snapshot.
    pub(crate) fn replace_configuration(&mut self, configuration: &Configuration) {
        assert!(self.role != Role::Leader, "a leader needs no snapshot");
        self.configuration = *configuration;
        self.progress = fresh_progress(configuration, self.log.last(), &self.fresh_inflights());
    }

    fn configuration_changed(&mut self) {
        if self.role != Role::Leader {
            return;
        }
        if !self.configuration.is_voter(self.id) {
            if self.options.step_down_on_removal {
                self.become_follower(self.hard_state.term, NodeId::NONE);
            }
            return;
        }
        // A quorum may be smaller now, and new members want to be probed.
        if self.maybe_commit() {
            self.broadcast_append();
        } else {
            for at in 0..self.progress.len() {
                if self.progress[at].id != self.id {
                    self.send_append(at, false);
                }
            }
        }
        if !self.configuration.is_voter(self.transferee) {
            self.transferee = NodeId::NONE;
        }
        self.confirm_reads();
    }

    pub(crate) fn leave_joint_when_applied(&mut self) {
        let due = self.configuration.auto_leave && self.log.applied >= self.pending_configuration;
        if due && self.role == Role::Leader && self.wanted.is_none() && !self.transferee.is_some() {
            self.wanted = Some(Wanted::LeaveJoint);
            // Not again before that one is applied.
            self.pending_configuration = Index::new(self.log.last().get() + 1);
        }
    }
}
