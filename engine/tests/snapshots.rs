//! A snapshot read in slices while work goes on, loaded, and brought up to date by the rest of the log.

mod common;

use common::chance::{FILES, step};
use common::harness::{Harness, config};
use common::random::Random;
use tidemill_engine::Engine;
use tidemill_engine::table::SnapshotStep;

/// Reads a snapshot of now, with random steps between its slices; the slices, and the entry it stands for.
fn snapshot(harness: &mut Harness, random: &mut Random, slice_bytes: usize) -> (Vec<Vec<u8>>, usize) {
    let entry_count = harness.log.len();
    harness.engine.begin_snapshot(harness.entry_index);
    let mut slices = Vec::new();
    loop {
        let mut slice = Vec::new();
        let done = harness.engine.snapshot_slice(slice_bytes, &mut slice);
        slices.push(slice);
        match done {
            SnapshotStep::More => (0..random.below(4)).for_each(|_| step(harness, random)),
            SnapshotStep::Done => return (slices, entry_count),
            SnapshotStep::Dropped => panic!("nothing was taken back"),
        }
    }
}

#[test]
fn a_snapshot_and_the_rest_of_the_log_give_the_state() {
    for seed in 1..=6 {
        if common::scenarios().is_none() {
            return;
        }
        let mut harness = Harness::new();
        let mut random = Random::new(400 + seed);
        harness.deploy(&FILES);
        for slice_bytes in [500, 8_000, 1 << 20] {
            (0..40).for_each(|_| step(&mut harness, &mut random));
            let digest = harness.engine.digest();
            let (mut slices, entry_count) = snapshot(&mut harness, &mut random, slice_bytes);
            if seed % 2 == 0 {
                slices.reverse();
            }
            let mut loaded = Engine::new(config());
            slices.iter().for_each(|slice| loaded.load_slice(slice).expect("an own slice"));
            assert_eq!(loaded.digest(), digest, "seed {seed}");
            for entry in &harness.log[entry_count..] {
                loaded.apply(entry.index, &entry.bytes).expect("own records");
            }
            assert_eq!(loaded.digest(), harness.engine.digest(), "seed {seed}");
            assert_eq!(loaded.next_due_ms(), harness.engine.next_due_ms());
        }
    }
}

#[test]
fn taking_back_the_entry_of_a_snapshot_drops_it() {
    if common::scenarios().is_none() {
        return;
    }
    let mut harness = Harness::new();
    harness.deploy(&FILES);
    let kept = harness.log.len();
    let mut random = Random::new(3);
    (0..20).for_each(|_| step(&mut harness, &mut random));
    harness.engine.begin_snapshot(harness.entry_index);
    assert_eq!(harness.engine.snapshot_slice(100, &mut Vec::new()), SnapshotStep::More);
    harness.undo_to(kept);
    assert_eq!(harness.engine.snapshot_slice(100, &mut Vec::new()), SnapshotStep::Dropped);
    let (slices, _) = snapshot(&mut harness, &mut random, 1 << 20);
    assert!(!slices.is_empty(), "another one can follow");
}
