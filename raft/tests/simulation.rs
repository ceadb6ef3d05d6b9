//! The simulator's seeds. One seed again: `SEED=42 cargo test -p tidemill-raft --test simulation one_seed --
//! --nocapture`.

#![allow(clippy::print_stderr)]

mod sim;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

const ROUNDS: u64 = 250;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

fn run(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut world = sim::World::new(seed, |_| {});
    world.run(ROUNDS);
    world.checks.count("seeds");
    world.checks.counts
}

#[test]
fn seeds() {
    let (first, count) = (number("FIRST_SEED", 1), number("SEEDS", 2000));
    let mut totals: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut failed = Vec::new();
    let halves: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|half| {
                scope.spawn(move || {
                    let seeds = (first..first + count).filter(|seed| seed % 2 == half);
                    seeds.map(|seed| (seed, catch_unwind(AssertUnwindSafe(|| run(seed))))).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    for (seed, outcome) in halves {
        match outcome {
            Ok(counts) => {
                counts.into_iter().for_each(|(what, count)| *totals.entry(what).or_default() += count)
            }
            Err(_) => failed.push(seed),
        }
    }
    eprintln!("{totals:#?}");
    failed.sort_unstable();
    assert!(failed.is_empty(), "{} seeds failed: {failed:?}", failed.len());
    for what in
        ["crashes", "tails lost", "middles damaged", "disks lost", "leaders elected", "reads answered"]
    {
        assert!(count < 2000 || totals[what] > 100, "hardly any {what}");
    }
}

#[test]
fn one_seed() {
    let counts = run(number("SEED", 1));
    eprintln!("{counts:#?}");
}

/// A simulator that finds nothing proves nothing: each of these faults is found within so many seeds.
#[cfg(feature = "sabotage")]
#[test]
fn sabotage_is_found() {
    use tidemill_raft::Sabotage;
    const SEED_COUNT: u64 = 200;
    std::panic::set_hook(Box::new(|_| {}));
    let faults = [Sabotage::SkipDurableVote, Sabotage::AcknowledgeBeforeQuorum, Sabotage::DropChainCheck];
    let found = faults.map(|fault| {
        (1..=SEED_COUNT).find_map(|seed| {
            let mut world = sim::World::new(seed, |options| options.sabotage = fault);
            let outcome = catch_unwind(AssertUnwindSafe(|| world.run(ROUNDS)));
            // The sound ones pass the same seed.
            assert!(outcome.is_ok() || catch_unwind(|| run(seed)).is_ok(), "seed {seed} fails by itself");
            outcome.err().map(|panic| (fault, seed, panic.downcast_ref::<String>().cloned()))
        })
    });
    let _ = std::panic::take_hook();
    eprintln!("{found:#?}");
    assert!(found.iter().all(Option::is_some), "a sabotage was not found within {SEED_COUNT} seeds");
}
