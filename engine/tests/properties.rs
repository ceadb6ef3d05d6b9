//! What must hold for any course of commands: replay equals live, undo takes everything back, nothing panics.

mod common;

use common::chance::{DECISION_FILES, FILES, repeat, step};
use common::golden::value_types;
use common::harness::{Cause, Harness};
use common::random::Random;
use serde_json::{Value, json};
use tidemill_engine::Engine;
use tidemill_record::frame::StreamOpenFrame;
use tidemill_record::json_reader::put_json_value;
use tidemill_record::{Intent, ValueType};

fn deployed() -> Option<Harness> {
    common::scenarios()?;
    let mut harness = Harness::new();
    harness.deploy(&FILES);
    harness.deploy(&DECISION_FILES);
    Some(harness)
}

fn no_panic_was_caught(harness: &Harness, seed: u64) {
    let bad = harness
        .records
        .iter()
        .find(|record| record["valueType"] == "ERROR" || record["rejectionType"] == "PROCESSING_ERROR");
    assert_eq!(bad, None, "seed {seed}");
}

/// Pushes come from volatile streams; a replay knows only what came of them.
fn open_streams(harness: &mut Harness) {
    for (stream_id, (job_type, credit)) in
        [("one_task", 64), ("two_tasks", 3), ("parallel_gateway", 1)].into_iter().enumerate()
    {
        let stream_id = stream_id as i64 + 1;
        let timeout = 700;
        let frame = StreamOpenFrame { stream_id, job_type, timeout, credit, ..StreamOpenFrame::default() };
        assert!(harness.engine.open_stream(&frame));
    }
}

#[test]
fn replay_ends_in_the_same_state() {
    for seed in 1..=8 {
        let Some(mut harness) = deployed() else { return };
        let mut random = Random::new(seed);
        if seed % 2 == 0 {
            open_streams(&mut harness);
        }
        for number in 0..150 {
            step(&mut harness, &mut random);
            if number % 30 == 0 {
                harness.check_replay();
            }
        }
        harness.check_replay();
        no_panic_was_caught(&harness, seed);
    }
}

#[test]
fn a_follower_that_takes_over_goes_on_alike() {
    let Some(mut harness) = deployed() else { return };
    let mut random = Random::new(77);
    (0..80).for_each(|_| step(&mut harness, &mut random));
    let tail_start = harness.log.len();
    let mut follower: Engine = harness.replayed();
    (0..80).for_each(|_| step(&mut harness, &mut random));
    let tail: Vec<_> = harness.log[tail_start..].to_vec();
    std::mem::swap(&mut harness.engine, &mut follower);
    harness.log.truncate(tail_start);
    harness.entry_index = harness.log.last().expect("entries").index;
    repeat(&mut harness, &tail);
    assert_eq!(harness.engine.digest(), follower.digest());
}

/// Every prefix is a place to come back to, and from there everything happens again byte for byte.
#[test]
fn undo_takes_back_to_any_entry() {
    for seed in 1..=4 {
        let Some(mut harness) = deployed() else { return };
        let mut random = Random::new(100 + seed);
        let mut digests = vec![Harness::new().engine.digest()];
        while harness.log.len() < 90 {
            step(&mut harness, &mut random);
        }
        let mut replayed = Harness::new().engine;
        for entry in &harness.log {
            replayed.apply(entry.index, &entry.bytes).expect("own records");
            digests.push(replayed.digest());
        }
        let end = harness.engine.digest();
        for keep in (0..harness.log.len()).rev().step_by(if seed == 1 { 1 } else { 13 }) {
            let undone = harness.undo_to(keep);
            assert_eq!(harness.engine.digest(), digests[keep], "seed {seed}, {keep} entries kept");
            repeat(&mut harness, &undone);
            assert_eq!(harness.engine.digest(), end, "seed {seed}, repeated from {keep}");
        }
    }
}

#[test]
fn released_entries_cost_nothing_more() {
    let Some(mut harness) = deployed() else { return };
    let mut random = Random::new(5);
    for _ in 0..200 {
        step(&mut harness, &mut random);
        harness.engine.release(harness.entry_index);
    }
    harness.check_replay();
}

/// Some JSON value; sometimes of the right shape.
fn garbage(random: &mut Random, depth: u32) -> Value {
    const TEXTS: [&str; 8] =
        ["", "one_task", "task", "\u{0}", "= 1 +", "ä\"\\", "<default>", "a.very-long_name/with?signs"];
    const NUMBERS: [i64; 8] = [-1, 0, 1, i64::MAX, i64::MIN, 1 << 51, (1 << 51) + 5, 2_147_483_648];
    match random.below(if depth > 3 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(*random.pick(&NUMBERS).unwrap()),
        3 => json!(*random.pick(&TEXTS).unwrap()),
        4 => json!(random.below(1000) as f64 / 7.0),
        5 => (0..random.below(4)).map(|_| garbage(random, depth + 1)).collect(),
        _ => (0..random.below(4)).map(|at| (format!("{at}"), garbage(random, depth + 1))).collect(),
    }
}

/// A value of a record that was there, with some of its fields changed.
fn bent(harness: &Harness, random: &mut Random, value_type: ValueType) -> Value {
    let start = random.below(harness.records.len() as u64) as usize;
    let (before, behind) = harness.records.split_at(start);
    let mut around = behind.iter().chain(before.iter().rev()).take(500);
    let same = around.find(|record| record["valueType"] == value_type.name());
    let Some(record) = same else { return garbage(random, 0) };
    let mut value = record["value"].clone();
    let names: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
    for name in names {
        if random.below(4) == 0 {
            value[name] = garbage(random, 1);
        }
    }
    value
}

#[test]
fn no_command_makes_the_engine_panic() {
    for seed in 1..=4 {
        let Some(mut harness) = deployed() else { return };
        let mut random = Random::new(seed * 31);
        let types = value_types();
        for _ in 0..600 {
            if random.below(4) == 0 {
                step(&mut harness, &mut random);
                continue;
            }
            let span = if random.below(3) == 0 { types.len() } else { 24 };
            let value_type = *random.pick(&types[..span]).unwrap();
            let intent = Intent(random.below(26) as u8);
            let record = random.pick(&harness.records).expect("records");
            let key = match random.below(4) {
                0 => garbage(&mut random, 9).as_i64().unwrap_or(-1),
                _ => record["key"].as_i64().expect("a key"),
            };
            let mut bytes = Vec::new();
            let bad_bytes = random.below(4) == 0;
            if bad_bytes {
                bytes.extend((0..random.below(60)).map(|_| random.next() as u8));
            } else {
                let value = bent(&harness, &mut random, value_type);
                if put_json_value(value_type, &value, &mut bytes).is_err() {
                    bytes.truncate(bytes.len() / 2);
                }
            }
            if matches!(value_type, ValueType::Error) {
                continue;
            }
            harness.raw_command(value_type, intent, key, bytes);
            no_panic_was_caught(&harness, seed);
        }
        harness.check_replay();
    }
}

#[test]
fn damaged_entries_are_refused_and_not_fatal() {
    let Some(harness) = deployed() else { return };
    let bytes = &harness.log[0].bytes;
    let mut random = Random::new(9);
    for _ in 0..300 {
        let mut damaged = bytes[..random.below(bytes.len() as u64) as usize].to_vec();
        for _ in 0..random.below(3) {
            let at = random.below(damaged.len().max(1) as u64) as usize;
            if let Some(byte) = damaged.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        let mut engine = Harness::new().engine;
        let whole = tidemill_record::records(&damaged).all(|record| record.is_ok());
        let applied = engine.apply(1, &damaged);
        assert!(whole || applied.is_err(), "a torn entry is refused");
    }
}

#[test]
fn every_client_gets_one_answer() {
    let Some(mut harness) = deployed() else { return };
    let mut random = Random::new(21);
    (0..300).for_each(|_| step(&mut harness, &mut random));
    let asked = harness.log.iter().filter_map(|entry| match &entry.cause {
        Cause::Command(given) => Some(given.request_id),
        _ => None,
    });
    let mut answered: Vec<i64> = harness.answers.iter().map(|answer| answer.request_id).collect();
    answered.sort_unstable();
    assert!(answered.into_iter().eq(asked), "each request is answered once");
}
