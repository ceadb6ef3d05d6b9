//! What a power loss leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::SECTOR_BYTES;
use super::disk::{Inode, NameChange, SimDisk, State, put};
use super::random::SimRandom;

impl SimDisk {
    /// The power comes back: decides by `seed` what survived. Files opened before are stale.
    pub fn restart(&self, seed: u64) {
        let mut state = self.lock();
        let mut random = SimRandom::new(seed);
        state.lose_writes(&mut random);
        state.lose_names(&mut random);
        state.is_crashed = false;
        state.crash_at = None;
        state.injected.clear();
    }
}

/// Applies each sector of a write with probability `keep_per_million`.
fn keep_some(
    content: &mut Vec<u8>,
    offset: usize,
    bytes: &[u8],
    keep_per_million: u32,
    random: &mut SimRandom,
) {
    for (at, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
        if random.happens(keep_per_million) {
            put(content, offset + at * SECTOR_BYTES, sector);
        }
    }
}

impl State {
    fn lose_writes(&mut self, random: &mut SimRandom) {
        let mut lost: BTreeMap<u64, Vec<(usize, Vec<u8>)>> = BTreeMap::new();
        for (inode, content) in &mut self.inodes {
            lost.entry(*inode).or_default().append(&mut content.unsynced);
        }
        for flying in std::mem::take(&mut self.flying).into_values() {
            let bytes = flying.buffer[flying.range].to_vec();
            lost.entry(flying.inode).or_default().push((flying.offset, bytes));
        }
        for (inode, mut writes) in lost {
            let Some(content) = self.inodes.get_mut(&inode) else { continue };
            let Inode { current, durable, .. } = content;
            // Any order: Fisher-Yates.
            for at in (1..writes.len()).rev() {
                writes.swap(at, random.below(at as u64 + 1) as usize);
            }
            for (offset, bytes) in writes {
                // All, nothing, or a torn mixture: each often enough to matter.
                let keep = [1_000_000, 0, 500_000, 900_000, 100_000][random.below(5) as usize];
                keep_some(durable, offset, &bytes, keep, random);
            }
            if current.len() > durable.len() && random.happens(500_000) {
                durable.resize(current.len(), 0);
            }
            current.clone_from(durable);
        }
    }

    /// A journalling filesystem keeps a prefix of what was done to names.
    fn lose_names(&mut self, random: &mut SimRandom) {
        let kept = random.below(self.name_changes.len() as u64 + 1) as usize;
        let changes: Vec<NameChange> = std::mem::take(&mut self.name_changes);
        for change in changes.into_iter().take(kept) {
            apply(&mut self.durable_names, change);
        }
        self.names = self.durable_names.clone();
        let alive: BTreeSet<u64> = self.names.values().copied().collect();
        self.inodes.retain(|inode, _| alive.contains(inode));
    }

    /// A directory sync makes the changes of its names durable, those of other directories too: one journal.
    pub(super) fn sync_names(&mut self) {
        for change in std::mem::take(&mut self.name_changes) {
            apply(&mut self.durable_names, change);
        }
    }
}

fn apply(names: &mut BTreeMap<PathBuf, u64>, change: NameChange) {
    match change {
        NameChange::Link(path, inode) => drop(names.insert(path, inode)),
        NameChange::Unlink(path) => drop(names.remove(&path)),
        NameChange::Rename(from, to) => {
            if let Some(inode) = names.remove(&from) {
                names.insert(to, inode);
            }
        }
    }
}
