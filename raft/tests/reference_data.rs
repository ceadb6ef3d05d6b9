//! The data files of etcd/raft for quorums and changes of the configuration, run as they are.

#![allow(clippy::print_stderr)]

#[path = "common/datadriven.rs"]
mod datadriven;

use std::collections::BTreeMap;
use std::fmt::Write;

use datadriven::Case;
use tidemill_core::ids::Index;
use tidemill_raft::quorum::{self, VoteResult};
use tidemill_raft::{Change, Changer, Configuration, Inflights, MemberSet, NodeId};

fn run(folder: &str, file_count: usize, mut execute: impl FnMut(&str, &Case) -> String) {
    let Some(files) = datadriven::files(folder) else { return };
    assert_eq!(files.len(), file_count);
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        for case in datadriven::parse(&std::fs::read_to_string(&file).unwrap()) {
            let found = execute(&name, &case);
            assert_eq!(found.trim_end(), case.expected.trim_end(), "{name}:{}", case.line);
        }
    }
}

fn set(case: &Case, key: &str) -> MemberSet {
    let ids: Vec<u64> = case.values(key).unwrap_or(&[]).iter().filter_map(|id| id.parse().ok()).collect();
    MemberSet::of(&ids).unwrap()
}

/// What stands for each voter, in the order in which the sets name them.
fn by_voter(case: &Case, key: &str) -> BTreeMap<NodeId, String> {
    let mut ids: Vec<u64> = Vec::new();
    for id in [case.values("cfg"), case.values("cfgj")].into_iter().flatten().flatten() {
        let id = id.parse().unwrap_or(0);
        if id != 0 && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let values = case.values(key).unwrap_or(&[]);
    let pairs = ids.into_iter().map(NodeId::new).zip(values.iter().cloned());
    pairs.filter(|(_, value)| value != "_").collect()
}

fn describe(voters: &MemberSet, acknowledged: &BTreeMap<NodeId, String>) -> String {
    let count = voters.len();
    if count == 0 {
        return "<empty majority quorum>".to_owned();
    }
    let index = |id: NodeId| acknowledged.get(&id).map_or(0, |index| index.parse::<u64>().unwrap());
    let mut text = format!("{}    idx\n", " ".repeat(count));
    for id in voters.iter() {
        let bar = voters.iter().filter(|other| index(*other) < index(id)).count();
        if acknowledged.contains_key(&id) {
            write!(text, "{}>{}", "x".repeat(bar), " ".repeat(count - bar)).unwrap();
        } else {
            write!(text, "?{}", " ".repeat(count)).unwrap();
        }
        writeln!(text, " {:5}    (id={id})", index(id)).unwrap();
    }
    text
}

fn quorum_command(case: &Case) -> String {
    let (incoming, outgoing) = (set(case, "cfg"), set(case, "cfgj"));
    let joint = case.values("cfgj").is_some();
    if case.command == "vote" {
        let votes = by_voter(case, "votes");
        let vote = |id: NodeId| votes.get(&id).map(|vote| vote == "y");
        let result = quorum::vote_result_jointly(&incoming, &outgoing, vote);
        assert_eq!(result, quorum::vote_result_jointly(&outgoing, &incoming, vote), "by symmetry");
        if !joint {
            assert_eq!(result, quorum::vote_result(&incoming, vote));
        }
        return match result {
            VoteResult::Won => "VoteWon",
            VoteResult::Lost => "VoteLost",
            VoteResult::Pending => "VotePending",
        }
        .to_owned();
    }
    assert_eq!(case.command, "committed");
    let indices = by_voter(case, "idx");
    let acknowledged = |id: NodeId| indices.get(&id).map(|index| index.parse().unwrap());
    let index = quorum::committed_jointly(&incoming, &outgoing, acknowledged);
    assert_eq!(index, quorum::committed_jointly(&outgoing, &incoming, acknowledged), "by symmetry");
    let mut all = incoming;
    assert!(outgoing.iter().all(|id| all.insert(id)));
    let voters = if joint { all } else { incoming };
    let text = if index == u64::MAX { "∞".to_owned() } else { index.to_string() };
    format!("{}{text}", describe(&voters, &indices))
}

#[test]
fn quorums() {
    run("quorum/testdata", 4, |_, case| quorum_command(case));
}

#[test]
fn changes_of_the_configuration() {
    let fresh = || Changer {
        configuration: Configuration::default(),
        progress: Vec::new(),
        last_index: Index::ZERO,
        inflights: Inflights::new(10, u64::MAX),
    };
    let (mut file, mut changer) = (String::new(), fresh());
    run("confchange/testdata", 9, |name, case| {
        if file != name {
            (file, changer) = (name.to_owned(), fresh());
        }
        let steps: Vec<Change> = case.input.split_whitespace().map(step).collect();
        let result = match case.command.as_str() {
            "simple" => changer.clone().simple(&steps),
            "enter-joint" => changer.clone().enter_joint(case.value("autoleave") == Some("true"), &steps),
            "leave-joint" => changer.clone().leave_joint(),
            other => panic!("unknown command {other}"),
        };
        let last_index = changer.last_index.next();
        let text = match result {
            Err(error) => error.to_string(),
            Ok(changed) => {
                changer = changed;
                let members = changer.progress.iter();
                let lines: String = members.map(|member| format!("{}: {member}\n", member.id)).collect();
                format!("{}\n{lines}", changer.configuration)
            }
        };
        changer.last_index = last_index;
        text
    });
}

fn step(text: &str) -> Change {
    let id = NodeId::new(text[1..].parse().unwrap());
    match &text[..1] {
        "v" => Change::Voter(id),
        "l" => Change::Learner(id),
        "r" => Change::Remove(id),
        "u" => Change::Update(id),
        other => panic!("unknown step {other}"),
    }
}
