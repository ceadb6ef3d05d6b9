//! Prints messages and entries as the reference does.

use std::fmt::Write;

use tidemill_core::ids::{Index, Term};
use tidemill_raft::MemberSet;
use tidemill_raft::message::Body;

use super::script_node::{Entry, Envelope, Snapshot};

pub fn name(body: &Body) -> &'static str {
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

pub fn describe_entry(entry: &Entry) -> String {
    let text =
        if entry.change.is_some() { entry.text.clone() } else { format!("EntryNormal {:?}", entry.text) };
    format!("{}/{} {text}", entry.meta.term, entry.meta.index)
}

pub fn describe_snapshot(snapshot: &Snapshot) -> String {
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

pub fn describe(envelope: &Envelope) -> String {
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
    let mut text =
        format!("{}->{} {kind} Term:{} Log:{}/{}", message.from, message.to, message.term, log.0, log.1);
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
