//! A point of wall-clock time.

use std::fmt;

/// Milliseconds since 1970-01-01T00:00Z; negative before. Arithmetic saturates: due dates come from users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Earlier than everything.
    pub const MIN: Self = Self(i64::MIN);
    /// Later than everything; "never".
    pub const MAX: Self = Self(i64::MAX);

    /// The number of milliseconds.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// So many milliseconds later (earlier when negative), at most `MAX`, at least `MIN`.
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; negative when it is later.
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}
