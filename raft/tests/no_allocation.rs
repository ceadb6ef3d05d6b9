//! In steady state nothing allocates: thousands of entries go from a leader to two followers, with their
//! writes, acknowledgements, commits, heartbeats and reads, under a counting allocator.

use tidemill_core::alloc_counter::{CountingAllocator, allocations_of};
use tidemill_core::ids::{Index, Term};
use tidemill_raft::message::{Body, Message};
use tidemill_raft::{
    Boot, Chain, Configuration, EntryKind, EntryMeta, HardState, Log, MemberSet, NodeId, Options, Place,
    Raft, RequestId, Role,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn replica(id: u64) -> Raft {
    let configuration = Configuration::of_voters(MemberSet::of(&[1, 2, 3]).unwrap());
    let log = Log::new(Place::default(), 1 << 12);
    Raft::new(Options::new(NodeId::new(id)), Boot::new(HardState::default(), log, configuration))
}

fn entry(index: u64) -> EntryMeta {
    let chain_before = Chain::new(if index == 1 { 0 } else { index - 1 });
    let (index, chain) = (Index::new(index), Chain::new(index));
    EntryMeta { index, term: Term::new(1), chain_before, chain, length: 500, kind: EntryKind::Normal }
}

/// One turn of all: what was durable is reported, what was sent arrives.
fn turn(replicas: &mut [Raft; 3], messages: &mut Vec<Message>, entries: &mut Vec<EntryMeta>) {
    for replica in replicas.iter_mut() {
        if let Some(write) = replica.output().hard_state.take() {
            replica.hard_state_durable(write.version);
        }
        let (last, epoch) = (replica.log().last(), replica.log_epoch());
        replica.log_durable(last, epoch);
        let commit = replica.log().commit();
        replica.applied(commit);
        messages.append(&mut replica.output().messages);
        replica.output().clear();
    }
    for message in messages.drain(..) {
        entries.clear();
        if let Body::Append(append) = message.body {
            let range = append.previous_index.get() + 1..=append.last_index().get();
            entries.extend(range.map(entry));
        }
        replicas[message.to.get() as usize - 1].step(&message, entries);
    }
}

fn run(replicas: &mut [Raft; 3], messages: &mut Vec<Message>, entries: &mut Vec<EntryMeta>, rounds: u64) {
    for round in 0..rounds {
        for _ in 0..8 {
            let next = replicas[0].log().last().get() + 1;
            replicas[0].propose(&entry(next)).unwrap();
        }
        replicas[1].read(RequestId::new(round));
        replicas.iter_mut().for_each(Raft::tick);
        (0..4).for_each(|_| turn(replicas, messages, entries));
        let base = replicas[0].log().applied();
        if round % 100 == 99 {
            let place = Place { index: base, term: Term::new(1), chain: Chain::new(base.get()) };
            replicas[0].compacted(place);
        }
    }
}

#[test]
fn replication_allocates_nothing() {
    let mut replicas = [replica(1), replica(2), replica(3)];
    let (mut messages, mut entries) = (Vec::new(), Vec::new());
    replicas[0].campaign();
    (0..8).for_each(|_| turn(&mut replicas, &mut messages, &mut entries));
    assert_eq!(replicas[0].leadership().role, Role::Leader);
    replicas[0].propose(&entry(1)).unwrap();
    run(&mut replicas, &mut messages, &mut entries, 200);
    let before = replicas[2].log().commit();
    let (count, ()) = allocations_of(|| run(&mut replicas, &mut messages, &mut entries, 2000));
    assert!(replicas[2].log().commit().distance_from(before) >= 15_000, "entries were committed everywhere");
    assert_eq!(count, 0, "allocations in steady state");
}
