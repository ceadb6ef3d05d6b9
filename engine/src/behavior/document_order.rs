//! The order in which the variables of one document are written.
//!
//! Zeebe indexes a document by the places of its names in an open-addressing hash map (Agrona's
//! `Int2IntHashMap`) and walks that map backwards; the order of the VARIABLE records, and with it their keys,
//! follows from it. The map is kept, so its capacity depends on the largest document that the broker has
//! seen. Observed on 8.6.0. Order and keys stand in the events, so a replay does not depend on this memory.

const MISSING: i32 = -1;
const CAPACITY_MIN: usize = 8;

/// Places of names and values in one document, in the map's order.
#[derive(Debug, Default)]
pub struct DocumentOrder {
    /// Slots in pairs: the name's place, the entry's number; [`MISSING`] where there is none.
    slots: Vec<i32>,
    size: usize,
    /// Name and value of each entry, as ranges of the document.
    entries: Vec<Entry>,
}

/// One entry of a document: where its name and its value stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name's text.
    pub name: (usize, usize),
    /// The value.
    pub value: (usize, usize),
}

impl Entry {
    /// The name in its document.
    pub fn name<'a>(&self, document: &'a [u8]) -> &'a str {
        std::str::from_utf8(&document[self.name.0..self.name.1]).expect("read as text before")
    }

    /// The value in its document.
    pub fn value<'a>(&self, document: &'a [u8]) -> &'a [u8] {
        &document[self.value.0..self.value.1]
    }
}

impl DocumentOrder {
    /// Indexes a document; false when it is none.
    pub fn index(&mut self, document: &[u8]) -> bool {
        // Empty at first, so that taking the map out and putting it back costs nothing.
        if self.slots.is_empty() {
            self.slots.resize(2 * CAPACITY_MIN, MISSING);
        }
        self.slots.fill(MISSING);
        self.size = 0;
        self.entries.clear();
        let mut reader = tidemill_record::message_pack::Reader::new(document);
        let Some(count) = reader.map_length() else { return false };
        for _ in 0..count {
            let place = reader.offset();
            let Some(name) = reader.text() else { return false };
            let name_end = reader.offset();
            let Some(value) = reader.value() else { return false };
            let value_end = reader.offset();
            self.entries.push(Entry {
                name: (name_end - name.len(), name_end),
                value: (value_end - value.len(), value_end),
            });
            self.put(place as i32, self.entries.len() as i32 - 1);
        }
        true
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.size
    }

    /// Visits entries in the map's order; those for which `visit` says so are removed.
    pub fn retain(&mut self, mut visit: impl FnMut(&Entry) -> bool) {
        let length = self.slots.len();
        let stop = self.first_hole();
        let mut at = stop + length;
        while at > stop {
            at -= 2;
            let slot = at & (length - 1);
            let entry = self.slots[slot + 1];
            if entry != MISSING && !visit(&self.entries[entry as usize]) {
                self.slots[slot + 1] = MISSING;
                self.size -= 1;
                self.compact(slot);
            }
            if at < 2 {
                break;
            }
        }
    }

    /// The walk starts behind a hole, so that no chain is cut.
    fn first_hole(&self) -> usize {
        let length = self.slots.len();
        if self.slots[length - 1] == MISSING {
            return length;
        }
        (1..length).step_by(2).find(|at| self.slots[*at] == MISSING).expect("the map is never full") - 1
    }

    fn put(&mut self, place: i32, entry: i32) {
        self.insert(place, entry);
        self.size += 1;
        let capacity = self.slots.len() / 2;
        if self.size > capacity * 65 / 100 {
            let old = std::mem::replace(&mut self.slots, vec![MISSING; 4 * capacity]);
            for pair in old.chunks_exact(2).filter(|pair| pair[1] != MISSING) {
                self.insert(pair[0], pair[1]);
            }
        }
    }

    fn insert(&mut self, place: i32, entry: i32) {
        let mask = self.slots.len() - 1;
        let mut slot = even_hash(place, mask);
        while self.slots[slot + 1] != MISSING {
            slot = (slot + 2) & mask;
        }
        self.slots[slot] = place;
        self.slots[slot + 1] = entry;
    }

    /// Moves later entries of a chain into the hole that a removal made.
    fn compact(&mut self, mut hole: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = hole;
        loop {
            slot = (slot + 2) & mask;
            if self.slots[slot + 1] == MISSING {
                return;
            }
            let wanted = even_hash(self.slots[slot], mask);
            let out_of_place = slot < wanted && (wanted <= hole || hole <= slot);
            if out_of_place || (wanted <= hole && hole <= slot) {
                self.slots[hole] = self.slots[slot];
                self.slots[hole + 1] = self.slots[slot + 1];
                self.slots[slot + 1] = MISSING;
                hole = slot;
            }
        }
    }
}

fn even_hash(place: i32, mask: usize) -> usize {
    let mut hash = place as u32;
    hash = ((hash >> 16) ^ hash).wrapping_mul(0x119d_e1f3);
    hash = ((hash >> 16) ^ hash).wrapping_mul(0x119d_e1f3);
    hash = (hash >> 16) ^ hash;
    (hash << 1).wrapping_sub(hash << 8) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(order: &mut DocumentOrder, json: &str, removed: &[&str], expected: &[&str]) {
        let mut document = Vec::new();
        tidemill_record::json_to_message_pack(json, &mut document).unwrap();
        assert!(order.index(&document));
        order.retain(|entry| !removed.contains(&entry.name(&document)));
        let mut names = Vec::new();
        order.retain(|entry| {
            names.push(entry.name(&document).to_owned());
            true
        });
        assert_eq!(names, expected, "{json}");
    }

    /// Seen in the streams of a real broker.
    #[test]
    fn variables_come_in_the_order_of_the_reference() {
        let order = &mut DocumentOrder::default();
        check(order, r#"{"r1":0,"r2":0,"r3":0}"#, &[], &["r1", "r3", "r2"]);
        check(order, r#"{"root":6,"fresh":7}"#, &[], &["root", "fresh"]);
        check(order, r#"{"z":1,"a":2}"#, &[], &["z", "a"]);
        let three = r#"{"root":2,"scoped":3,"local":4,"fresh":5}"#;
        check(order, three, &["local", "scoped"], &["fresh", "root"]);
        let eight = r#"{"n1":1,"r1":1,"local":1,"n2":2,"scoped":2,"r2":3,"n3":3,"r3":4}"#;
        check(order, eight, &["scoped"], &["n3", "n1", "r3", "local", "r1", "n2", "r2"]);
        check(order, r#"{"n4":1,"r1":5,"n5":2,"r2":6}"#, &[], &["n4", "n5", "r1", "r2"]);
        check(order, r#"{"n6":1,"r3":5,"n7":2}"#, &[], &["n6", "n7", "r3"]);
    }
}
