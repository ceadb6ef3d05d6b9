//! Event types under the names they have on records.

use std::fmt;

/// Kind of an event, as `bpmnEventType` of a process instance record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum EventType {
    Unspecified = 0,
    Conditional,
    Error,
    Escalation,
    Link,
    Message,
    None,
    Signal,
    Terminate,
    Timer,
    Compensation,
}

impl EventType {
    /// Every type, in the order of its number.
    pub const ALL: [Self; 11] = [
        Self::Unspecified,
        Self::Conditional,
        Self::Error,
        Self::Escalation,
        Self::Link,
        Self::Message,
        Self::None,
        Self::Signal,
        Self::Terminate,
        Self::Timer,
        Self::Compensation,
    ];

    /// Name on records (`TIMER`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Conditional => "CONDITIONAL",
            Self::Error => "ERROR",
            Self::Escalation => "ESCALATION",
            Self::Link => "LINK",
            Self::Message => "MESSAGE",
            Self::None => "NONE",
            Self::Signal => "SIGNAL",
            Self::Terminate => "TERMINATE",
            Self::Timer => "TIMER",
            Self::Compensation => "COMPENSATION",
        }
    }

    /// Type with that number; `None` for numbers that name none.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        for (number, event_type) in EventType::ALL.iter().enumerate() {
            assert_eq!(*event_type as usize, number);
        }
    }
}
