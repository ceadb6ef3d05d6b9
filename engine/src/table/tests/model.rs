//! The model of a state: plain maps, and what a state must have in common with them.

use super::random::Random;
use super::registry::State;
use crate::table::{Registry, Store};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Default, PartialEq, Debug)]
pub struct Model {
    pub rows: BTreeMap<i64, Vec<u8>>,
    pub sorted: BTreeMap<(i64, u64), Vec<u8>>,
    pub due: BTreeSet<(i64, i64)>,
}

impl Model {
    /// One random change of both.
    pub fn change(&mut self, state: &mut State, random: &mut Random, span: u64) {
        let key = random.below(span) as i64;
        let pair = (key / 8, random.below(4));
        let undo = &mut state.undo;
        match random.below(10) {
            0..3 => {
                let row = random.row();
                state.rows.put_bytes(undo, key, &row);
                self.rows.insert(key, row);
            }
            3 => assert_eq!(state.rows.remove(undo, &key), self.rows.remove(&key).is_some()),
            4 => {
                let grown = state.rows.update(undo, &key, |old, new| {
                    new.extend_from_slice(old);
                    new.push(1);
                });
                assert_eq!(grown, self.rows.get_mut(&key).map(|row| row.push(1)).is_some());
            }
            5..7 => {
                let row = random.row();
                state.sorted.put_bytes(undo, pair, &row);
                self.sorted.insert(pair, row);
            }
            7 => assert_eq!(state.sorted.remove(undo, &pair), self.sorted.remove(&pair).is_some()),
            8 => assert_eq!(state.due.insert(undo, (key, 1)), self.due.insert((key, 1))),
            _ => assert_eq!(state.due.remove(undo, (key, 1)), self.due.remove(&(key, 1))),
        }
    }

    /// The same content, reachable in every way that tables offer.
    pub fn check(&self, state: &State) {
        assert_eq!(state.rows.len(), self.rows.len());
        for (key, row) in &self.rows {
            assert_eq!(state.rows.get(key), Some(row.as_slice()));
        }
        assert!(
            state.sorted.range_from((i64::MIN, 0)).eq(self.sorted.iter().map(|(k, v)| (*k, v.as_slice())))
        );
        assert!(state.due.range_from((i64::MIN, 0)).eq(self.due.iter().copied()));
        let counts = [self.rows.len(), self.sorted.len(), self.due.len()];
        for ((id, _), count) in State::TABLES.iter().zip(counts) {
            assert_eq!(state.store(*id).unwrap().row_count(), count);
        }
    }

    /// A state of the same content that has no past; its digest is what every such state's must be.
    pub fn fresh(&self) -> State {
        let mut state = State::new();
        state.undo.mark(1);
        for (key, row) in &self.rows {
            state.rows.put_bytes(&mut state.undo, *key, row);
        }
        for (key, row) in &self.sorted {
            state.sorted.put_bytes(&mut state.undo, *key, row);
        }
        for key in &self.due {
            state.due.insert(&mut state.undo, *key);
        }
        state
    }

    /// Content and digest, bucket by bucket.
    pub fn check_all(&self, state: &State) {
        self.check(state);
        let fresh = self.fresh();
        assert_eq!(state.first_difference(&fresh), None);
        assert_eq!(state.digest(), fresh.digest());
        assert_eq!(state.rows.digest(), fresh.rows.digest());
    }
}
