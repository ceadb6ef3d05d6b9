//! compio: `File` on its io_uring driver, O_DIRECT over a zero-filled file, `write_at`, then `sync_data`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use compio::buf::{BufResult, IoBuf};
use compio::io::AsyncWriteAt;
use tidemill_core::io::AlignedBuffer;

use super::super::load::{Meter, Payloads, Round, fill, filled_bytes};
use super::super::raw::{FILE_BYTES, prepare};
use super::super::{Subject, Work};

/// `O_DIRECT` of Linux on x86-64 and most others.
const O_DIRECT: i32 = 0o40000;

pub(super) struct Compio {
    path: PathBuf,
    work: Work,
}

struct Owned(AlignedBuffer);

impl IoBuf for Owned {
    fn as_init(&self) -> &[u8] {
        &self.0
    }
}

impl Compio {
    pub(super) fn new(work: &Work) -> Result<Self, String> {
        let path = work.directory.join("compio");
        let options = tidemill_core::io::OpenOptions { write: true, create: true, ..Default::default() };
        prepare(&path, options)?;
        Ok(Self { path, work: work.clone() })
    }
}

impl Subject for Compio {
    fn name(&self) -> String {
        "compio".to_owned()
    }

    fn round(&mut self, time: Duration) -> Result<Round, String> {
        let runtime = compio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        runtime.block_on(run(self.path.clone(), self.work.clone(), time)).map_err(|error| error.to_string())
    }
}

async fn run(path: PathBuf, work: Work, time: Duration) -> std::io::Result<Round> {
    let mut options = compio::fs::OpenOptions::new();
    let mut file = options.write(true).custom_flags(O_DIRECT).open(&path).await?;
    let payloads = Payloads::new(work.record_bytes, work.in_flight);
    let bytes = filled_bytes(work.record_bytes, work.in_flight);
    let mut buffer = Owned(AlignedBuffer::new(bytes));
    let (mut offset, mut number) = (0, 0);
    let mut meter = Meter::start(time);
    while !meter.is_over() {
        let sent = Instant::now();
        fill(&mut buffer.0, number, &payloads, work.in_flight);
        if offset + bytes as u64 > FILE_BYTES {
            offset = 0;
        }
        let BufResult(written, back) = file.write_at(buffer, offset).await;
        buffer = back;
        assert_eq!(written?, bytes, "a short write");
        file.sync_data().await?;
        offset += bytes as u64;
        number += work.in_flight as u64;
        meter.acknowledged(sent, work.in_flight);
    }
    Ok(meter.finish(work.record_bytes, 0))
}
