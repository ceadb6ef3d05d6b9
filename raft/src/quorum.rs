//! What a majority has in common: the highest index it acknowledged, and whether it votes for somebody.
//!
//! In a joint configuration both majorities must agree (Ongaro's thesis, section 4.3).

use crate::ids::NodeId;
use crate::member_set::{MEMBER_COUNT_MAX, MemberSet};

/// How a vote stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteResult {
    /// It may still go both ways.
    Pending,
    /// A majority said no, or can no longer say yes.
    Lost,
    /// A majority said yes.
    Won,
}

/// The highest number that a majority of `voters` reached; members without one count as 0. No voters at all
/// agree to everything, so that an empty half of a joint configuration does not count.
pub fn committed(voters: &MemberSet, acknowledged: impl Fn(NodeId) -> Option<u64>) -> u64 {
    if voters.is_empty() {
        return u64::MAX;
    }
    let mut numbers = [0u64; MEMBER_COUNT_MAX];
    for (number, id) in numbers.iter_mut().zip(voters.iter()) {
        *number = acknowledged(id).unwrap_or(0);
    }
    let numbers = &mut numbers[..voters.len()];
    numbers.sort_unstable();
    // The majority consists of this one and all above it.
    numbers[numbers.len() - majority(numbers.len())]
}

/// The same for both halves of a configuration.
pub fn committed_jointly(
    incoming: &MemberSet,
    outgoing: &MemberSet,
    acknowledged: impl Fn(NodeId) -> Option<u64>,
) -> u64 {
    committed(incoming, &acknowledged).min(committed(outgoing, &acknowledged))
}

/// Tallies the votes of `voters`.
pub fn vote_result(voters: &MemberSet, votes: impl Fn(NodeId) -> Option<bool>) -> VoteResult {
    let granted = voters.iter().filter(|id| votes(*id) == Some(true)).count();
    let missing = voters.iter().filter(|id| votes(*id).is_none()).count();
    let needed = if voters.is_empty() { 0 } else { majority(voters.len()) };
    assert!(granted + missing <= voters.len(), "each has one vote");
    if granted >= needed {
        VoteResult::Won
    } else if granted + missing >= needed {
        VoteResult::Pending
    } else {
        VoteResult::Lost
    }
}

/// The same for both halves of a configuration.
pub fn vote_result_jointly(
    incoming: &MemberSet,
    outgoing: &MemberSet,
    votes: impl Fn(NodeId) -> Option<bool>,
) -> VoteResult {
    match (vote_result(incoming, &votes), vote_result(outgoing, &votes)) {
        (VoteResult::Lost, _) | (_, VoteResult::Lost) => VoteResult::Lost,
        (VoteResult::Won, VoteResult::Won) => VoteResult::Won,
        _ => VoteResult::Pending,
    }
}

fn majority(count: usize) -> usize {
    count / 2 + 1
}
