//! The documented shape of operations, asserted for every backend alike.

use super::buffer::BLOCK_BYTES;
use super::operation::{Durability, DurableMethod, Operation, ZERO_STEP_BYTES_MAX};

/// Most bytes in one read or write: what the kernel moves in one call without cutting it short.
pub const TRANSFER_BYTES_MAX: usize = 1 << 30;

/// Panics when the operation breaks its documentation: a bug of the submitter, never the world's fault.
pub(crate) fn assert_well_formed(operation: &Operation) {
    match operation {
        Operation::Write { file, offset, buffer, range, durability } => {
            assert!(range.start < range.end && range.end <= buffer.len(), "write range {range:?}");
            assert!(range.len() <= TRANSFER_BYTES_MAX, "write of {} bytes", range.len());
            assert!(file.options().write, "write to a file opened for reading");
            let by_open = matches!(durability, Durability::Durable(DurableMethod::OpenDsync));
            assert!(!by_open || file.options().dsync, "method needs a file opened with O_DSYNC");
            if file.options().direct {
                let aligned = (*offset as usize | range.start | range.end).is_multiple_of(BLOCK_BYTES);
                assert!(aligned, "direct write at {offset}, range {range:?} is not aligned");
            }
        }
        Operation::Read { file, offset, buffer, length } => {
            assert!(*length > 0 && *length <= buffer.len(), "read of {length} bytes");
            assert!(*length <= TRANSFER_BYTES_MAX, "read of {length} bytes");
            let aligned = (*offset as usize | *length).is_multiple_of(BLOCK_BYTES);
            assert!(!file.options().direct || aligned, "direct read at {offset} of {length} is not aligned");
        }
        Operation::Zero { file, offset, length } => {
            assert!(*length > 0 && *length <= ZERO_STEP_BYTES_MAX, "zero fill of {length} bytes");
            assert!((*offset as usize | *length).is_multiple_of(BLOCK_BYTES), "zero fill is not aligned");
            assert!(file.options().write, "zero fill of a file opened for reading");
        }
        Operation::Allocate { length, .. } => assert!(*length > 0, "allocation of nothing"),
        Operation::SyncData { .. }
        | Operation::Open { .. }
        | Operation::Rename { .. }
        | Operation::Unlink { .. }
        | Operation::SyncDirectory { .. } => {}
    }
}
