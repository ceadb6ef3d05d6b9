//! How the process ends when it cannot go on: a reason on stderr and an exit code that says what kind of
//! reason, so that a supervisor or an operator need not parse text.

use std::fmt;
use std::io::Write;

/// What ended the process. The numbers are part of the interface: never change one, only add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Asked to stop, stopped in order.
    Success = 0,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Configuration = 10,
    /// The data directory is missing, not ours, locked by another process, or of an unknown version.
    DataDirectory = 11,
    /// An address to listen on is taken or not allowed.
    Port = 12,
    /// The machine lacks what is needed: no usable `Io` backend, no file descriptors, no memory.
    Machine = 13,
    /// A write or flush failed; the state of the file is unknown, so nothing is retried.
    IoFailure = 20,
    /// Data that was acknowledged is damaged and no other copy can repair it.
    Damage = 21,
    /// The disk is full where not even compaction can go on.
    DiskFull = 22,
    /// This replica's state differs from the majority's.
    Divergence = 23,
    /// An event of the log cannot be applied.
    Replay = 24,
    /// A thread panicked outside of the one guarded place: a broken invariant.
    Panic = 70,
    /// Asked twice to stop, or the stop took too long: left without waiting for what was under way.
    Forced = 130,
}

impl ExitCode {
    /// Every code, for documentation and tests.
    pub const ALL: [Self; 13] = [
        Self::Success,
        Self::Usage,
        Self::Configuration,
        Self::DataDirectory,
        Self::Port,
        Self::Machine,
        Self::IoFailure,
        Self::Damage,
        Self::DiskFull,
        Self::Divergence,
        Self::Replay,
        Self::Panic,
        Self::Forced,
    ];

    /// The number that the parent process sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The name in logs and documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Usage => "usage",
            Self::Configuration => "configuration",
            Self::DataDirectory => "data directory",
            Self::Port => "port",
            Self::Machine => "machine",
            Self::IoFailure => "io failure",
            Self::Damage => "damage",
            Self::DiskFull => "disk full",
            Self::Divergence => "divergence",
            Self::Replay => "replay",
            Self::Panic => "panic",
            Self::Forced => "forced",
        }
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (exit code {})", self.name(), self.code())
    }
}

/// A reason to end the process. Parts hand it upwards instead of exiting, so that the simulator can run them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fatal {
    /// Which kind.
    pub code: ExitCode,
    /// What happened and where, for a person.
    pub reason: String,
}

impl Fatal {
    /// A reason of this kind.
    pub fn new(code: ExitCode, reason: impl fmt::Display) -> Self {
        Self { code, reason: reason.to_string() }
    }

    /// Ends the process at once with this reason.
    pub fn exit(&self) -> ! {
        exit(self.code, &self.reason)
    }
}

impl fmt::Display for Fatal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.reason)
    }
}

impl std::error::Error for Fatal {}

/// Prints the reason and ends the process without running destructors or exit handlers: other threads go on
/// until the last moment, and what they would tear down may be what is broken.
#[allow(unsafe_code)]
pub fn exit(code: ExitCode, reason: &str) -> ! {
    // Not the macro: a closed stderr must not turn an exit into a panic.
    let _ = writeln!(std::io::stderr(), "tidemill: fatal: {code}: {reason}");
    // SAFETY: ends the process; nothing runs afterwards.
    unsafe { libc::_exit(i32::from(code.code())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        let mut codes: Vec<u8> = ExitCode::ALL.iter().map(|code| code.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ExitCode::ALL.len());
        // 128 and more is what shells make of signals; only the one that stands for an interrupt is used.
        assert!(codes.iter().all(|code| *code < 128 || *code == ExitCode::Forced.code()));
    }

    #[test]
    fn a_fatal_names_kind_and_place() {
        let fatal = Fatal::new(ExitCode::IoFailure, "fdatasync of 3/journal/7: EIO");
        assert_eq!(fatal.to_string(), "io failure (exit code 20): fdatasync of 3/journal/7: EIO");
    }
}
