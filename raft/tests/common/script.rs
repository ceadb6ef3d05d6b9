//! Runs the interaction scripts of etcd/raft on the replicas of this crate. The driver behaves like the reference's:
//! one turn ("handling Ready") makes durable, applies and sends what has gathered.

use std::collections::BTreeMap;
use std::fmt::Write;

use tidemill_core::ids::{Index, Term};
use tidemill_raft::message::{Body, Message};
use tidemill_raft::{
    Boot, Chain, Change, Configuration, ConfigurationChange, EntryKind, EntryMeta, HardState, Log,
    LogOperation, MemberSet, NodeId, Options, Place, Raft, ReadMode, Role, SnapshotEvent, Transition, Wanted,
};

use super::datadriven::Case;

#[derive(Debug, Clone)]
struct Entry {
    meta: EntryMeta,
    text: String,
    change: Option<ConfigurationChange>,
}

#[derive(Debug, Clone, Copy)]
struct Snapshot {
    place: Place,
    configuration: Configuration,
}

#[derive(Debug, Clone)]
struct Envelope {
    message: Message,
    entries: Vec<Entry>,
    snapshot: Option<Snapshot>,
    /// A proposal on its way to the leader; in this crate that is the driver's business, not a message of consensus.
    proposal: Option<(String, Option<ConfigurationChange>)>,
}

#[derive(Debug)]
struct Node {
    raft: Raft,
    journal: BTreeMap<u64, Entry>,
    messages: Vec<Envelope>,
    after_append: Vec<Envelope>,
    soft: (NodeId, Role),
    hard: (HardState, Index),
    version: u64,
    /// Entries from here on were not written yet.
    unwritten: Index,
    /// Where batches of entries end.
    boundaries: Vec<Index>,
    applied: Index,
    restored: Option<Snapshot>,
    latest: Snapshot,
}

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
            let ids: Vec<u64> = case.values(key).unwrap_or(&[]).iter().map(|id| id.parse().unwrap()).collect();
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
            let place =
                Place { index: Index::new(index), term: Term::new(u64::from(index > 0)), chain: Chain::new(index) };
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
        let unwritten: Vec<_> = node.journal.range(node.unwritten.get()..).map(|(_, entry)| entry.clone()).collect();
        if !unwritten.is_empty() {
            lines.push("Entries:".to_owned());
            lines.extend(unwritten.iter().map(describe_entry));
        }
        let (from, to) = (node.applied.get() + 1, hard.1.get());
        let committed: Vec<_> =
            if from <= to { node.journal.range(from..=to).map(|(_, entry)| entry.clone()).collect() } else { vec![] };
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
        let lines: Vec<_> = node.journal.range(..node.unwritten.get()).map(|(_, entry)| describe_entry(entry)).collect();
        let base = node.raft.log().base().index;
        if lines.is_empty() {
            self.say(&format!("log is empty: first index={}, last index={base}", base.next()));
        }
        lines.iter().for_each(|line| self.say(line));
    }

    fn raft_state(&mut self) {
        let line = |node: &Node| {
            let is = node.raft.leadership();
            let voter = if node.raft.configuration().is_voter(node.raft.id()) { "Voter" } else { "Non-Voter" };
            format!("{}: State{:?} ({voter}) Term:{} Lead:{}", node.raft.id(), is.role, is.term, is.leader)
        };
        let lines: Vec<_> = self.nodes.iter().map(line).collect();
        lines.iter().for_each(|line| self.say(line));
    }
}

impl Node {
    fn new(raft: Raft, latest: Snapshot) -> Self {
        let applied = latest.place.index;
        let hard = (raft.hard_state(), applied);
        Self {
            raft,
            journal: BTreeMap::new(),
            messages: Vec::new(),
            after_append: Vec::new(),
            soft: (NodeId::NONE, Role::Follower),
            hard,
            version: 0,
            unwritten: applied.next(),
            boundaries: Vec::new(),
            applied,
            restored: None,
            latest,
        }
    }

    fn has_ready(&self) -> bool {
        let is = self.raft.leadership();
        let log = self.raft.log();
        (is.leader, is.role) != self.soft
            || (self.raft.hard_state(), log.commit()) != self.hard
            || self.restored.is_some()
            || !self.messages.is_empty()
            || !self.after_append.is_empty()
            || self.unwritten <= log.last()
            || self.applied < log.commit()
    }

    fn input(&mut self, act: impl FnOnce(&mut Raft)) {
        act(&mut self.raft);
        self.pump(None);
    }

    fn receive(&mut self, envelope: &Envelope) -> bool {
        if let Some((text, change)) = &envelope.proposal {
            self.propose_or_blank(text, *change);
            return true;
        }
        let body = &envelope.message.body;
        let answers = matches!(
            body,
            Body::AppendReply(_) | Body::HeartbeatReply { .. } | Body::VoteReply { .. } | Body::ReadReply { .. }
        );
        if answers && !self.raft.progress().iter().any(|member| member.id == envelope.message.from) {
            return false;
        }
        let entries: Vec<_> = envelope.entries.iter().map(|entry| entry.meta).collect();
        self.raft.step(&envelope.message, &entries);
        self.pump(Some(envelope));
        true
    }

    /// Does what the output asks for, until nothing is left.
    fn pump(&mut self, envelope: Option<&Envelope>) {
        for round in 0.. {
            assert!(round < 100, "it never comes to rest");
            let output = self.raft.output();
            let messages: Vec<_> = output.messages.drain(..).collect();
            let operations: Vec<_> = output.log.drain(..).collect();
            let snapshots: Vec<_> = output.snapshots.drain(..).collect();
            self.version = output.hard_state.map_or(self.version, |write| write.version);
            assert!(output.alarms.is_empty(), "{:?}", output.alarms);
            output.clear();
            for operation in operations {
                self.operate(operation, envelope);
            }
            for message in messages {
                self.gather(message);
            }
            for event in &snapshots {
                self.on_snapshot(*event, envelope);
            }
            match self.raft.wanted() {
                Some(Wanted::TermStart) => assert!(self.append("", None)),
                Some(Wanted::LeaveJoint) => {
                    assert!(self.append("EntryConfChangeV2", Some(ConfigurationChange::LEAVE)));
                }
                None if snapshots.is_empty() => return,
                None => {}
            }
        }
    }

    fn operate(&mut self, operation: LogOperation, envelope: Option<&Envelope>) {
        match operation {
            LogOperation::Truncate { last } => {
                self.journal.retain(|index, _| *index <= last.get());
                self.unwritten = self.unwritten.min(last.next());
                self.boundaries.retain(|boundary| *boundary <= last);
            }
            LogOperation::Store { first, last } => {
                for entry in &envelope.expect("entries come with a message").entries {
                    if entry.meta.index >= first && entry.meta.index <= last {
                        self.journal.insert(entry.meta.index.get(), entry.clone());
                    }
                }
            }
            LogOperation::Repair { .. } => panic!("nothing is damaged"),
        }
    }

    fn gather(&mut self, message: Message) {
        let entries = match message.body {
            Body::Append(append) => {
                let range = append.previous_index.get() + 1..=append.last_index().get();
                range.map(|index| self.journal[&index].clone()).collect()
            }
            _ => Vec::new(),
        };
        let snapshot = matches!(message.body, Body::Snapshot(_)).then_some(self.latest);
        let envelope = Envelope { message, entries, snapshot, proposal: None };
        if matches!(message.body, Body::AppendReply(_) | Body::VoteReply { .. }) {
            self.after_append.push(envelope);
        } else {
            self.messages.push(envelope);
        }
    }

    fn on_snapshot(&mut self, event: SnapshotEvent, envelope: Option<&Envelope>) {
        match event {
            SnapshotEvent::Wanted { to } => assert!(self.raft.send_snapshot(to, self.latest.place, 1)),
            SnapshotEvent::Install { place } => {
                let snapshot = envelope.and_then(|envelope| envelope.snapshot).unwrap();
                assert_eq!(snapshot.place, place);
                self.raft.snapshot_installed(place, &snapshot.configuration);
                self.journal.clear();
                self.boundaries.clear();
                self.unwritten = place.index.next();
                self.applied = place.index;
                self.restored = Some(snapshot);
                self.latest = snapshot;
            }
            SnapshotEvent::Write { .. } | SnapshotEvent::Finished { .. } => {}
        }
    }

    /// Where the reference puts an empty entry in its place, this crate refuses the change.
    fn propose_or_blank(&mut self, text: &str, change: Option<ConfigurationChange>) -> bool {
        let refused = |change| self.raft.check_change(change, 0).is_err();
        if self.raft.leadership().role == Role::Leader && change.as_ref().is_some_and(refused) {
            return self.propose("", None);
        }
        self.propose(text, change)
    }

    fn propose(&mut self, text: &str, change: Option<ConfigurationChange>) -> bool {
        let is = self.raft.leadership();
        if is.role == Role::Follower && is.leader.is_some() {
            let message =
                Message { from: self.raft.id(), to: is.leader, term: Term::ZERO, body: Body::TransferLeader };
            let proposal = Some((text.to_owned(), change));
            self.messages.push(Envelope { message, entries: Vec::new(), snapshot: None, proposal });
            return true;
        }
        if self.raft.check_proposal(0).is_err() {
            return false;
        }
        let accepted = self.append(text, change);
        self.pump(None);
        accepted
    }

    fn append(&mut self, text: &str, change: Option<ConfigurationChange>) -> bool {
        let log = self.raft.log();
        let (index, term) = (log.last().next(), self.raft.hard_state().term);
        let chain = Chain::new(index.get() << 32 | term.get() << 8 | text.len() as u64);
        let kind = if change.is_some() { EntryKind::Configuration } else { EntryKind::Normal };
        let length = text.len() as u32;
        let meta = EntryMeta { index, term, chain_before: log.last_chain(), chain, length, kind };
        self.journal.insert(index.get(), Entry { meta, text: text.to_owned(), change });
        self.boundaries.push(index);
        match change {
            Some(change) => self.raft.propose_change(&meta, &change).is_ok(),
            None => self.raft.propose(&meta).is_ok(),
        }
    }

    fn apply(&mut self, entry: &Entry) {
        assert_eq!(entry.meta.index, self.applied.next(), "each entry is applied once");
        self.applied = entry.meta.index;
        if let Some(change) = &entry.change {
            self.latest.configuration = self.raft.apply_change(change).expect("it was checked");
            self.pump(None);
        }
        let meta = entry.meta;
        self.latest.place = Place { index: meta.index, term: meta.term, chain: meta.chain };
    }

    fn compact(&mut self, index: Index) {
        let chain = self.raft.log().chain(index).unwrap();
        let term = self.raft.log().term(index).unwrap();
        self.raft.compacted(Place { index, term, chain });
        self.journal.retain(|at, _| *at > index.get());
    }

    fn snapshot_for(&self, to: NodeId) -> Envelope {
        let place = self.latest.place;
        let chunk = tidemill_raft::message::SnapshotChunk { place, offset: 0, length: 1, total: 1 };
        let term = self.raft.hard_state().term;
        let message = Message { from: self.raft.id(), to, term, body: Body::Snapshot(chunk) };
        Envelope { message, entries: Vec::new(), snapshot: Some(self.latest), proposal: None }
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

fn name(body: &Body) -> &'static str {
    match body {
        Body::Append(_) => "MsgApp",
        Body::AppendReply(_) => "MsgAppResp",
        Body::Heartbeat { .. } => "MsgHeartbeat",
        Body::HeartbeatReply { .. } => "MsgHeartbeatResp",
        Body::Vote { pre: true, .. } => "MsgPreVote",
        Body::Vote { pre: false, .. } => "MsgVote",
        Body::VoteReply { pre: true, .. } => "MsgPreVoteResp",
        Body::VoteReply { pre: false, .. } => "MsgVoteResp",
        Body::Snapshot(_) => "MsgSnap",
        Body::TimeoutNow => "MsgTimeoutNow",
        Body::TransferLeader => "MsgTransferLeader",
        _ => "(not in the reference)",
    }
}

fn describe_entry(entry: &Entry) -> String {
    let text = if entry.change.is_some() { entry.text.clone() } else { format!("EntryNormal {:?}", entry.text) };
    format!("{}/{} {text}", entry.meta.term, entry.meta.index)
}

fn describe_snapshot(snapshot: &Snapshot) -> String {
    let set = |set: &MemberSet| set.to_string().replace('(', "[").replace(')', "]");
    let Snapshot { place, configuration: members } = snapshot;
    format!(
        "Index:{} Term:{} ConfState:Voters:{} VotersOutgoing:{} Learners:{} LearnersNext:{} AutoLeave:{}",
        place.index,
        place.term,
        set(&members.voters),
        set(&members.outgoing),
        set(&members.learners),
        set(&members.learners_next),
        members.auto_leave
    )
}

fn describe(envelope: &Envelope) -> String {
    let message = &envelope.message;
    let (mut log, mut commit, mut rejected) = ((Term::ZERO, Index::ZERO), Index::ZERO, None);
    match message.body {
        Body::Append(append) => {
            (log, commit) = ((append.previous_term, append.previous_index), append.commit);
        }
        Body::AppendReply(reply) => {
            log = (reply.hint_term, reply.index);
            rejected = reply.rejected.then_some(reply.hint_index);
        }
        Body::Heartbeat { commit: to, .. } => commit = to,
        Body::Vote { last_index, last_term, .. } => log = (last_term, last_index),
        Body::VoteReply { rejected: true, .. } => rejected = Some(Index::ZERO),
        _ => {}
    }
    if let Some((text, change)) = &envelope.proposal {
        let (from, to) = (message.from, message.to);
        let text = if change.is_some() { text.clone() } else { format!("EntryNormal {text:?}") };
        return format!("{from}->{to} MsgProp Term:0 Log:0/0 Entries:[0/0 {text}]");
    }
    let kind = name(&message.body);
    let mut text = format!("{}->{} {kind} Term:{} Log:{}/{}", message.from, message.to, message.term, log.0, log.1);
    if let Some(hint) = rejected {
        write!(text, " Rejected (Hint: {hint})").unwrap();
    }
    if commit > Index::ZERO {
        write!(text, " Commit:{commit}").unwrap();
    }
    match envelope.entries.as_slice() {
        [] => {}
        [entry] => write!(text, " Entries:[{}]", describe_entry(entry)).unwrap(),
        entries => {
            let lines: Vec<_> = entries.iter().map(describe_entry).collect();
            write!(text, " Entries:[\n{}\n]", lines.join("\n")).unwrap();
        }
    }
    if let Some(snapshot) = &envelope.snapshot {
        write!(text, "\nSnapshot: {}", describe_snapshot(snapshot)).unwrap();
    }
    text
}
