//! Named scenarios: one replica or a few, step by step.

use tidemill_core::ids::{Index, Term};
use tidemill_raft::message::{AppendReply, Body, Losses, Message};
use tidemill_raft::{
    Boot, Chain, Configuration, Doubt, EntryKind, EntryMeta, HardState, Log, MemberSet, NodeId, Options,
    Place, ProposeError, Raft, Role, Wanted,
};

fn entry(index: u64, term: u64) -> EntryMeta {
    let chain = |index: u64| Chain::new(if index == 0 { 0 } else { 1000 + index });
    EntryMeta {
        index: Index::new(index),
        term: Term::new(term),
        chain_before: chain(index - 1),
        chain: chain(index),
        length: 100,
        kind: EntryKind::Normal,
    }
}

/// Replica 1 of `voters`, with entries of these terms.
fn replica(voters: &[u64], terms: &[u64], hard_state: HardState, doubt: Option<Doubt>) -> Raft {
    let mut options = Options::new(NodeId::new(1));
    (options.pre_vote, options.check_quorum) = (false, false);
    let mut log = Log::new(Place::default(), 1024);
    for (at, term) in terms.iter().enumerate() {
        log.push(&entry(at as u64 + 1, *term));
    }
    let configuration = Configuration::of_voters(MemberSet::of(voters).unwrap());
    Raft::new(options, Boot { doubt, ..Boot::new(hard_state, log, configuration) })
}

fn in_term(term: u64) -> HardState {
    HardState { term: Term::new(term), vote: NodeId::NONE }
}

fn message(from: u64, term: u64, body: Body) -> Message {
    Message { from: NodeId::new(from), to: NodeId::new(1), term: Term::new(term), body }
}

fn durable(raft: &mut Raft) {
    if let Some(write) = raft.output().hard_state.take() {
        raft.hard_state_durable(write.version);
    }
    let (last, epoch) = (raft.log().last(), raft.log_epoch());
    raft.log_durable(last, epoch);
}

fn votes_for(raft: &mut Raft, term: u64, last_term: u64, last_index: u64) -> bool {
    let (last_index, last_term) = (Index::new(last_index), Term::new(last_term));
    raft.step(&message(2, term, Body::Vote { pre: false, transfer: false, last_index, last_term }), &[]);
    durable(raft);
    let granted = |message: &Message| matches!(message.body, Body::VoteReply { rejected: false, .. });
    let found = raft.output().messages.iter().any(granted);
    raft.output().clear();
    found
}

fn acknowledge(raft: &mut Raft, from: u64, term: u64, index: u64) {
    let body = Body::AppendReply(AppendReply {
        index: Index::new(index),
        rejected: false,
        hint_index: Index::ZERO,
        hint_term: Term::ZERO,
        losses: Losses::default(),
    });
    raft.step(&message(from, term, body), &[]);
}

/// Replica 1 leads three, its first entry is in the log and durable.
fn leader() -> Raft {
    let mut raft = replica(&[1, 2, 3], &[], HardState::default(), None);
    raft.campaign();
    durable(&mut raft);
    raft.step(&message(2, 1, Body::VoteReply { pre: false, rejected: false }), &[]);
    assert_eq!(raft.wanted(), Some(Wanted::TermStart));
    raft.propose(&entry(1, 1)).unwrap();
    durable(&mut raft);
    raft.output().clear();
    raft
}

#[test]
fn one_replica_commits_what_is_durable() {
    let mut raft = replica(&[1], &[], HardState::default(), None);
    raft.campaign();
    assert_eq!(raft.leadership().role, Role::Candidate, "its own vote is not durable yet");
    durable(&mut raft);
    assert_eq!(raft.check_proposal(1), Err(ProposeError::TermNotStarted { term: Term::new(1) }));
    raft.propose(&entry(1, 1)).unwrap();
    raft.propose(&entry(2, 1)).unwrap();
    assert_eq!(raft.log().commit(), Index::ZERO);
    raft.log_durable(Index::new(1), raft.log_epoch());
    assert_eq!(raft.log().commit(), Index::new(1));
    durable(&mut raft);
    assert_eq!(raft.output().commit, Some(Index::new(2)));
}

#[test]
fn followers_may_commit_before_the_leaders_own_disk() {
    let mut raft = leader();
    raft.propose(&entry(2, 1)).unwrap();
    acknowledge(&mut raft, 2, 1, 2);
    assert_eq!(raft.log().commit(), Index::new(1), "one of three has it");
    acknowledge(&mut raft, 3, 1, 2);
    assert_eq!(
        raft.log().commit(),
        Index::new(2),
        "two followers have it, the leader's disk is still at work"
    );
    assert_eq!(raft.log().durable(), Index::new(1));
}

#[test]
fn a_vote_leaves_when_it_is_durable() {
    let mut raft = replica(&[1, 2, 3], &[1], in_term(1), None);
    let (last_index, last_term) = (Index::new(1), Term::new(1));
    let ask = Body::Vote { pre: false, transfer: false, last_index, last_term };
    raft.step(&message(2, 2, ask), &[]);
    assert!(raft.output().messages.is_empty());
    let write = raft.output().hard_state.unwrap();
    assert_eq!(write.state, HardState { term: Term::new(2), vote: NodeId::new(2) });
    raft.hard_state_durable(write.version);
    assert_eq!(raft.output().messages.len(), 1);
}

/// An election that the others decide is not won before this term is durable here: or else, after a crash, it
/// could be won a second time. Found by the simulator.
#[test]
fn nobody_leads_a_term_that_may_be_forgotten() {
    let mut raft = replica(&[1, 2, 3], &[], HardState::default(), None);
    raft.campaign();
    raft.step(&message(2, 1, Body::VoteReply { pre: false, rejected: false }), &[]);
    raft.step(&message(3, 1, Body::VoteReply { pre: false, rejected: false }), &[]);
    assert_eq!(raft.leadership().role, Role::Candidate);
    durable(&mut raft);
    assert_eq!(raft.leadership().role, Role::Leader);
}

#[test]
fn reports_of_truncated_entries_are_ignored() {
    let mut raft = replica(&[1, 2, 3], &[1, 1, 1], in_term(1), None);
    let before = raft.log_epoch();
    let append = tidemill_raft::message::Append {
        previous_index: Index::new(1),
        previous_term: Term::new(1),
        previous_chain: Some(Chain::new(1001)),
        count: 2,
        last_chain: None,
        commit: Index::ZERO,
    };
    let mut entries = [entry(2, 2), entry(3, 2)];
    (entries[0].chain, entries[1].chain_before, entries[1].chain) =
        (Chain::new(7), Chain::new(7), Chain::new(8));
    raft.step(&message(2, 2, Body::Append(append)), &entries);
    assert_eq!((raft.log().durable(), raft.log().last()), (Index::new(1), Index::new(3)));
    raft.log_durable(Index::new(3), before);
    assert_eq!(raft.log().durable(), Index::new(1), "that was said of other entries");
    raft.log_durable(Index::new(3), raft.log_epoch());
    assert_eq!(raft.log().durable(), Index::new(3));
}

#[test]
fn in_doubt_it_votes_only_for_what_it_lost() {
    let doubt = Doubt { last_term: Term::new(2), last_index: Index::new(5) };
    let mut raft = replica(&[1, 2, 3], &[1, 1, 2], in_term(2), Some(doubt));
    assert!(!votes_for(&mut raft, 3, 2, 4));
    raft.campaign();
    assert_eq!(raft.leadership().role, Role::Follower);
    assert!(votes_for(&mut raft, 4, 2, 5));
    assert_eq!(raft.doubtful(), Some(doubt));
}

/// Four voters: the two that lack an entry are enough to prove that no three have it.
#[test]
fn peers_prove_that_it_was_not_committed() {
    let doubt = Doubt { last_term: Term::new(2), last_index: Index::new(5) };
    let mut raft = replica(&[1, 2, 3, 4], &[1, 1, 2], in_term(2), Some(doubt));
    (0..100).for_each(|_| raft.tick());
    assert_eq!(raft.hard_state().term, Term::new(3), "answers count in a later term only");
    let asked = raft.output().messages.iter().filter(|message| message.body == Body::DoubtQuery).count();
    assert!(asked >= 3);
    durable(&mut raft);
    raft.step(&message(2, 2, Body::DoubtReply { last: Index::new(3) }), &[]);
    raft.step(&message(3, 3, Body::DoubtReply { last: Index::new(3) }), &[]);
    assert_eq!(raft.doubtful(), Some(doubt));
    raft.step(&message(2, 3, Body::DoubtReply { last: Index::new(4) }), &[]);
    assert_eq!(raft.doubtful(), Some(Doubt { last_index: Index::new(4), ..doubt }));
    raft.step(&message(4, 3, Body::DoubtReply { last: Index::new(3) }), &[]);
    assert_eq!(raft.doubtful(), None);
}

#[test]
fn a_failing_disk_ends_leadership() {
    let mut raft = leader();
    acknowledge(&mut raft, 2, 1, 1);
    raft.output().clear();
    raft.disk_failed();
    assert!(raft.output().messages.iter().any(|message| message.body == Body::TimeoutNow));
    assert_eq!(raft.leadership().role, Role::Follower);
    raft.output().clear();
    assert!(!votes_for(&mut raft, 9, 9, 9), "it says nothing any more");
}

#[test]
fn a_slow_disk_hands_over() {
    let mut raft = leader();
    acknowledge(&mut raft, 3, 1, 1);
    raft.output().clear();
    raft.disk_slow(true);
    let heir = |message: &&Message| message.body == Body::TimeoutNow;
    assert_eq!(raft.output().messages.iter().find(heir).unwrap().to, NodeId::new(3));
    assert_eq!(raft.check_proposal(1), Err(ProposeError::Transferring { to: NodeId::new(3) }));
}

#[test]
fn the_window_of_uncommitted_entries_has_an_end() {
    let mut raft = leader();
    let mut index = 1;
    let full = loop {
        index += 1;
        if let Err(error) = raft.check_proposal(100) {
            break error;
        }
        raft.propose(&entry(index, 1)).unwrap();
        raft.output().clear();
    };
    assert_eq!(full, ProposeError::WindowFull { entries: 4096, bytes: 409_600 });
    acknowledge(&mut raft, 2, 1, 1);
    assert_eq!(raft.check_proposal(100), Ok(()), "what is committed makes room");
}
