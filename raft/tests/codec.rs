//! Frames: every message survives, nothing else gets in, and a replica takes whatever decodes without a
//! panic.

use tidemill_core::ids::{Index, PartitionId, Term};
use tidemill_raft::message::batch::{self, Batch};
use tidemill_raft::message::codec::{self, CodecError, FRAME_HEADER_BYTES};
use tidemill_raft::message::{Append, AppendReply, Body, Losses, Message, SnapshotChunk};
use tidemill_raft::{
    Boot, Chain, Configuration, EntryKind, EntryMeta, HardState, Log, MemberSet, NodeId, Options, Place,
    Raft, RequestId,
};

#[path = "sim/chance.rs"]
#[allow(dead_code)]
mod chance;
use chance::Chance;

/// Small numbers, so that they meet, and now and then an extreme one.
fn number(chance: &mut Chance) -> u64 {
    match chance.below(12) {
        0 => (1 << 62) - chance.next() % 3,
        1 => chance.next() >> 3,
        _ => chance.next() % 8,
    }
}

fn any_body(chance: &mut Chance) -> Body {
    let mut index = || Index::new(number(chance));
    let (a, b, c) = (index(), index(), index());
    let (term, round, offset) = (Term::new(number(chance)), number(chance), number(chance));
    let (chain, count) = (Chain::new(number(chance)), number(chance) % 4);
    let (yes, no) = (chance.permille(500), chance.permille(500));
    let losses = Losses { tail: yes, amnesia: no && yes, last: c };
    let previous_index = Index::new(a.get());
    match chance.below(16) {
        0 | 1 => Body::Append(Append {
            previous_index,
            previous_term: term,
            previous_chain: yes.then_some(chain),
            count,
            last_chain: no.then_some(chain),
            commit: b,
        }),
        2 => {
            Body::AppendReply(AppendReply { index: a, rejected: yes, hint_index: b, hint_term: term, losses })
        }
        3 => Body::Heartbeat { commit: a, read_round: round, rejoin: b },
        4 => Body::HeartbeatReply { read_round: round, losses },
        5 => Body::Vote { pre: yes, transfer: no, last_index: a, last_term: term },
        6 => Body::VoteReply { pre: yes, rejected: no },
        7 => {
            let place = Place { index: a, term, chain };
            Body::Snapshot(SnapshotChunk { place, offset, length: round, total: count })
        }
        8 => Body::SnapshotReply { index: a, offset, rejected: yes },
        9 => Body::TimeoutNow,
        10 => Body::TransferLeader,
        11 => Body::Read { request: RequestId::new(round) },
        12 => Body::ReadReply { request: RequestId::new(round), index: a },
        13 => Body::DoubtQuery,
        14 => Body::DoubtReply { last: a },
        _ if yes => Body::RepairRequest { index: a, chain },
        _ => Body::RepairReply { index: a, chain },
    }
}

fn any_message(chance: &mut Chance, to: u64) -> Message {
    let (from, term) = (NodeId::new(2 + chance.next() % 3), Term::new(number(chance)));
    Message { from, to: NodeId::new(to), term, body: any_body(chance) }
}

#[test]
fn messages_survive_and_damage_does_not() {
    let mut chance = Chance::new(1);
    let partition = PartitionId::new(7).unwrap();
    for _ in 0..20_000 {
        let message = any_message(&mut chance, 1);
        let carries = matches!(message.body, Body::Append(_) | Body::Snapshot(_) | Body::RepairReply { .. });
        let mut frame = vec![0xa5; FRAME_HEADER_BYTES + if carries { chance.below(40) } else { 0 }];
        codec::encode(partition, &message, &mut frame);
        let decoded = codec::decode(&frame).unwrap();
        assert_eq!((decoded.partition, decoded.message), (partition, message));
        assert_eq!(decoded.payload, &frame[FRAME_HEADER_BYTES..]);
        let at = chance.below(frame.len());
        let mut damaged = frame.clone();
        damaged[at] ^= 1 << chance.below(8);
        assert!(codec::decode(&damaged).is_err());
        assert!(codec::decode(&frame[..at]).is_err());
    }
}

#[test]
fn golden_frame() {
    let body = Body::Vote { pre: true, transfer: false, last_index: Index::new(9), last_term: Term::new(4) };
    let message = Message { from: NodeId::new(1), to: NodeId::new(2), term: Term::new(5), body };
    let mut frame = vec![0; FRAME_HEADER_BYTES];
    codec::encode(PartitionId::FIRST, &message, &mut frame);
    let mut expected = [0; FRAME_HEADER_BYTES];
    for (at, byte) in
        [(8, 104), (12, 1), (13, 5), (14, 1), (16, 1), (24, 1), (32, 2), (40, 5), (48, 9), (56, 4)]
    {
        expected[at] = byte;
    }
    assert_eq!(frame[8..], expected[8..]);
}

/// Bytes that pass the checksum: as a peer with a fault, or a stranger, could send them.
#[test]
fn nonsense_is_refused_or_taken_without_a_panic() {
    let mut chance = Chance::new(2);
    let mut refused = 0;
    for round in 0..400 {
        let mut raft = replica(round);
        for _ in 0..100 {
            let mut frame = vec![0; FRAME_HEADER_BYTES];
            let message = any_message(&mut chance, 1);
            codec::encode(PartitionId::FIRST, &message, &mut frame);
            if chance.permille(200) {
                let at = 12 + chance.below(FRAME_HEADER_BYTES - 12);
                frame[at] = chance.next() as u8;
                let sum = twox_hash::XxHash3_64::oneshot(&frame[8..]);
                frame[..8].copy_from_slice(&sum.to_le_bytes());
            }
            match codec::decode(&frame) {
                Ok(decoded) => {
                    let mut again = vec![0; FRAME_HEADER_BYTES];
                    codec::encode(decoded.partition, &decoded.message, &mut again);
                    assert_eq!(again, frame, "one encoding for each message");
                    feed(&mut raft, &decoded.message, &mut chance);
                }
                Err(CodecError::Checksum) => panic!("it was made to fit"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 100);
}

fn replica(seed: u64) -> Raft {
    let mut options = Options::new(NodeId::new(1));
    (options.seed, options.pre_vote) = (seed, seed.is_multiple_of(2));
    let configuration = Configuration::of_voters(MemberSet::of(&[1, 2, 3]).unwrap());
    let log = Log::new(Place::default(), 64);
    Raft::new(options, Boot::new(HardState::default(), log, configuration))
}

fn feed(raft: &mut Raft, message: &Message, chance: &mut Chance) {
    let mut entries = Vec::new();
    if let Body::Append(append) = message.body {
        for index in append.previous_index.get() + 1..=append.last_index().get() {
            let term = Term::new(number(chance) % 8);
            let (chain_before, chain) = (Chain::new(number(chance)), Chain::new(number(chance)));
            let kind = EntryKind::Normal;
            entries.push(EntryMeta { index: Index::new(index), term, chain_before, chain, length: 64, kind });
        }
    }
    raft.step(message, &entries);
    raft.tick();
    let installs = raft
        .output()
        .snapshots
        .iter()
        .any(|event| matches!(event, tidemill_raft::SnapshotEvent::Install { .. }));
    if installs {
        raft.snapshot_refused();
    }
    if let Some(write) = raft.output().hard_state {
        raft.hard_state_durable(write.version);
    }
    let (last, epoch) = (raft.log().last(), raft.log_epoch());
    raft.log_durable(last, epoch);
    raft.output().clear();
}

#[test]
fn heartbeats_travel_together() {
    let mut chance = Chance::new(3);
    let mut batch = Batch::new(NodeId::new(2), NodeId::new(1));
    let mut pushed = Vec::new();
    for at in 0..1000 {
        let message = Message { from: NodeId::new(2), ..any_message(&mut chance, 1) };
        let partition = PartitionId::new(1 + at % 50).unwrap();
        if batch.push(partition, &message) {
            pushed.push((partition, message));
        } else {
            assert!(!matches!(message.body, Body::Heartbeat { .. } | Body::HeartbeatReply { .. }));
        }
    }
    let frame = batch.finish().to_vec();
    assert!(batch::is_batch(&frame));
    let mut taken = Vec::new();
    batch::decode(&frame, |partition, message| taken.push((partition, message))).unwrap();
    assert_eq!(taken, pushed);
    for at in 0..200 {
        let mut damaged = frame.clone();
        damaged[at] ^= 0x10;
        assert!(batch::decode(&damaged, |_, _| panic!("nothing of it")).is_err());
    }
    batch.clear();
    assert!(batch.is_empty());
}
