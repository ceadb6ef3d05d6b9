//! Power losses at every operation, and at seeded ones. More seeds: `cargo run --example crash_sim --
//! --seeds N`.

#[path = "common/crash.rs"]
mod crash;

use crash::{Counts, crash_often, crash_once};

#[test]
fn a_crash_at_every_operation_loses_nothing_acknowledged() {
    let mut total = Counts::default();
    for seed in 1..=12 {
        for crash_at in 0.. {
            match crash_once(seed, crash_at) {
                Ok(Some(counts)) => total.add(counts),
                Ok(None) => break,
                Err(error) => panic!("seed {seed}, crash at {crash_at}: {error}"),
            }
        }
    }
    assert!(total.crashes > 300, "{total:?}");
    assert!(total.torn_tails > 20, "{total:?}");
}

#[test]
fn seeded_crashes_lose_nothing_acknowledged() {
    let mut total = Counts::default();
    for seed in 0..300 {
        match crash_often(seed, true) {
            Ok(counts) => total.add(counts),
            Err(error) => panic!(
                "{error}\nreplay: cargo run -p tidemill-journal --example crash_sim -- --seeds 1 --seed \
                {seed}"
            ),
        }
    }
    assert!(total.crashes > 400 && total.torn_tails > 50, "{total:?}");
    assert!(total.lost_unacknowledged > 100 && total.recycled > 10, "{total:?}");
}

#[test]
fn without_flushing_the_same_check_fails() {
    let failed = (0..50).filter(|seed| crash_often(*seed, false).is_err()).count();
    assert!(failed > 10, "only {failed} of 50 unflushed runs lost something: the simulator is too kind");
}
