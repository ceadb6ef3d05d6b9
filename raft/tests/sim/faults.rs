//! Crashes, damage and partitions. The fault atlas: as long as one replica is damaged no other one becomes
//! so, and every entry stays intact somewhere.

use tidemill_core::ids::Index;
use tidemill_raft::{Configuration, Damage, Doubt, HardState};

use super::node::Snapshot;
use super::world::World;

impl World {
    pub fn inject_faults(&mut self) {
        for at in 0..self.nodes.len() {
            if self.nodes[at].raft.is_none() {
                if self.chance.permille(self.rates.restart) {
                    self.restart(at);
                }
            } else if self.chance.permille(self.rates.crash) {
                self.crash(at);
            } else {
                self.give_up_repairs(at);
            }
        }
        if self.chance.permille(self.rates.partition) {
            self.partition();
        }
    }

    pub fn crash(&mut self, at: usize) {
        // What it lost before would be forgotten with it: its driver remembers.
        if !self.nodes[at].is_sound() {
            return;
        }
        let kept = self.chance.below(4);
        let keep_hard_state = self.chance.permille(300);
        self.nodes[at].crash(kept, keep_hard_state);
        self.checks.count("crashes");
    }

    fn restart(&mut self, at: usize) {
        let others_sound = (0..self.nodes.len()).all(|other| other == at || self.nodes[other].is_sound());
        let others_sound = others_sound && self.nodes.iter().all(can_spare_one);
        self.checks.restarted(self.nodes[at].id);
        if !others_sound || !self.chance.permille(self.rates.damage) {
            self.nodes[at].start(None, &[], false);
            return;
        }
        match self.chance.below(3) {
            0 => self.lose_tail(at),
            1 => self.lose_middle(at),
            _ => self.lose_disk(at),
        }
    }

    fn lose_tail(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let length = node.disk.journal.len();
        let Some(last) = node.disk.journal.last().map(|entry| entry.meta) else {
            node.start(None, &[], false);
            return;
        };
        node.disk.journal.truncate(length - 1 - self.chance.below(length));
        // Headers may tell the term, or may be gone as well.
        let last_term = if self.chance.permille(500) { last.term } else { node.disk.hard_state.term };
        node.start(Some(Doubt { last_term, last_index: last.index }), &[], false);
        self.checks.count("tails lost");
    }

    fn lose_middle(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let length = node.disk.journal.len();
        if length < 2 {
            node.start(None, &[], false);
            return;
        }
        let first = self.chance.below(length - 1);
        let last = (first + self.chance.below(4)).min(length - 2);
        node.disk.journal[first..=last].iter_mut().for_each(|entry| entry.damaged = true);
        let (first_meta, last_meta) = (node.disk.journal[first].meta, node.disk.journal[last].meta);
        let damage =
            Damage { first: first_meta.index, last: last_meta.index, chain_of_last: last_meta.chain };
        node.damaged_since = self.round;
        node.start(None, &[damage], false);
        self.checks.count("middles damaged");
    }

    /// Nobody has the damaged entries any more: what is behind them is taken for lost as well.
    pub fn give_up_repairs(&mut self, at: usize) {
        let (round, node) = (self.round, &mut self.nodes[at]);
        let Some(raft) = node.raft.as_ref() else { return };
        let Some(first) = raft.damages().iter().map(|damage| damage.first).min() else { return };
        if round < node.damaged_since + 60 {
            return;
        }
        node.crash(0, false);
        let base = node.disk.snapshot.place.index;
        let last = node.disk.journal.last().expect("there is damage").meta;
        node.disk.journal.truncate(first.distance_from(base) as usize - 1);
        let doubt = Doubt { last_term: last.term, last_index: last.index };
        self.checks.restarted(node.id);
        node.start(Some(doubt), &[], false);
        self.checks.count("repairs given up");
    }

    fn lose_disk(&mut self, at: usize) {
        let configuration: Configuration = self.bootstrap;
        let node = &mut self.nodes[at];
        node.disk.hard_state = HardState::default();
        node.disk.commit = Index::ZERO;
        node.disk.journal.clear();
        node.disk.snapshot = Snapshot { place: Default::default(), configuration, digest: 0 };
        node.start(None, &[], true);
        self.checks.count("disks lost");
    }

    fn partition(&mut self) {
        let count = self.nodes.len();
        let kind = self.chance.below(4);
        let odd = self.chance.below(count);
        for from in 0..count {
            for to in 0..count {
                self.cut[from][to] = match kind {
                    // Symmetric, send only, receive only; or none.
                    0 => (from == odd) != (to == odd),
                    1 => to == odd,
                    2 => from == odd,
                    _ => false,
                };
            }
        }
        self.checks.count("partitions");
    }

    pub fn heal(&mut self) {
        for row in &mut self.cut {
            row.fill(false);
        }
        (self.rates.loss, self.rates.repeat, self.rates.misread) = (0, 0, 0);
        self.rates.vote_crash = 0;
        for at in 0..self.nodes.len() {
            if self.nodes[at].raft.is_none() {
                self.checks.restarted(self.nodes[at].id);
                self.nodes[at].start(None, &[], false);
            }
            let slow = false;
            self.nodes[at].input(&mut self.checks, |raft| raft.disk_slow(slow));
        }
    }
}

/// Two voters, or a change under way, leave nobody to lose.
fn can_spare_one(node: &super::node::Node) -> bool {
    let configuration = &node.state.configuration;
    let pending =
        node.journal.iter().any(|entry| entry.change.is_some() && entry.meta.index > node.state.place.index);
    configuration.voters.len() >= 3 && !configuration.is_joint() && !pending
}
