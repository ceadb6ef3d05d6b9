//! What can go wrong, by whom it is to be handled.

use std::path::PathBuf;

use tidemill_core::exit::ExitCode;
use tidemill_core::io::IoError;

use crate::recovery::DamagedRange;

/// The process must end, with this reason and the exit code of [`JournalFatal::exit_code`]. Never retry.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalFatal {
    /// A write or flush failed: what is on disk is unknown.
    #[error("journal: {0}; the state of the file is unknown, the process ends without a retry")]
    Io(IoError),
}

impl JournalFatal {
    /// How the process is to end.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Io(error) if error.is_disk_full() => ExitCode::DiskFull,
            Self::Io(_) => ExitCode::IoFailure,
        }
    }
}

/// The journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk failed.
    #[error("cannot open the journal: {0}")]
    Io(#[from] IoError),
    /// Acknowledged data is damaged. Nothing was changed.
    #[error("the journal in {} is damaged at or below what was acknowledged: {}", directory.display(),
        list(damaged))]
    Damaged {
        /// Where.
        directory: PathBuf,
        /// Each damaged range.
        damaged: Vec<DamagedRange>,
    },
    /// A segment of another cluster or partition lies in the directory.
    #[error("{} belongs to cluster {cluster} partition {partition}, not to this journal", path.display())]
    ForeignSegment {
        /// The file.
        path: PathBuf,
        /// The cluster it names.
        cluster: u64,
        /// The partition it names.
        partition: u32,
    },
}

impl OpenError {
    /// How the process is to end.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Io(error) if error.is_disk_full() => ExitCode::DiskFull,
            Self::Io(_) => ExitCode::IoFailure,
            Self::Damaged { .. } => ExitCode::Damage,
            Self::ForeignSegment { .. } => ExitCode::DataDirectory,
        }
    }
}

fn list(damaged: &[DamagedRange]) -> String {
    damaged.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// An entry was not appended; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// All write buffers wait for the disk: try again after a completion.
    #[error("the journal's write buffers are full")]
    Full,
    /// The entry is larger than any write may be.
    #[error("the entry is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
}

/// An entry could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// The disk failed.
    #[error("cannot read the journal: {0}")]
    Io(#[from] IoError),
    /// The log begins behind the wanted place: it was compacted.
    #[error(
        "the log starts at index {first_index}, position {first_position}; what was asked for is compacted"
    )]
    Compacted {
        /// First index still there.
        first_index: u64,
        /// First position still there.
        first_position: i64,
    },
    /// Bytes that were written are not there any more.
    #[error("damage in the journal: {0}")]
    Damaged(DamagedRange),
}
