//! Tables of steady size allocate nothing: rows, slots, tree nodes, the undo ring and snapshots of changed rows.

use tidemill_core::alloc_counter::{CountingAllocator, allocations_of};
use tidemill_engine::table::{Ordered, Store, Table, TableId, Undo};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

struct State {
    undo: Undo,
    rows: Table<i64>,
    sorted: Table<(i64, u64)>,
    due: Ordered<(i64, i64)>,
}

/// A thousand live rows of changing sizes that come, change and go; each entry is released twenty entries later.
fn turn(state: &mut State, entries: std::ops::Range<u64>, row: &[u8]) {
    for entry in entries {
        let State { undo, rows, sorted, due } = &mut *state;
        undo.mark(entry);
        let key = entry as i64;
        let length = (entry * 37 % 900) as usize;
        rows.put_bytes(undo, key, &row[..length]);
        rows.put_bytes(undo, key - 20, &row[..length / 2]);
        sorted.put_bytes(undo, (key % 100, entry), &row[..length / 3]);
        assert!(due.insert(undo, (key * 7_919 % 10_007, key)));
        if entry > 1_000 {
            let old = key - 1_000;
            assert!(rows.remove(undo, &old));
            assert!(sorted.remove(undo, &(old % 100, old as u64)));
            assert!(due.remove(undo, (old * 7_919 % 10_007, old)));
        }
        if entry > 20 {
            undo.release(entry - 20);
        }
    }
}

#[test]
fn tables_of_steady_size_do_not_allocate() {
    let mut state = State {
        undo: Undo::new(),
        rows: Table::new(TableId(1)),
        sorted: Table::ordered(TableId(2)),
        due: Ordered::new(TableId(3)),
    };
    let row = vec![3u8; 1_000];
    turn(&mut state, 1..20_000, &row);
    let mut slice = Vec::with_capacity(1 << 20);
    let (count, ()) = allocations_of(|| turn(&mut state, 20_000..40_000, &row));
    assert_eq!(count, 0, "allocations in 20000 entries");
    // A snapshot that lets others work between its slices: what it saves and skips settles as well.
    let mut count = 0;
    for round in 0..6u64 {
        let start = 40_000 + round * 200;
        state.rows.begin_snapshot();
        state.due.begin_snapshot();
        count = allocations_of(|| turn(&mut state, start..start + 200, &row)).0;
        slice.clear();
        assert!(state.rows.snapshot_slice(usize::MAX, &mut slice));
        assert!(state.due.snapshot_slice(usize::MAX, &mut slice));
    }
    assert!(count <= 1, "{count} allocations beside a snapshot");
}
