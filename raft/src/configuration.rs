//! Who belongs to the group, and the changes that may be made to it. `Copy`, bounded, with an encoding of its
//! own.

use std::fmt;

use crate::ids::NodeId;
use crate::member_set::{MEMBER_COUNT_MAX, MemberSet};

/// The members of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Who votes.
    pub voters: MemberSet,
    /// Who voted before, while the change is under way; empty outside of a joint configuration.
    pub outgoing: MemberSet,
    /// Who gets the log and does not vote.
    pub learners: MemberSet,
    /// Outgoing voters that become learners when the joint configuration is left.
    pub learners_next: MemberSet,
    /// The leader leaves the joint configuration as soon as it is applied.
    pub auto_leave: bool,
}

impl Configuration {
    /// A configuration of voters only.
    pub fn of_voters(voters: MemberSet) -> Self {
        Self { voters, ..Self::default() }
    }

    /// Whether two majorities are needed.
    pub fn is_joint(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Whether `id` votes, in either half.
    pub fn is_voter(&self, id: NodeId) -> bool {
        self.voters.contains(id) || self.outgoing.contains(id)
    }

    /// Whether `id` gets the log.
    pub fn contains(&self, id: NodeId) -> bool {
        self.is_voter(id) || self.learners.contains(id)
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "voters={}", self.voters)?;
        if self.is_joint() {
            write!(formatter, "&&{}", self.outgoing)?;
        }
        if !self.learners.is_empty() {
            write!(formatter, " learners={}", self.learners)?;
        }
        if !self.learners_next.is_empty() {
            write!(formatter, " learners_next={}", self.learners_next)?;
        }
        formatter.write_str(if self.auto_leave { " autoleave" } else { "" })
    }
}

/// One step of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Add a voter, or let a learner vote.
    Voter(NodeId),
    /// Add a learner, or take a voter's vote.
    Learner(NodeId),
    /// Remove a member.
    Remove(NodeId),
    /// Something outside of consensus changed: addresses, labels.
    Update(NodeId),
}

/// How to go from one configuration to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transition {
    /// Simple where one change is made, else joint and left by itself.
    #[default]
    Auto,
    /// Joint, left by itself.
    JointImplicit,
    /// Joint, left by a change without steps.
    JointExplicit,
}

/// A change of the configuration: what an entry of kind [`crate::EntryKind::Configuration`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigurationChange {
    /// How.
    pub transition: Transition,
    steps: [Change; MEMBER_COUNT_MAX],
    count: u8,
}

impl ConfigurationChange {
    /// Leaves a joint configuration.
    pub const LEAVE: Self = Self {
        transition: Transition::Auto,
        steps: [Change::Update(NodeId::NONE); MEMBER_COUNT_MAX],
        count: 0,
    };
    /// Bytes of the largest encoded change.
    pub const BYTES_MAX: usize = 2 + MEMBER_COUNT_MAX * 9;

    /// `None` when there are too many steps.
    pub fn new(transition: Transition, steps: &[Change]) -> Option<Self> {
        let mut change = Self { transition, ..Self::LEAVE };
        change.steps.get_mut(..steps.len())?.copy_from_slice(steps);
        change.count = steps.len() as u8;
        Some(change)
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Change] {
        &self.steps[..self.count as usize]
    }

    /// Whether it only leaves a joint configuration.
    pub fn leaves_joint(&self) -> bool {
        self.count == 0 && self.transition == Transition::Auto
    }

    /// Whether it goes through a joint configuration, and if so whether that is left by itself.
    pub fn enters_joint(&self) -> Option<bool> {
        match self.transition {
            Transition::Auto if self.count <= 1 => None,
            Transition::Auto | Transition::JointImplicit => Some(true),
            Transition::JointExplicit => Some(false),
        }
    }

    /// Appends: transition, count, then kind and id (little-endian) of each step.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.transition as u8);
        bytes.push(self.count);
        for step in self.steps() {
            let (kind, id) = match *step {
                Change::Voter(id) => (0, id),
                Change::Learner(id) => (1, id),
                Change::Remove(id) => (2, id),
                Change::Update(id) => (3, id),
            };
            bytes.push(kind);
            bytes.extend_from_slice(&id.get().to_le_bytes());
        }
    }

    /// Reads what [`Self::encode`] wrote; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[transition, count], steps) = bytes.split_first_chunk()?;
        let transition = match transition {
            0 => Transition::Auto,
            1 => Transition::JointImplicit,
            2 => Transition::JointExplicit,
            _ => return None,
        };
        if steps.len() != usize::from(count) * 9 || usize::from(count) > MEMBER_COUNT_MAX {
            return None;
        }
        let mut change = Self { transition, count, ..Self::LEAVE };
        for (slot, step) in change.steps.iter_mut().zip(steps.chunks_exact(9)) {
            let id = NodeId::new(u64::from_le_bytes(step[1..].try_into().ok()?));
            *slot = match step[0] {
                0 => Change::Voter(id),
                1 => Change::Learner(id),
                2 => Change::Remove(id),
                3 => Change::Update(id),
                _ => return None,
            };
        }
        Some(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_survive_their_encoding() {
        let id = NodeId::new;
        let steps =
            [Change::Voter(id(1)), Change::Learner(id(2)), Change::Remove(id(3)), Change::Update(id(4))];
        for transition in [Transition::Auto, Transition::JointImplicit, Transition::JointExplicit] {
            for count in 0..=steps.len() {
                let change = ConfigurationChange::new(transition, &steps[..count]).unwrap();
                let mut bytes = Vec::new();
                change.encode(&mut bytes);
                assert_eq!(ConfigurationChange::decode(&bytes), Some(change));
                assert_eq!(ConfigurationChange::decode(&bytes[..bytes.len() - 1]), None);
            }
        }
    }
}
