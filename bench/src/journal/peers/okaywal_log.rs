//! okaywal: its own group of chunks per commit.

use super::super::Work;
use super::super::load::Payloads;
use super::Commit;

pub(super) struct OkayWal(okaywal::WriteAheadLog);

#[derive(Debug)]
struct NoCheckpoint;

impl okaywal::LogManager for NoCheckpoint {
    fn recover(&mut self, _entry: &mut okaywal::Entry<'_>) -> std::io::Result<()> {
        Ok(())
    }

    fn checkpoint_to(
        &mut self,
        _last: okaywal::EntryId,
        _entries: &mut okaywal::SegmentReader,
        _log: &okaywal::WriteAheadLog,
    ) -> std::io::Result<()> {
        Ok(())
    }
}

impl OkayWal {
    pub(super) fn new(work: &Work) -> Result<Self, String> {
        let directory = work.directory.join("okaywal");
        let log = okaywal::WriteAheadLog::recover(directory, NoCheckpoint);
        log.map(Self).map_err(|error| error.to_string())
    }
}

impl Commit for OkayWal {
    fn name(&self) -> &'static str {
        "okaywal"
    }

    fn commit(&mut self, _first: u64, payloads: &Payloads, count: usize) -> Result<(), String> {
        let text = |error: std::io::Error| error.to_string();
        let mut entry = self.0.begin_entry().map_err(text)?;
        for number in 0..count {
            entry.write_chunk(payloads.get(number)).map_err(text)?;
        }
        entry.commit().map(drop).map_err(text)
    }
}
