//! A whole state against its model: entries, half-done commands, undo, release, snapshots.

use super::model::Model;
use super::random::Random;
use crate::table::{LoadError, Ordered, Registry, SnapshotStep, Table, tables};
use std::collections::VecDeque;
use tidemill_record::value::TimerValue;

tables! {
    /// A state with one table of each kind.
    pub struct State {
        /// Rows.
        1 => rows: Table<i64> = Table::new;
        /// Rows in order.
        2 => sorted: Table<(i64, u64)> = Table::ordered;
        /// Keys in order.
        9 => due: Ordered<(i64, i64)> = Ordered::new;
    }
}

/// A snapshot being read, and what it must be.
struct Reading {
    entry: u64,
    model: Model,
    slices: Vec<Vec<u8>>,
}

struct Run {
    state: State,
    model: Model,
    random: Random,
    /// Entries that can be undone to, with what the state was after them.
    past: VecDeque<(u64, Model)>,
    reading: Option<Reading>,
    snapshots_checked: u32,
    snapshots_dropped: u32,
}

impl Run {
    fn new(seed: u64) -> Self {
        Self {
            state: State::new(),
            model: Model::default(),
            random: Random::new(seed),
            past: VecDeque::from([(0, Model::default())]),
            reading: None,
            snapshots_checked: 0,
            snapshots_dropped: 0,
        }
    }

    fn entry(&mut self, span: u64) {
        let entry = self.past.back().unwrap().0 + 1 + self.random.below(2);
        self.state.undo.mark(entry);
        for _ in 0..1 + self.random.below(4) {
            let (point, digest, before) = (self.state.undo.point(), self.state.digest(), self.model.clone());
            for _ in 0..self.random.below(12) {
                self.model.change(&mut self.state, &mut self.random, span);
            }
            if self.random.below(4) == 0 {
                self.state.take_back(point);
                self.model = before;
                assert_eq!(self.state.digest(), digest);
            }
        }
        self.past.push_back((entry, self.model.clone()));
    }

    fn undo(&mut self) {
        let keep = 1 + self.random.below(self.past.len() as u64) as usize;
        self.past.truncate(keep);
        let (entry, model) = self.past.back().unwrap().clone();
        self.state.undo_after(entry);
        self.model = model;
        if self.reading.as_ref().is_some_and(|reading| reading.entry > entry) {
            assert_eq!(self.state.snapshot_slice(1, &mut Vec::new()), SnapshotStep::Dropped);
            self.reading = None;
            self.snapshots_dropped += 1;
        }
        self.model.check_all(&self.state);
    }

    fn release(&mut self) {
        let gone = self.random.below(self.past.len() as u64) as usize;
        self.past.drain(..gone);
        self.state.undo.release(self.past.front().unwrap().0);
    }

    fn snapshot(&mut self) {
        let entry = self.past.back().unwrap().0;
        let Some(reading) = &mut self.reading else {
            self.state.begin_snapshot(entry);
            self.reading = Some(Reading { entry, model: self.model.clone(), slices: Vec::new() });
            return;
        };
        let mut slice = Vec::new();
        let step = self.state.snapshot_slice(1 + self.random.below(8_000) as usize, &mut slice);
        reading.slices.push(slice);
        if step == SnapshotStep::Done {
            let mut loaded = State::new();
            reading.slices.iter().for_each(|slice| loaded.load_slice(slice).unwrap());
            reading.model.check_all(&loaded);
            self.reading = None;
            self.snapshots_checked += 1;
        }
        assert_ne!(step, SnapshotStep::Dropped);
    }

    fn step(&mut self, span: u64) {
        match self.random.below(20) {
            0 => self.undo(),
            1..4 => self.release(),
            4..12 => self.snapshot(),
            _ => self.entry(span),
        }
    }
}

#[test]
fn a_state_is_what_its_changes_make_of_it() {
    let (mut checked, mut dropped) = (0, 0);
    for seed in 1..=40 {
        let mut run = Run::new(seed);
        for step in 0..300 {
            run.step(if seed % 2 == 0 { 30 } else { 3_000 });
            if step % 50 == 0 {
                run.model.check_all(&run.state);
            }
        }
        run.model.check_all(&run.state);
        checked += run.snapshots_checked;
        dropped += run.snapshots_dropped;
    }
    assert!(checked > 100 && dropped > 10, "snapshots: {checked} checked, {dropped} dropped");
}

#[test]
fn removed_rows_cost_nothing_later() {
    let mut state = State::new();
    let row = [1u8; 200];
    let mut allocated_first = 0;
    for round in 1..30u64 {
        state.undo.mark(round);
        for key in 0..2_000 {
            state.rows.put_bytes(&mut state.undo, key + round as i64 * 1_000_000, &row);
            state.due.insert(&mut state.undo, (key, round as i64));
        }
        for key in 0..2_000 {
            assert!(state.rows.remove(&mut state.undo, &(key + round as i64 * 1_000_000)));
            assert!(state.due.remove(&mut state.undo, (key, round as i64)));
        }
        state.undo.release(round);
        let memory = state.memory();
        assert_eq!(memory.used, 0, "round {round}");
        if round == 5 {
            allocated_first = memory.allocated;
        }
    }
    assert!(state.memory().allocated <= allocated_first);
}

#[test]
fn a_row_changes_in_place() {
    let mut state = State::new();
    state.undo.mark(1);
    let timer = TimerValue { target_element_id: "task", repetitions: 3, ..TimerValue::default() };
    state.rows.put(&mut state.undo, 5, &timer);
    let mut row: TimerValue<'_> = state.rows.row(&5).expect("it was put");
    row.repetitions -= 1;
    state.undo.stage(&row);
    state.rows.put_staged(&mut state.undo, 5);
    let expected = TimerValue { repetitions: 2, ..timer };
    assert_eq!(state.rows.row::<TimerValue<'_>>(&5), Some(expected));
}

#[test]
fn a_damaged_slice_is_refused() {
    let mut state = State::new();
    state.undo.mark(1);
    state.rows.put_bytes(&mut state.undo, 5, b"row");
    state.due.insert(&mut state.undo, (1, 2));
    state.begin_snapshot(1);
    let mut slice = Vec::new();
    assert_eq!(state.snapshot_slice(1 << 20, &mut slice), SnapshotStep::Done);
    let load = |slice: &[u8]| State::new().load_slice(slice);
    assert_eq!(load(&slice), Ok(()));
    assert_eq!(load(&[slice.as_slice(), &slice].concat()), Err(LoadError::Key { table: 1 }));
    for length in 1..slice.len() {
        let whole_row = length == 7 + 8 + 3;
        assert_eq!(load(&slice[..length]).is_ok(), whole_row, "{length}");
    }
    for (at, table) in [(0, 77u8), (0, 9), (2, 7), (2, 255)] {
        let mut damaged = slice.clone();
        damaged[at] = table;
        assert!(load(&damaged).is_err(), "{at} {table}");
    }
}
