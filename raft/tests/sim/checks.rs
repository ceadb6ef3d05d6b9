//! What must hold after every step.

use std::collections::BTreeMap;

use tidemill_core::ids::Index;
use tidemill_raft::{Alarm, Chain, NodeId, ReadAnswer, RequestId, Role};

use super::node::Node;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Checks {
    leaders: BTreeMap<u64, NodeId>,
    committed: Vec<Chain>,
    digests: Vec<u64>,
    observed: BTreeMap<NodeId, Index>,
    reads: BTreeMap<u64, Index>,
    /// The highest index that a leader committed: what clients were told.
    pub acknowledged: Index,
    pub counts: BTreeMap<&'static str, u64>,
}

impl Checks {
    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn note(&mut self, alarm: Alarm) {
        self.count(match alarm {
            Alarm::BrokenAppend { .. } => "broken appends dropped",
            Alarm::Diverged { from, index } => {
                panic!("committed entries diverged at {index}, says {from}'s peer")
            }
            Alarm::TailLost { .. } => "lost tails found by the leader's word",
            Alarm::PeerLostDisk { .. } => "lost disks noticed",
            Alarm::DoubtOverruled { .. } => panic!("no group has one voter here"),
        });
    }

    pub fn ask(&mut self, request: RequestId) {
        self.reads.insert(request.get(), self.acknowledged);
    }

    pub fn reads(&mut self, at: NodeId, answers: &[ReadAnswer]) {
        for answer in answers {
            let expected = self.reads.remove(&answer.request.get());
            if let (Some(index), Some(expected)) = (answer.index, expected) {
                assert!(index >= expected, "stale read at {at}: {index} < {expected}");
                self.count("reads answered");
            }
        }
    }

    /// One leader a term; committed entries never change.
    pub fn observe(&mut self, node: &Node) {
        let raft = node.raft.as_ref().expect("it runs");
        let is = raft.leadership();
        if is.role == Role::Leader {
            if !self.leaders.contains_key(&is.term.get()) {
                self.count("leaders elected");
            }
            let first = self.leaders.entry(is.term.get()).or_insert(node.id);
            assert_eq!(*first, node.id, "two leaders in term {}", is.term);
            self.acknowledged = self.acknowledged.max(raft.log().commit());
        }
        let commit = raft.log().commit();
        let from = self.observed.get(&node.id).copied().unwrap_or(Index::ZERO);
        let from = from.max(node.disk.snapshot.place.index).min(commit);
        for index in from.get() + 1..=commit.get() {
            let Some(entry) = node.entry(Index::new(index)).filter(|entry| !entry.damaged) else { continue };
            let at = index as usize - 1;
            if at >= self.committed.len() {
                self.committed.resize(at + 1, Chain::default());
            }
            if self.committed[at] == Chain::default() {
                self.committed[at] = entry.meta.chain;
            }
            assert_eq!(
                self.committed[at], entry.meta.chain,
                "committed entry {index} changed at {}",
                node.id
            );
        }
        self.observed.insert(node.id, commit);
    }

    /// Equal states at equal indices.
    pub fn applied(&mut self, at: NodeId, index: Index, digest: u64) {
        let place = index.get() as usize - 1;
        if place >= self.digests.len() {
            self.digests.resize(place + 1, 0);
        }
        if self.digests[place] == 0 {
            self.digests[place] = digest;
        }
        assert_eq!(self.digests[place], digest, "states differ at {index} on {at}");
    }

    /// A replica starts anew: what it commits is looked at again.
    pub fn restarted(&mut self, id: NodeId) {
        self.observed.remove(&id);
    }

    /// Logs that agree in index and term agree in all before.
    pub fn log_matching(&self, nodes: &[Node]) {
        for (at, one) in nodes.iter().enumerate() {
            for other in &nodes[at + 1..] {
                let matching = one.journal.iter().rev().find(|entry| {
                    let same = other.entry(entry.meta.index);
                    same.is_some_and(|same| {
                        same.meta.term == entry.meta.term && !same.damaged && !entry.damaged
                    })
                });
                let Some(last) = matching.map(|entry| entry.meta.index) else { continue };
                let upto = one.journal.iter().filter(|entry| entry.meta.index <= last && !entry.damaged);
                for entry in upto {
                    if let Some(same) = other.entry(entry.meta.index).filter(|same| !same.damaged) {
                        let (a, b) = (one.id, other.id);
                        assert_eq!(entry.meta.chain, same.meta.chain, "logs of {a} and {b} do not match");
                    }
                }
            }
        }
    }
}
