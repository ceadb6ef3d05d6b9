//! Changes of the configuration, checked: what etcd/raft's `confchange` does, on sets of fixed size.

use thiserror::Error;
use tidemill_core::ids::Index;

use crate::configuration::{Change, Configuration, ConfigurationChange};
use crate::ids::NodeId;
use crate::inflights::Inflights;
use crate::progress::Progress;

/// Why a change cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// Only one joint configuration at a time.
    #[error("config is already joint")]
    AlreadyJoint,
    /// There is nothing to go on from.
    #[error("can't make a zero-voter config joint")]
    NoVotersToJoin,
    /// Nothing to leave.
    #[error("can't leave a non-joint config")]
    NotJoint,
    /// Simple changes wait until it is left.
    #[error("can't apply simple config change in joint config")]
    SimpleInJoint,
    /// Two majorities might not overlap.
    #[error("more than one voter changed without entering joint config")]
    MoreThanOneVoter,
    /// Nobody would be left.
    #[error("removed all voters")]
    NoVotersLeft,
    /// The sets are bounded.
    #[error("more than 16 members")]
    TooManyMembers,
}

/// A configuration and what its leader knows of the members, while they are changed.
#[derive(Debug, Clone)]
pub struct Changer {
    /// Who belongs to it.
    pub configuration: Configuration,
    /// Sorted by id.
    pub progress: Vec<Progress>,
    /// New members are probed from here.
    pub last_index: Index,
    /// The window of new members.
    pub inflights: Inflights,
}

impl Changer {
    /// Makes `change`, in whichever way it asks for.
    pub fn change(self, change: &ConfigurationChange) -> Result<Self, ChangeError> {
        if change.leaves_joint() {
            self.leave_joint()
        } else if let Some(auto_leave) = change.enters_joint() {
            self.enter_joint(auto_leave, change.steps())
        } else {
            self.simple(change.steps())
        }
    }

    /// Changes at most one voter.
    pub fn simple(mut self, steps: &[Change]) -> Result<Self, ChangeError> {
        if self.configuration.is_joint() {
            return Err(ChangeError::SimpleInJoint);
        }
        let before = self.configuration.voters;
        self.apply(steps)?;
        let after = self.configuration.voters;
        let gone = before.iter().filter(|id| !after.contains(*id)).count();
        let come = after.iter().filter(|id| !before.contains(*id)).count();
        if gone + come > 1 {
            return Err(ChangeError::MoreThanOneVoter);
        }
        Ok(self.checked())
    }

    /// Goes to a configuration in which the old voters and the new ones must agree.
    pub fn enter_joint(mut self, auto_leave: bool, steps: &[Change]) -> Result<Self, ChangeError> {
        if self.configuration.is_joint() {
            return Err(ChangeError::AlreadyJoint);
        }
        if self.configuration.voters.is_empty() {
            return Err(ChangeError::NoVotersToJoin);
        }
        self.configuration.outgoing = self.configuration.voters;
        self.apply(steps)?;
        self.configuration.auto_leave = auto_leave;
        Ok(self.checked())
    }

    /// Goes on with the new voters alone.
    pub fn leave_joint(mut self) -> Result<Self, ChangeError> {
        if !self.configuration.is_joint() {
            return Err(ChangeError::NotJoint);
        }
        let configuration = &mut self.configuration;
        for id in configuration.learners_next.iter() {
            if !configuration.learners.insert(id) {
                return Err(ChangeError::TooManyMembers);
            }
        }
        configuration.learners_next = Default::default();
        configuration.outgoing = Default::default();
        configuration.auto_leave = false;
        let configuration = self.configuration;
        self.progress.retain(|member| configuration.contains(member.id));
        for member in &mut self.progress {
            member.learner = configuration.learners.contains(member.id);
        }
        Ok(self.checked())
    }

    fn apply(&mut self, steps: &[Change]) -> Result<(), ChangeError> {
        for step in steps {
            match *step {
                Change::Voter(NodeId::NONE)
                | Change::Learner(NodeId::NONE)
                | Change::Remove(NodeId::NONE) => {}
                Change::Voter(id) => self.make_voter(id)?,
                Change::Learner(id) => self.make_learner(id)?,
                Change::Remove(id) => self.remove(id, true),
                Change::Update(_) => {}
            }
        }
        if self.configuration.voters.is_empty() { Err(ChangeError::NoVotersLeft) } else { Ok(()) }
    }

    fn place(&self, id: NodeId) -> Result<usize, usize> {
        self.progress.binary_search_by_key(&id, |member| member.id)
    }

    /// The member's progress, made if there is none.
    fn member(&mut self, id: NodeId, learner: bool) -> &mut Progress {
        let at = self.place(id).unwrap_or_else(|at| {
            let mut member = Progress::new(id, self.last_index, learner, self.inflights.clone());
            // Or else it would be taken for dead before it was asked.
            member.recently_active = true;
            self.progress.insert(at, member);
            at
        });
        &mut self.progress[at]
    }

    fn make_voter(&mut self, id: NodeId) -> Result<(), ChangeError> {
        self.member(id, false).learner = false;
        self.configuration.learners.remove(id);
        self.configuration.learners_next.remove(id);
        if self.configuration.voters.insert(id) { Ok(()) } else { Err(ChangeError::TooManyMembers) }
    }

    fn make_learner(&mut self, id: NodeId) -> Result<(), ChangeError> {
        if self.member(id, true).learner && self.configuration.learners.contains(id) {
            return Ok(());
        }
        self.remove(id, false);
        // A voter of the outgoing half keeps its vote until that half is left.
        let keeps_vote = self.configuration.outgoing.contains(id);
        self.member(id, true).learner = !keeps_vote;
        let set =
            if keeps_vote { &mut self.configuration.learners_next } else { &mut self.configuration.learners };
        if set.insert(id) { Ok(()) } else { Err(ChangeError::TooManyMembers) }
    }

    fn remove(&mut self, id: NodeId, with_progress: bool) {
        let Ok(at) = self.place(id) else { return };
        self.configuration.voters.remove(id);
        self.configuration.learners.remove(id);
        self.configuration.learners_next.remove(id);
        if with_progress && !self.configuration.outgoing.contains(id) {
            self.progress.remove(at);
        }
    }

    fn checked(self) -> Self {
        let configuration = &self.configuration;
        for id in configuration.voters.iter().chain(configuration.outgoing.iter()) {
            assert!(self.place(id).is_ok(), "no progress for {id}");
            assert!(!configuration.learners.contains(id), "{id} is a learner and a voter");
        }
        for id in configuration.learners_next.iter() {
            assert!(
                configuration.outgoing.contains(id),
                "{id} is to become a learner, but has no vote to lose"
            );
        }
        for member in &self.progress {
            assert_eq!(member.learner, configuration.learners.contains(member.id), "{} learns", member.id);
        }
        assert!(
            configuration.is_joint() || configuration.learners_next.is_empty(),
            "learners wait for nothing"
        );
        self
    }
}

/// The progress of all members of `configuration`, of whom nothing is known.
pub fn fresh_progress(
    configuration: &Configuration,
    last_index: Index,
    inflights: &Inflights,
) -> Vec<Progress> {
    let mut all = configuration.voters;
    let mut progress = Vec::new();
    for id in configuration.outgoing.iter().chain(configuration.learners.iter()) {
        if !all.insert(id) {
            progress.push(id);
        }
    }
    let mut ids: Vec<NodeId> = all.iter().chain(progress).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
        .map(|id| Progress::new(id, last_index, configuration.learners.contains(id), inflights.clone()))
        .map(|member| Progress { recently_active: true, ..member })
        .collect()
}
