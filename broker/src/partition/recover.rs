//! Brings a partition up: recover its journal, replay its log into the engine.

use std::path::PathBuf;

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::ids::Term;
use tidemill_core::io::Io;
use tidemill_core::stages::StageHistograms;
use tidemill_engine::{Effects, Engine, EngineConfig};
use tidemill_journal::{Journal, Options};

use super::tracked::Tracked;
use super::{Held, Partition};

/// What a partition is made with.
pub struct PartitionSettings {
    /// Which one, of how many.
    pub engine: EngineConfig,
    /// Where its files lie.
    pub directory: PathBuf,
    /// How its journal writes.
    pub journal: Options,
    /// Where its commands' times are counted.
    pub stages: StageHistograms,
    /// The most that its state may take, bytes.
    pub state_bytes_max: usize,
}

impl Partition {
    /// Recovers and replays; blocking, before the shard serves.
    ///
    /// # Errors
    /// The journal cannot be opened or is damaged, or the log cannot be replayed: the process ends.
    pub fn open(io: &mut dyn Io, settings: PartitionSettings) -> Result<Self, Fatal> {
        let PartitionSettings { engine, directory, journal, stages, state_bytes_max } = settings;
        let id = engine.partition_id;
        let place = directory.join("journal");
        let (journal, report) = Journal::open(io, &place, journal)
            .map_err(|error| Fatal::new(error.exit_code(), format!("partition {id}: {error}")))?;
        if report.buffered {
            tracing::warn!(
                partition = id,
                "the filesystem refuses O_DIRECT: writes go through the page cache"
            );
        }
        let mut engine = Engine::new(engine);
        let entry_count = replay(&mut engine, &journal, id)?;
        if entry_count > 0 {
            tracing::info!(partition = id, entries = entry_count, torn_bytes = report.torn_bytes, "replayed");
        }
        let committed = journal.durable_index().get();
        assert_eq!(committed, journal.last_index().get(), "what was recovered is durable");
        assert_eq!(engine.next_position(), journal.next_position().get(), "replay saw every record");
        engine.release(committed);
        Ok(Self {
            id,
            engine,
            journal,
            term: Term::new(1),
            effects: Effects::default(),
            held: Held::default(),
            tracked: Tracked::default(),
            stages,
            committed,
            state_bytes_max,
            disk_full: false,
            quiet_until_ms: 0,
        })
    }
}

fn replay(engine: &mut Engine, journal: &Journal, id: u32) -> Result<u64, Fatal> {
    let failed =
        |what: String| Fatal::new(ExitCode::Replay, format!("partition {id}: cannot replay: {what}"));
    let mut reader = journal.handle().reader();
    let mut entry_count = 0;
    while let Some(entry) = reader.next().map_err(|error| failed(error.to_string()))? {
        let index = entry.header.index;
        engine.apply(index, entry.records()).map_err(|error| failed(format!("entry {index}: {error}")))?;
        engine.release(index);
        entry_count += 1;
    }
    Ok(entry_count)
}
