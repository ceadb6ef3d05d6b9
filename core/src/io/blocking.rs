//! Runs an operation to its end on the calling thread: what helper threads do.

use std::sync::Arc;

use super::buffer::AlignedBuffer;
use super::error::IoError;
use super::files::Files;
use super::operation::{Durability, DurableMethod, Operation, Outcome};

/// Zeros to fill files from; shared by all.
pub(crate) fn zeros() -> Arc<AlignedBuffer> {
    static ZEROS: std::sync::OnceLock<Arc<AlignedBuffer>> = std::sync::OnceLock::new();
    ZEROS.get_or_init(|| Arc::new(AlignedBuffer::new(super::ZERO_STEP_BYTES_MAX))).clone()
}

/// Executes `operation` with blocking calls. Gives back a read's buffer in any case.
pub(crate) fn execute(
    files: &dyn Files,
    operation: Operation,
) -> (Result<Outcome, IoError>, Option<AlignedBuffer>) {
    let result = match operation {
        Operation::Read { file, offset, mut buffer, length } => {
            let read = files.read_at(&file, offset, &mut buffer[..length]);
            return (read.map(Outcome::Bytes), Some(buffer));
        }
        Operation::Write { file, offset, buffer, range, durability } => {
            let bytes = &buffer[range];
            write(files, &file, offset, bytes, durability).map(|()| Outcome::Bytes(bytes.len()))
        }
        Operation::SyncData { file } => files.sync_data(&file).map(|()| Outcome::Done),
        Operation::Allocate { file, length } => files.allocate(&file, length).map(|()| Outcome::Done),
        Operation::Zero { file, offset, length } => {
            files.write_at(&file, offset, &zeros()[..length]).map(|()| Outcome::Bytes(length))
        }
        Operation::Open { path, options } => files.open(&path, options).map(Outcome::Opened),
        Operation::Rename { from, to } => files.rename(&from, &to).map(|()| Outcome::Done),
        Operation::Unlink { path } => files.unlink(&path).map(|()| Outcome::Done),
        Operation::SyncDirectory { path } => files.sync_directory(&path).map(|()| Outcome::Done),
    };
    (result, None)
}

fn write(
    files: &dyn Files,
    file: &super::File,
    offset: u64,
    bytes: &[u8],
    durability: Durability,
) -> Result<(), IoError> {
    match durability {
        Durability::Volatile | Durability::Durable(DurableMethod::OpenDsync) => {
            files.write_at(file, offset, bytes)
        }
        Durability::Durable(DurableMethod::RwfDsync) => files.write_at_durable(file, offset, bytes),
        Durability::Durable(
            DurableMethod::WriteThenSync | DurableMethod::LinkedSync | DurableMethod::BlockingThread,
        ) => {
            files.write_at(file, offset, bytes)?;
            files.sync_data(file)
        }
    }
}
