//! raft-engine: one batch of entries per commit, synced. It also indexes what it logs.

use protobuf::well_known_types::BytesValue;

use super::super::Work;
use super::super::load::Payloads;
use super::Commit;

pub(super) struct RaftEngine {
    engine: raft_engine::Engine,
    batch: raft_engine::LogBatch,
    next_compaction: u64,
}

/// An entry is a bytes field whose first eight bytes are its index.
#[derive(Clone)]
struct Numbered;

impl raft_engine::MessageExt for Numbered {
    type Entry = BytesValue;

    fn index(entry: &BytesValue) -> u64 {
        u64::from_le_bytes(entry.value[..8].try_into().expect("records have eight bytes"))
    }
}

impl RaftEngine {
    pub(super) fn new(work: &Work) -> Result<Self, String> {
        let dir = work.directory.join("raft-engine").to_string_lossy().into_owned();
        let config = raft_engine::Config { dir, ..raft_engine::Config::default() };
        let engine = raft_engine::Engine::open(config).map_err(|error| error.to_string())?;
        Ok(Self { engine, batch: raft_engine::LogBatch::default(), next_compaction: 1 << 18 })
    }
}

impl Commit for RaftEngine {
    fn name(&self) -> &'static str {
        "raft-engine"
    }

    fn commit(&mut self, first: u64, payloads: &Payloads, count: usize) -> Result<(), String> {
        let text = |error: raft_engine::Error| error.to_string();
        let entry = |number: usize| {
            let mut value = payloads.get(number).to_vec();
            value[..8].copy_from_slice(&(first + number as u64).to_le_bytes());
            let mut entry = BytesValue::new();
            entry.set_value(value);
            entry
        };
        let entries: Vec<BytesValue> = (0..count).map(entry).collect();
        self.batch.add_entries::<Numbered>(1, &entries).map_err(text)?;
        self.engine.write(&mut self.batch, true).map_err(text)?;
        if first > self.next_compaction {
            // Its log is bounded as ours is.
            self.engine.compact_to(1, first);
            self.engine.purge_expired_files().map_err(text)?;
            self.next_compaction = first + (1 << 18);
        }
        Ok(())
    }
}
