//! glommio: `DmaFile` over a zero-filled file, `write_at`, then `fdatasync`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use glommio::io::OpenOptions;
use glommio::{LocalExecutorBuilder, Placement};

use super::super::load::{Meter, Payloads, Round, fill, filled_bytes};
use super::super::raw::{FILE_BYTES, prepare};
use super::super::{Subject, Work};

pub(super) struct Glommio {
    path: PathBuf,
    work: Work,
}

impl Glommio {
    pub(super) fn new(work: &Work) -> Result<Self, String> {
        let path = work.directory.join("glommio");
        let options = tidemill_core::io::OpenOptions { write: true, create: true, ..Default::default() };
        prepare(&path, options)?;
        Ok(Self { path, work: work.clone() })
    }
}

impl Subject for Glommio {
    fn name(&self) -> String {
        "glommio".to_owned()
    }

    fn round(&mut self, time: Duration) -> Result<Round, String> {
        let (path, work) = (self.path.clone(), self.work.clone());
        let executor = LocalExecutorBuilder::new(Placement::Unbound)
            .spawn(move || run(path, work, time))
            .map_err(|error| error.to_string())?;
        executor.join().map_err(|error| error.to_string())?
    }
}

async fn run(path: PathBuf, work: Work, time: Duration) -> Result<Round, String> {
    let opened = OpenOptions::new().read(true).write(true).dma_open(&path).await;
    let file = opened.map_err(|error| error.to_string())?;
    let payloads = Payloads::new(work.record_bytes, work.in_flight);
    let bytes = filled_bytes(work.record_bytes, work.in_flight);
    let (mut offset, mut number) = (0, 0);
    let mut meter = Meter::start(time);
    while !meter.is_over() {
        let sent = Instant::now();
        let mut buffer = file.alloc_dma_buffer(bytes);
        fill(&mut buffer.as_bytes_mut()[..bytes], number, &payloads, work.in_flight);
        if offset + bytes as u64 > FILE_BYTES {
            offset = 0;
        }
        let written = file.write_at(buffer, offset).await.map_err(|error| error.to_string())?;
        assert_eq!(written, bytes, "a short write");
        file.fdatasync().await.map_err(|error| error.to_string())?;
        offset += bytes as u64;
        number += work.in_flight as u64;
        meter.acknowledged(sent, work.in_flight);
    }
    let round = meter.finish(work.record_bytes, 0);
    file.close().await.map_err(|error| error.to_string())?;
    Ok(round)
}
