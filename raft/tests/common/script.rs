//! Runs the interaction scripts of etcd/raft on the replicas of this crate. The driver behaves like the
//! reference's: one turn ("handling Ready") makes durable, applies and sends what has gathered.

use std::fmt::Write;

use tidemill_core::ids::{Index, Term};
use tidemill_raft::{
    Boot, Chain, Change, Configuration, ConfigurationChange, HardState, Log, MemberSet, NodeId, Options,
    Place, Raft, ReadMode, Role, Transition,
};

use super::datadriven::Case;
use super::describe::{describe, describe_entry, describe_snapshot, name};
use super::script_node::{Envelope, Node, Snapshot};

/// Several replicas, and messages on their way.
#[derive(Debug, Default)]
pub struct Environment {
    nodes: Vec<Node>,
    messages: Vec<Envelope>,
    output: String,
    silent: bool,
}

impl Environment {
    /// Runs one command; what it prints.
    pub fn run(&mut self, case: &Case) -> String {
        self.output.clear();
        let ids: Vec<usize> = case.numbers().iter().map(|id| *id as usize - 1).collect();
        match case.command.as_str() {
            "log-level" => self.silent = case.arguments[0].0 == "none",
            "add-nodes" => self.add_nodes(case),
            "campaign" => self.nodes[ids[0]].input(|raft| raft.campaign()),
            "tick-heartbeat" => self.nodes[ids[0]].input(Raft::tick),
            "tick-election" => (0..3).for_each(|_| self.nodes[ids[0]].input(Raft::tick)),
            "forget-leader" => self.nodes[ids[0]].input(Raft::forget_leader),
            "set-randomized-election-timeout" => {
                let ticks = case.value("timeout").unwrap().parse().unwrap();
                self.nodes[ids[0]].input(|raft| raft.set_election_timeout(ticks));
            }
            "report-unreachable" => {
                let peer = NodeId::new(case.numbers()[1]);
                self.nodes[ids[0]].input(|raft| raft.unreachable(peer));
            }
            "transfer-leadership" => {
                let number = |key| case.value(key).unwrap().parse::<u64>().unwrap();
                let (from, to) = (number("from") as usize - 1, NodeId::new(number("to")));
                self.nodes[from].input(|raft| raft.transfer_leadership(to));
            }
            "propose" => {
                if !self.nodes[ids[0]].propose(&case.arguments[1].0, None) {
                    self.say("raft proposal dropped");
                }
            }
            "propose-conf-change" => self.propose_change(ids[0], case),
            "process-ready" => {
                for at in &ids {
                    if ids.len() > 1 {
                        self.say(&format!("> {} handling Ready", at + 1));
                    }
                    self.process_ready(*at);
                }
            }
            "stabilize" => {
                let before = self.silent;
                self.silent |= case.value("log-level") == Some("none");
                self.stabilize(&ids);
                self.silent = before;
            }
            "deliver-msgs" => self.deliver_command(case),
            "send-snapshot" => {
                let envelope = self.nodes[ids[0]].snapshot_for(NodeId::new(case.numbers()[1]));
                self.say(&describe(&envelope));
                self.messages.push(envelope);
            }
            "compact" => {
                let index = Index::new(case.numbers()[1]);
                self.nodes[ids[0]].compact(index);
                self.raft_log(ids[0]);
            }
            "raft-log" => self.raft_log(ids[0]),
            "raft-state" => self.raft_state(),
            "status" => {
                let lines: Vec<String> = match self.nodes[ids[0]].raft.leadership().role {
                    Role::Leader => {
                        let members = self.nodes[ids[0]].raft.progress().iter();
                        members.map(|member| format!("{}: {member}", member.id)).collect()
                    }
                    _ => Vec::new(),
                };
                lines.iter().for_each(|line| self.say(line));
            }
            other => panic!("unknown command {other}"),
        }
        self.output.clone()
    }

    fn say(&mut self, line: &str) {
        if !self.silent {
            writeln!(self.output, "{line}").unwrap();
        }
    }

    fn add_nodes(&mut self, case: &Case) {
        let set = |key| {
            let ids: Vec<u64> =
                case.values(key).unwrap_or(&[]).iter().map(|id| id.parse().unwrap()).collect();
            MemberSet::of(&ids).unwrap()
        };
        let configuration =
            Configuration { voters: set("voters"), learners: set("learners"), ..Configuration::default() };
        let flag = |key| case.value(key) == Some("true");
        for _ in 0..case.numbers()[0] {
            let mut options = Options::new(NodeId::new(self.nodes.len() as u64 + 1));
            options.election_ticks = 3;
            options.pre_vote = flag("prevote");
            options.check_quorum = flag("checkquorum");
            options.step_down_on_removal = flag("step-down-on-removal");
            options.append_bytes_max = u64::MAX / 2;
            options.inflight_bytes_max = u64::MAX / 2;
            options.inflight_count_max = case.value("inflight").map_or(1024, |count| count.parse().unwrap());
            if case.value("read-only") == Some("lease-based") {
                options.read_mode = ReadMode::Lease;
            }
            let index: u64 = case.value("index").map_or(0, |index| index.parse().unwrap());
            let place = Place {
                index: Index::new(index),
                term: Term::new(u64::from(index > 0)),
                chain: Chain::new(index),
            };
            let boot = Boot::new(HardState::default(), Log::new(place, 1024), configuration);
            self.nodes.push(Node::new(Raft::new(options, boot), Snapshot { place, configuration }));
        }
    }

    fn propose_change(&mut self, at: usize, case: &Case) {
        let steps: Vec<Change> = case.input.split_whitespace().map(step).collect();
        let transition = match case.value("transition") {
            Some("explicit") => Transition::JointExplicit,
            Some("implicit") => Transition::JointImplicit,
            _ => Transition::Auto,
        };
        let change = ConfigurationChange::new(transition, &steps).unwrap();
        let kind = if case.value("v1") == Some("true") { "EntryConfChange" } else { "EntryConfChangeV2" };
        let text = format!("{kind} {}", case.input.trim());
        if !self.nodes[at].propose_or_blank(text.trim(), Some(change)) {
            self.say("raft proposal dropped");
        }
    }

    fn stabilize(&mut self, ids: &[usize]) {
        let ids: Vec<usize> = if ids.is_empty() { (0..self.nodes.len()).collect() } else { ids.to_vec() };
        for round in 0.. {
            assert!(round < 1000, "it never becomes stable");
            let mut done = true;
            for at in &ids {
                if self.nodes[*at].has_ready() {
                    self.say(&format!("> {} handling Ready", at + 1));
                    self.process_ready(*at);
                    done = false;
                }
            }
            for at in &ids {
                let to = NodeId::new(*at as u64 + 1);
                if self.messages.iter().any(|envelope| envelope.message.to == to) {
                    self.say(&format!("> {} receiving messages", at + 1));
                    self.deliver(to, None, false);
                    done = false;
                }
            }
            if done {
                return;
            }
        }
    }

    fn deliver_command(&mut self, case: &Case) {
        let drops = case.values("drop").unwrap_or(&[]).iter().map(|id| (id.parse::<u64>().unwrap(), true));
        let recipients: Vec<_> = case.numbers().into_iter().map(|id| (id, false)).chain(drops).collect();
        let mut count = 0;
        for (id, drop) in recipients {
            count += self.deliver(NodeId::new(id), case.value("type"), drop);
        }
        if count == 0 {
            self.say("no messages");
        }
    }

    fn deliver(&mut self, to: NodeId, kind: Option<&str>, drop: bool) -> usize {
        let fits = |envelope: &Envelope| {
            envelope.message.to == to && kind.is_none_or(|kind| name(&envelope.message.body) == kind)
        };
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.messages).into_iter().partition(|envelope| fits(envelope));
        self.messages = later;
        for envelope in &now {
            let text = describe(envelope);
            self.say(&if drop { format!("dropped: {text}") } else { text });
            if !drop && !self.nodes[to.get() as usize - 1].receive(envelope) {
                self.say("raft: cannot step as peer not found");
            }
        }
        now.len()
    }

    fn process_ready(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let mut lines = Vec::new();
        let leadership = node.raft.leadership();
        let soft = (leadership.leader, leadership.role);
        if soft != node.soft {
            lines.push(format!("Lead:{} State:State{:?}", soft.0, soft.1));
            node.soft = soft;
        }
        let hard = (node.raft.hard_state(), node.raft.log().commit());
        if hard != node.hard {
            let vote = if hard.0.vote.is_some() { format!(" Vote:{}", hard.0.vote) } else { String::new() };
            lines.push(format!("HardState Term:{}{vote} Commit:{}", hard.0.term, hard.1));
            node.hard = hard;
        }
        if let Some(snapshot) = node.restored.take() {
            lines.push(format!("Snapshot {}", describe_snapshot(&snapshot)));
        }
        let last = node.raft.log().last();
        let unwritten: Vec<_> =
            node.journal.range(node.unwritten.get()..).map(|(_, entry)| entry.clone()).collect();
        if !unwritten.is_empty() {
            lines.push("Entries:".to_owned());
            lines.extend(unwritten.iter().map(describe_entry));
        }
        let (from, to) = (node.applied.get() + 1, hard.1.get());
        let committed: Vec<_> = if from <= to {
            node.journal.range(from..=to).map(|(_, entry)| entry.clone()).collect()
        } else {
            vec![]
        };
        if !committed.is_empty() {
            lines.push("CommittedEntries:".to_owned());
            lines.extend(committed.iter().map(describe_entry));
        }
        let mut messages = std::mem::take(&mut node.messages);
        node.unwritten = last.next();
        for entry in &committed {
            node.apply(entry);
        }
        let (version, epoch) = (node.version, node.raft.log_epoch());
        node.input(|raft| raft.hard_state_durable(version));
        for boundary in std::mem::take(&mut node.boundaries) {
            if boundary <= last && epoch == node.raft.log_epoch() {
                node.input(|raft| raft.log_durable(boundary, epoch));
            }
        }
        node.input(|raft| raft.log_durable(last, epoch));
        if let Some(entry) = committed.last() {
            let index = entry.meta.index;
            node.input(|raft| raft.applied(index));
        }
        messages.append(&mut node.after_append);
        if !messages.is_empty() {
            lines.push("Messages:".to_owned());
            lines.extend(messages.iter().map(describe));
        }
        self.messages.append(&mut messages);
        lines.iter().for_each(|line| self.say(line));
    }

    fn raft_log(&mut self, at: usize) {
        let node = &self.nodes[at];
        let lines: Vec<_> =
            node.journal.range(..node.unwritten.get()).map(|(_, entry)| describe_entry(entry)).collect();
        let base = node.raft.log().base().index;
        if lines.is_empty() {
            self.say(&format!("log is empty: first index={}, last index={base}", base.next()));
        }
        lines.iter().for_each(|line| self.say(line));
    }

    fn raft_state(&mut self) {
        let line = |node: &Node| {
            let is = node.raft.leadership();
            let voter =
                if node.raft.configuration().is_voter(node.raft.id()) { "Voter" } else { "Non-Voter" };
            format!("{}: State{:?} ({voter}) Term:{} Lead:{}", node.raft.id(), is.role, is.term, is.leader)
        };
        let lines: Vec<_> = self.nodes.iter().map(line).collect();
        lines.iter().for_each(|line| self.say(line));
    }
}

fn step(text: &str) -> Change {
    let id = NodeId::new(text[1..].parse().unwrap());
    match &text[..1] {
        "v" => Change::Voter(id),
        "l" => Change::Learner(id),
        "r" => Change::Remove(id),
        _ => Change::Update(id),
    }
}
