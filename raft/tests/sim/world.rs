//! The group, the network between, and time.

use tidemill_core::ids::Index;
use tidemill_raft::message::Body;
use tidemill_raft::{
    Change, Configuration, ConfigurationChange, MemberSet, NodeId, Options, RequestId, Role, Transition,
};

use super::chance::Chance;
use super::checks::Checks;
use super::node::{Entry, Envelope, Node};

/// Rates of a seed, of a thousand.
#[derive(Debug)]
pub struct Rates {
    pub loss: u64,
    pub repeat: u64,
    pub delay: u64,
    pub crash: u64,
    pub restart: u64,
    pub damage: u64,
    pub partition: u64,
    pub change: u64,
    pub misread: u64,
    pub flush: u64,
    pub vote_crash: u64,
    pub duel: u64,
}

/// All of it.
pub struct World {
    pub nodes: Vec<Node>,
    pub network: Vec<Envelope>,
    pub chance: Chance,
    pub checks: Checks,
    pub rates: Rates,
    pub round: u64,
    /// Whether messages are printed.
    pub trace: bool,
    /// The members at the very start.
    pub bootstrap: Configuration,
    /// Who hears whom: `cut[from][to]`.
    pub cut: Vec<Vec<bool>>,
    next_payload: u64,
    next_request: u64,
}

impl World {
    pub fn new(seed: u64, prepare: impl Fn(&mut Options)) -> Self {
        let mut chance = Chance::new(seed);
        let count = chance.pick(&[3usize, 3, 4, 5, 5]);
        let voters: Vec<u64> = (1..=chance.pick(&[3, count, count]) as u64).collect();
        let configuration = Configuration::of_voters(MemberSet::of(&voters).unwrap());
        let rates = Rates {
            loss: chance.pick(&[0, 20, 100, 300]),
            repeat: chance.pick(&[0, 20, 200]),
            delay: chance.pick(&[0, 300, 700]),
            crash: chance.pick(&[0, 3, 15, 40]),
            restart: chance.pick(&[100, 100, 800]),
            damage: chance.pick(&[0, 300, 700]),
            partition: chance.pick(&[0, 10, 40]),
            change: chance.pick(&[0, 10, 40]),
            misread: chance.pick(&[0, 0, 10]),
            flush: chance.pick(&[900, 500, 200]),
            vote_crash: chance.pick(&[0, 100, 500]),
            duel: chance.pick(&[0, 5, 40]),
        };
        let (pre_vote, check_quorum) = (chance.permille(800), chance.permille(800));
        let window = chance.pick(&[1, 4, 16]);
        let mut options = |id: u64| {
            let mut options = Options::new(NodeId::new(id));
            (options.pre_vote, options.check_quorum) = (pre_vote, check_quorum);
            options.election_ticks = 6;
            options.rank = id as u32 - 1;
            options.rank_ticks = 1;
            options.inflight_count_max = window;
            options.append_entry_count_max = chance.pick(&[1, 3, 8]);
            options.uncommitted_entry_count_max = 40;
            options.snapshot_chunk_bytes = 100;
            options.snapshot_chunk_count_max = 2;
            options.seed = chance.next();
            prepare(&mut options);
            Node::new(options, configuration)
        };
        let nodes: Vec<Node> = (1..=count as u64).map(&mut options).collect();
        Self {
            cut: vec![vec![false; count]; count],
            nodes,
            network: Vec::new(),
            chance,
            checks: Checks::default(),
            rates,
            round: 0,
            trace: std::env::var("TRACE").is_ok(),
            bootstrap: configuration,
            next_payload: 1,
            next_request: 1,
        }
    }

    /// A run: trouble, then calm in which everything has to come right.
    pub fn run(&mut self, rounds: u64) {
        for _ in 0..rounds {
            self.troubled_round();
        }
        self.heal();
        for _ in 0..600 {
            self.calm_round();
            if self.is_settled() {
                self.checks.log_matching(&self.nodes);
                return;
            }
        }
        let lines: Vec<_> = self.nodes.iter().map(|node| {
            let raft = node.raft.as_ref().unwrap();
            let (is, log) = (raft.leadership(), raft.log());
            format!(
                "{}: {:?} last {} durable {} commit {} applied {} doubt {:?} amnesia {} damages {:?} [{}]\n   {}",
                node.id, is, log.last(), log.durable(), log.commit(), log.applied(), raft.doubtful(),
                raft.is_amnesiac(), raft.damages(), raft.configuration(),
                raft.progress().iter().map(|member| format!("{}: {member}", member.id)).collect::<Vec<_>>().join("; ")
            )
        }).collect();
        panic!("it does not settle:\n{}", lines.join("\n"));
    }

    fn troubled_round(&mut self) {
        self.round += 1;
        self.inject_faults();
        if self.chance.permille(self.rates.duel) {
            for _ in 0..2 {
                let at = self.chance.below(self.nodes.len());
                if self.nodes[at].raft.is_some() {
                    self.nodes[at].input(&mut self.checks, tidemill_raft::Raft::campaign);
                }
            }
        }
        for at in 0..self.nodes.len() {
            if self.nodes[at].raft.is_none() {
                continue;
            }
            if self.chance.permille(700) {
                self.nodes[at].input(&mut self.checks, tidemill_raft::Raft::tick);
            }
            self.turn_disk(at, self.rates.flush);
            if self.chance.permille(700) {
                let count = 1 + self.chance.below(5);
                self.nodes[at].apply(count, &mut self.checks);
            }
            self.act_as_client(at);
            if self.chance.permille(20) {
                self.nodes[at].compact();
            }
        }
        self.collect();
        for envelope in std::mem::take(&mut self.network) {
            if self.chance.permille(self.rates.delay) {
                self.network.push(envelope);
            } else {
                self.deliver(envelope);
            }
        }
        let late = self.network.len().saturating_sub(1000);
        self.network.drain(..late);
        if self.chance.permille(200) {
            // Reordered.
            for at in (1..self.network.len()).rev() {
                let other = self.chance.below(at + 1);
                self.network.swap(at, other);
            }
        }
        if self.round.is_multiple_of(32) {
            self.checks.log_matching(&self.nodes);
        }
    }

    fn deliver(&mut self, envelope: Envelope) {
        let index = |id: NodeId| id.get() as usize - 1;
        let (from, to) = (index(envelope.message.from), index(envelope.message.to));
        if self.cut[from][to] || self.chance.permille(self.rates.loss) {
            return;
        }
        if self.chance.permille(self.rates.repeat) {
            self.network.push(envelope.clone());
        }
        if self.nodes[to].raft.is_some() {
            if self.trace {
                eprintln!("{} {:?}", self.round, envelope.message);
            }
            self.nodes[to].receive(&envelope, &mut self.checks);
        }
    }

    fn turn_disk(&mut self, at: usize, rate: u64) {
        let node = &mut self.nodes[at];
        node.begin_write();
        if self.chance.permille(rate) {
            node.end_write(&mut self.checks);
        }
        if self.chance.permille(rate) {
            node.end_hard_state_write(&mut self.checks);
        }
    }

    fn act_as_client(&mut self, at: usize) {
        if self.chance.permille(30) {
            self.next_request += 1;
            let request = RequestId::new(self.next_request);
            self.checks.ask(request);
            self.nodes[at].input(&mut self.checks, |raft| raft.read(request));
        }
        if !self.nodes[at].is_leader() {
            return;
        }
        if self.chance.permille(500) {
            self.propose(at);
        }
        if self.chance.permille(5) {
            let to = NodeId::new(1 + self.chance.below(self.nodes.len()) as u64);
            self.nodes[at].input(&mut self.checks, |raft| raft.transfer_leadership(to));
        }
        if self.chance.permille(3) {
            let slow = self.chance.permille(500);
            self.nodes[at].input(&mut self.checks, |raft| raft.disk_slow(slow));
        }
        self.heal_members(at);
        if self.chance.permille(self.rates.change) {
            let change = self.random_change(at);
            if self.nodes[at].propose(0, Some(change), &mut self.checks) {
                self.checks.count("configuration changes proposed");
            }
        }
    }

    fn propose(&mut self, at: usize) -> bool {
        self.next_payload += 1;
        let payload = self.next_payload;
        self.nodes[at].propose(payload, None, &mut self.checks)
    }

    /// What the leader's driver does about replicas that lost their disks: learner first, voter when caught
    /// up.
    fn heal_members(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let raft = node.raft.as_ref().unwrap();
        let configuration = *raft.configuration();
        let amnesiac = raft.progress().iter().find(|member| member.amnesiac && !member.learner);
        let step = if let Some(member) = amnesiac {
            Some(Change::Learner(member.id))
        } else {
            let last = raft.log().last();
            let fit = raft
                .progress()
                .iter()
                .find(|member| member.learner && !member.amnesiac && last.distance_from(member.matched) < 5);
            fit.map(|member| Change::Voter(member.id))
        };
        let alone = configuration.voters.len() <= 2 && matches!(step, Some(Change::Learner(_)));
        if let Some(step) = step.filter(|_| !configuration.is_joint() && !alone) {
            let change = ConfigurationChange::new(Transition::Auto, &[step]).unwrap();
            node.propose(0, Some(change), &mut self.checks);
        } else if configuration.is_joint() && !configuration.auto_leave {
            node.propose(0, Some(ConfigurationChange::LEAVE), &mut self.checks);
        }
    }

    /// Three voters at least stay.
    fn random_change(&mut self, at: usize) -> ConfigurationChange {
        let configuration = *self.nodes[at].raft.as_ref().unwrap().configuration();
        let mut steps = Vec::new();
        for _ in 0..1 + self.chance.below(2) {
            let id = NodeId::new(1 + self.chance.below(self.nodes.len()) as u64);
            let spare = configuration.voters.len() > 3 && steps.is_empty();
            steps.push(match self.chance.below(3) {
                0 if spare => Change::Remove(id),
                1 if spare || !configuration.contains(id) => Change::Learner(id),
                _ => Change::Voter(id),
            });
        }
        let transition =
            self.chance.pick(&[Transition::Auto, Transition::JointImplicit, Transition::JointExplicit]);
        ConfigurationChange::new(transition, &steps).unwrap()
    }

    /// Takes what was sent; now and then the disk gives the leader another entry than it wrote.
    fn collect(&mut self) {
        for at in 0..self.nodes.len() {
            let outbox = std::mem::take(&mut self.nodes[at].outbox);
            if outbox.iter().any(is_vote) && self.chance.permille(self.rates.vote_crash) {
                self.crash(at);
            }
            for mut envelope in outbox {
                if !envelope.entries.is_empty() && self.chance.permille(self.rates.misread) {
                    let which = self.chance.below(envelope.entries.len());
                    let meta = envelope.entries[which].meta;
                    envelope.entries[which] =
                        Entry::sealed(meta.index, meta.term, meta.chain_before, self.chance.next(), None);
                    self.checks.count("misread entries sent");
                }
                self.network.push(envelope);
            }
        }
    }

    fn calm_round(&mut self) {
        self.round += 1;
        for at in 0..self.nodes.len() {
            self.nodes[at].input(&mut self.checks, tidemill_raft::Raft::tick);
            self.turn_disk(at, 1000);
            self.nodes[at].apply(100, &mut self.checks);
            self.give_up_repairs(at);
            if self.nodes[at].is_leader() {
                self.heal_members(at);
                if self.round.is_multiple_of(4) {
                    self.propose(at);
                }
            }
        }
        self.collect();
        for envelope in std::mem::take(&mut self.network) {
            self.deliver(envelope);
        }
    }

    /// One leader, known to all members, whose log all of them have applied up to its commit index; nobody in
    /// trouble.
    fn is_settled(&mut self) -> bool {
        let leaders: Vec<_> = self.nodes.iter().filter(|node| node.is_leader()).collect();
        let [leader] = leaders.as_slice() else { return false };
        let raft = leader.raft.as_ref().unwrap();
        let (configuration, commit) = (*raft.configuration(), raft.log().commit());
        let committed_own = raft.log().term(commit) == Some(raft.hard_state().term);
        committed_own
            && commit > self.checks.acknowledged.min(Index::FIRST)
            && !configuration.is_joint()
            && self.nodes.iter().filter(|node| configuration.contains(node.id)).all(|node| {
                let raft = node.raft.as_ref().unwrap();
                node.is_sound()
                    && raft.leadership().leader == leader.id
                    && (raft.leadership().role == Role::Leader || raft.leadership().role == Role::Follower)
                    && raft.log().applied().distance_from(Index::ZERO) + 4 >= commit.get()
            })
    }
}

fn is_vote(envelope: &Envelope) -> bool {
    matches!(envelope.message.body, Body::VoteReply { pre: false, rejected: false })
}
