//! The append-only log of one partition: segments, flush, recovery, readers.
