//! All tables of a state together: undo, digests, accounting, snapshots. `tables!` declares the state.

use super::snapshot::{LoadError, SnapshotRows, SnapshotStep};
use super::{BUCKET_COUNT, MemoryUse, Store, TableId, Undo, UndoPoint};

/// The snapshot under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct SnapshotProgress {
    entry_index: Option<u64>,
    table: usize,
}

/// A state made of tables; [`tables!`](super::tables) implements the required part.
pub trait Registry {
    /// The tables' numbers, in the order of their declaration.
    const TABLES: &'static [(TableId, &'static str)];

    /// A table by number.
    fn store(&self, id: TableId) -> Option<&dyn Store>;
    /// A table by number, and the undo log.
    fn store_mut(&mut self, id: TableId) -> Option<(&mut dyn Store, &mut Undo)>;
    /// The undo log and the snapshot under way.
    fn parts_mut(&mut self) -> (&mut Undo, &mut SnapshotProgress);
    /// The undo log.
    fn undo(&self) -> &Undo;

    /// Takes back every entry after `entry_index`. A snapshot of a later entry is dropped.
    fn undo_after(&mut self, entry_index: u64) {
        let (undo, snapshot) = self.parts_mut();
        let dropped = snapshot.entry_index.is_some_and(|snapshot| snapshot > entry_index);
        let point = undo.pop_marks(entry_index);
        if dropped {
            self.drop_snapshot();
        }
        self.take_back(point);
    }

    /// Takes back every change since `point`, within the entry under way.
    fn take_back(&mut self, point: UndoPoint) {
        while self.parts_mut().0.pop(point) {
            let undo = self.parts_mut().0;
            let change = std::mem::take(&mut undo.change);
            let (store, undo) = self.store_mut(change.table()).expect("changes are logged by tables");
            store.restore(undo, change.key(), change.row());
            undo.change = change;
        }
    }

    /// One number for the whole state; equal states give equal numbers.
    fn digest(&self) -> u64 {
        Self::TABLES
            .iter()
            .fold(0, |sum, (id, _)| sum.wrapping_add(self.store(*id).expect("declared").digest().total()))
    }

    /// The first table and bucket in which two states differ.
    fn first_difference(&self, other: &Self) -> Option<(&'static str, usize)>
    where
        Self: Sized,
    {
        Self::TABLES.iter().find_map(|(id, name)| {
            let mine = self.store(*id).expect("declared").digest().buckets();
            let theirs = other.store(*id).expect("declared").digest().buckets();
            (0..BUCKET_COUNT).find(|bucket| mine[*bucket] != theirs[*bucket]).map(|bucket| (*name, bucket))
        })
    }

    /// Memory of all tables and the undo log.
    fn memory(&self) -> MemoryUse {
        let mut sum = self.undo().memory();
        Self::TABLES.iter().for_each(|(id, _)| sum += self.store(*id).expect("declared").memory());
        sum
    }

    /// Starts a snapshot of the state as it is now, after entry `entry_index`. One at a time.
    fn begin_snapshot(&mut self, entry_index: u64) {
        let (undo, snapshot) = self.parts_mut();
        assert!(snapshot.entry_index.is_none(), "one snapshot at a time");
        assert!(undo.last_entry_index() <= Some(entry_index), "a snapshot is of the last entry");
        assert!(undo.saved.is_empty(), "the last snapshot left nothing behind");
        *snapshot = SnapshotProgress { entry_index: Some(entry_index), table: 0 };
        for (id, _) in Self::TABLES {
            self.store_mut(*id).expect("declared").0.begin_snapshot();
        }
    }

    /// Appends rows to `out` until it holds `max_bytes`; the last row, and rows saved since the last slice, may go
    /// over.
    fn snapshot_slice(&mut self, max_bytes: usize, out: &mut Vec<u8>) -> SnapshotStep {
        let (undo, snapshot) = self.parts_mut();
        if snapshot.entry_index.is_none() {
            return SnapshotStep::Dropped;
        }
        out.append(&mut undo.saved);
        while let Some((id, _)) = Self::TABLES.get(self.parts_mut().1.table) {
            if !self.store_mut(*id).expect("declared").0.snapshot_slice(max_bytes, out) {
                return SnapshotStep::More;
            }
            self.parts_mut().1.table += 1;
        }
        self.parts_mut().1.entry_index = None;
        SnapshotStep::Done
    }

    /// Forgets the snapshot under way, if there is one.
    fn drop_snapshot(&mut self) {
        let (undo, snapshot) = self.parts_mut();
        snapshot.entry_index = None;
        undo.saved.clear();
        for (id, _) in Self::TABLES {
            self.store_mut(*id).expect("declared").0.end_snapshot();
        }
    }

    /// Takes a slice of a snapshot into an empty state.
    ///
    /// # Errors
    /// [`LoadError`] when it is not a slice of this version's tables; the state is then unusable.
    fn load_slice(&mut self, slice: &[u8]) -> Result<(), LoadError> {
        for row in SnapshotRows::new(slice) {
            let row = row?;
            let table = row.table.0;
            let (store, _) = self.store_mut(row.table).ok_or(LoadError::UnknownTable { table })?;
            if !store.load(row.key, row.row) {
                return Err(LoadError::Key { table });
            }
        }
        Ok(())
    }
}

/// Declares a state: an undo log and tables, each with its number and constructor.
///
/// ```text
/// tables! {
///     /// The state.
///     pub struct State {
///         /// What waits.
///         1 => jobs: Table<i64> = Table::new;
///         2 => due: Ordered<(i64, i64)> = Ordered::new;
///         3 => variables: Table<(i64, u64)> = Table::ordered;
///     }
/// }
/// ```
///
/// Numbers are stable: never reuse that of a removed table.
macro_rules! tables {
    ($(#[$doc:meta])* $public:vis struct $state:ident {
        $($(#[$table_doc:meta])* $id:literal => $table:ident: $type:ty = $new:path;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug)]
        $public struct $state {
            /// The way back for all tables.
            pub undo: $crate::table::Undo,
            snapshot: $crate::table::SnapshotProgress,
            $($(#[$table_doc])* pub $table: $type,)+
        }

        impl $state {
            /// An empty state.
            $public fn new() -> Self {
                Self {
                    undo: $crate::table::Undo::new(),
                    snapshot: $crate::table::SnapshotProgress::default(),
                    $($table: $new($crate::table::TableId($id)),)+
                }
            }
        }

        impl Default for $state {
            fn default() -> Self {
                Self::new()
            }
        }

        impl $crate::table::Registry for $state {
            const TABLES: &'static [($crate::table::TableId, &'static str)] =
                &[$(($crate::table::TableId($id), stringify!($table))),+];

            fn store(&self, id: $crate::table::TableId) -> Option<&dyn $crate::table::Store> {
                match id.0 {
                    $($id => Some(&self.$table),)+
                    _ => None,
                }
            }

            fn store_mut(
                &mut self,
                id: $crate::table::TableId,
            ) -> Option<(&mut dyn $crate::table::Store, &mut $crate::table::Undo)> {
                match id.0 {
                    $($id => Some((&mut self.$table, &mut self.undo)),)+
                    _ => None,
                }
            }

            fn parts_mut(
                &mut self,
            ) -> (&mut $crate::table::Undo, &mut $crate::table::SnapshotProgress) {
                (&mut self.undo, &mut self.snapshot)
            }

            fn undo(&self) -> &$crate::table::Undo {
                &self.undo
            }
        }
    };
}
pub(crate) use tables;
