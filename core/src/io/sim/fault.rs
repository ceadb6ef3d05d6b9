//! The faults that a disk can be told to have.

/// One fault, for one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails with this error number; a write may have stored any of its sectors.
    Error(i32),
    /// A write stores only its first half and fails (the backends report short writes as `EIO`).
    ShortWrite,
    /// A write is acknowledged and not stored.
    Lost,
    /// A write or read goes to a place so many bytes further on.
    Misdirected(i64),
    /// One bit changes in what is written or read.
    BitRot,
}

/// How often faults happen by themselves, each per million operations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// `EIO` of writes and syncs.
    pub write_error: u32,
    /// Lost writes.
    pub lost: u32,
    /// Misdirected writes.
    pub misdirected: u32,
    /// Bits changed in what is written.
    pub bit_rot: u32,
    /// `EIO` of reads.
    pub read_error: u32,
}
