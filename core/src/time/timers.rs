//! Deadlines of one thread: a binary heap over a fixed set of slots, so that setting, moving and cancelling
//! cost `O(log n)` and nothing is allocated after construction.
//!
//! For what a shard or a partition waits for (elections, heartbeats, retries, flush slices): dozens to
//! thousands. Due dates of the engine are rows of an ordered table and only their earliest is set here.
//!
//! Equal deadlines fire in the order in which they were set, so that a simulation is repeatable.

/// Names one set timer; never the same again for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimerId {
    slot: u32,
    generation: u32,
}

/// All slots are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimersFull {
    /// How many there are.
    pub capacity: usize,
}

impl std::fmt::Display for TimersFull {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "all {} timers are set", self.capacity)
    }
}

impl std::error::Error for TimersFull {}

/// Bounded set of deadlines, each with a value of the caller's.
#[derive(Debug)]
pub struct Timers<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    /// Slots in heap order: the earliest first.
    heap: Vec<u32>,
    sequence: u64,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    deadline_ns: u64,
    /// Orders equal deadlines.
    sequence: u64,
    /// Where in the heap it is; meaningless while `value` is none.
    place: u32,
    value: Option<T>,
}

impl<T: Copy> Timers<T> {
    /// Room for `capacity` timers, all of it allocated now.
    pub fn with_capacity(capacity: usize) -> Self {
        assert!(capacity > 0 && u32::try_from(capacity).is_ok(), "{capacity} timers");
        let slot = |_| Slot { generation: 0, deadline_ns: 0, sequence: 0, place: 0, value: None };
        Self {
            slots: (0..capacity).map(slot).collect(),
            free: (0..capacity as u32).rev().collect(),
            heap: Vec::with_capacity(capacity),
            sequence: 0,
        }
    }

    /// Sets a timer for a point of the monotonic clock.
    pub fn set(&mut self, deadline_ns: u64, value: T) -> Result<TimerId, TimersFull> {
        let Some(slot) = self.free.pop() else { return Err(TimersFull { capacity: self.slots.len() }) };
        self.sequence += 1;
        let entry = &mut self.slots[slot as usize];
        assert!(entry.value.is_none(), "a free slot holds a timer");
        *entry = Slot { deadline_ns, sequence: self.sequence, value: Some(value), place: 0, ..*entry };
        let id = TimerId { slot, generation: entry.generation };
        self.heap.push(slot);
        self.settle(self.heap.len() - 1);
        Ok(id)
    }

    /// Moves a timer that has not fired; `false` when it has, or was cancelled.
    pub fn reset(&mut self, id: TimerId, deadline_ns: u64) -> bool {
        if !self.is_set(id) {
            return false;
        }
        self.sequence += 1;
        let entry = &mut self.slots[id.slot as usize];
        (entry.deadline_ns, entry.sequence) = (deadline_ns, self.sequence);
        let place = entry.place as usize;
        self.settle(place);
        true
    }

    /// Takes a timer back; `None` when it has fired or was cancelled.
    pub fn cancel(&mut self, id: TimerId) -> Option<T> {
        if !self.is_set(id) {
            return None;
        }
        Some(self.remove(self.slots[id.slot as usize].place as usize).1)
    }

    /// Takes the earliest timer if it is due. Call with a bound on how many a turn handles.
    pub fn pop_due(&mut self, now_ns: u64) -> Option<(TimerId, T)> {
        if self.next_deadline_ns()? > now_ns { None } else { Some(self.remove(0)) }
    }

    /// When the earliest one is due.
    pub fn next_deadline_ns(&self) -> Option<u64> {
        self.heap.first().map(|slot| self.slots[*slot as usize].deadline_ns)
    }

    /// How many are set.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    fn is_set(&self, id: TimerId) -> bool {
        let slot = self.slots.get(id.slot as usize);
        slot.is_some_and(|slot| slot.generation == id.generation && slot.value.is_some())
    }

    fn remove(&mut self, place: usize) -> (TimerId, T) {
        let slot = self.heap.swap_remove(place);
        if place < self.heap.len() {
            self.settle(place);
        }
        let entry = &mut self.slots[slot as usize];
        let id = TimerId { slot, generation: entry.generation };
        let value = entry.value.take().expect("a slot in the heap holds a timer");
        entry.generation = entry.generation.wrapping_add(1);
        self.free.push(slot);
        assert_eq!(self.free.len() + self.heap.len(), self.slots.len(), "a timer slot was lost");
        (id, value)
    }

    fn order(&self, place: usize) -> (u64, u64) {
        let slot = &self.slots[self.heap[place] as usize];
        (slot.deadline_ns, slot.sequence)
    }

    /// Restores the heap's order around one place whose deadline is new.
    fn settle(&mut self, mut place: usize) {
        while place > 0 && self.order(place) < self.order((place - 1) / 2) {
            self.heap.swap(place, (place - 1) / 2);
            self.note_place(place);
            place = (place - 1) / 2;
        }
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            let mut earliest = place;
            for child in [left, right] {
                if child < self.heap.len() && self.order(child) < self.order(earliest) {
                    earliest = child;
                }
            }
            self.note_place(place);
            if earliest == place {
                return;
            }
            self.heap.swap(place, earliest);
            self.note_place(place);
            place = earliest;
        }
    }

    fn note_place(&mut self, place: usize) {
        self.slots[self.heap[place] as usize].place = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_timers_come_in_order() {
        let mut timers = Timers::with_capacity(4);
        timers.set(30, 'c').unwrap();
        timers.set(10, 'a').unwrap();
        timers.set(30, 'd').unwrap();
        timers.set(20, 'b').unwrap();
        assert_eq!(timers.set(1, 'x'), Err(TimersFull { capacity: 4 }));
        assert_eq!(timers.next_deadline_ns(), Some(10));
        assert_eq!(timers.pop_due(9), None);
        let due: String = std::iter::from_fn(|| timers.pop_due(30)).map(|(_, value)| value).collect();
        assert_eq!(due, "abcd");
        assert_eq!(timers.next_deadline_ns(), None);
    }

    #[test]
    fn an_old_id_names_nothing() {
        let mut timers = Timers::with_capacity(1);
        let first = timers.set(1, 1).unwrap();
        assert_eq!(timers.pop_due(1), Some((first, 1)));
        let second = timers.set(2, 2).unwrap();
        assert_eq!(timers.cancel(first), None);
        assert!(!timers.reset(first, 9));
        assert!(timers.reset(second, 9));
        assert_eq!(timers.pop_due(8), None);
        assert_eq!(timers.cancel(second), Some(2));
        assert!(timers.is_empty());
    }

    /// Against a plain sorted list, over a long pseudo-random script.
    #[test]
    fn behaves_like_a_sorted_list() {
        let (mut timers, mut model) = (Timers::with_capacity(64), Vec::<(u64, u64, TimerId, u64)>::new());
        let (mut seed, mut order) = (7_u64, 0_u64);
        for step in 0..20_000_u64 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = seed >> 33;
            order += 1;
            match random % 8 {
                0..=3 => match timers.set(random % 1000, step) {
                    Ok(id) => model.push((random % 1000, order, id, step)),
                    Err(_) => assert_eq!(model.len(), 64),
                },
                4 if !model.is_empty() => {
                    let at = random as usize % model.len();
                    assert!(timers.reset(model[at].2, random % 777));
                    (model[at].0, model[at].1) = (random % 777, order);
                }
                5 if !model.is_empty() => {
                    let gone = model.swap_remove(random as usize % model.len());
                    assert_eq!(timers.cancel(gone.2), Some(gone.3));
                }
                _ => {
                    model.sort_by_key(|timer| (timer.0, timer.1));
                    let due = model.first().filter(|timer| timer.0 <= 500).map(|timer| (timer.2, timer.3));
                    assert_eq!(timers.pop_due(500), due);
                    if due.is_some() {
                        model.remove(0);
                    }
                }
            }
            assert_eq!(timers.next_deadline_ns(), model.iter().map(|timer| timer.0).min());
        }
    }
}
