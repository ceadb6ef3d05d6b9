//! The undo log by itself: what it refuses, and that its ring is reused.

use super::registry::State;
use crate::table::Registry;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn changes_outside_of_an_entry_are_refused() {
    let check = |prepare: fn(&mut State)| {
        let mut state = State::new();
        prepare(&mut state);
        let put = || state.rows.put_bytes(&mut state.undo, 1, b"row");
        assert!(catch_unwind(AssertUnwindSafe(put)).is_err());
    };
    check(|_| ());
    check(|state| {
        state.undo.mark(1);
        state.undo.release(1);
    });
    check(|state| {
        state.undo.mark(1);
        state.undo_after(0);
    });
}

#[test]
fn what_is_released_cannot_be_undone() {
    let mut state = State::new();
    for entry in 1..=3 {
        state.undo.mark(entry);
        state.rows.put_bytes(&mut state.undo, entry as i64, b"row");
    }
    state.undo.release(2);
    state.undo_after(2);
    assert_eq!(state.rows.len(), 2);
    assert!(catch_unwind(AssertUnwindSafe(|| state.undo_after(1))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| state.undo.mark(2))).is_err());
    state.undo.mark(3);
}

#[test]
fn a_command_is_taken_back_within_its_entry() {
    let mut state = State::new();
    state.undo.mark(7);
    state.rows.put_bytes(&mut state.undo, 1, b"kept");
    let digest = state.digest();
    let point = state.undo.point();
    state.rows.put_bytes(&mut state.undo, 1, b"half done");
    state.due.insert(&mut state.undo, (1, 1));
    state.rows.remove(&mut state.undo, &1);
    state.take_back(point);
    assert_eq!(state.rows.get(&1), Some(b"kept".as_slice()));
    assert!(state.due.is_empty());
    assert_eq!(state.digest(), digest);
    state.undo_after(6);
    assert!(state.rows.is_empty());
    assert_eq!(state.digest(), 0);
}

#[test]
fn the_ring_stays_as_large_as_its_window() {
    let mut state = State::new();
    for entry in 1..20_000u64 {
        state.undo.mark(entry);
        let row = [entry as u8; 300];
        state.rows.put_bytes(&mut state.undo, (entry % 50) as i64, &row[..(entry % 300) as usize]);
        if entry > 40 {
            state.undo.release(entry - 40);
        }
    }
    let memory = state.undo.memory();
    assert!(memory.allocated < 64 << 10, "{memory:?}");
}
