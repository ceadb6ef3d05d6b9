//! What an evaluation forgave.

use crate::limits::WARNINGS_MAX;
use std::fmt::{self, Write};

/// The kinds of warnings, named as the engine prints them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// A variable does not exist.
    NoVariableFound,
    /// A context has no such entry.
    NoContextEntryFound,
    /// A value has no such property.
    NoPropertyFound,
    /// Two values cannot be compared.
    NotComparable,
    /// A value has the wrong type.
    InvalidType,
    /// No function has that name and number of parameters.
    NoFunctionFound,
    /// A function refused its arguments.
    FunctionInvocationFailure,
    /// An assertion was not met.
    AssertFailure,
    /// Anything else.
    Unknown,
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WarningKind::NoVariableFound => "NO_VARIABLE_FOUND",
            WarningKind::NoContextEntryFound => "NO_CONTEXT_ENTRY_FOUND",
            WarningKind::NoPropertyFound => "NO_PROPERTY_FOUND",
            WarningKind::NotComparable => "NOT_COMPARABLE",
            WarningKind::InvalidType => "INVALID_TYPE",
            WarningKind::NoFunctionFound => "NO_FUNCTION_FOUND",
            WarningKind::FunctionInvocationFailure => "FUNCTION_INVOCATION_FAILURE",
            WarningKind::AssertFailure => "ASSERT_FAILURE",
            WarningKind::Unknown => "UNKNOWN",
        })
    }
}

/// One thing that was forgiven; `Display` gives `[TYPE] message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Its kind.
    pub kind: WarningKind,
    /// What happened.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.kind, self.message)
    }
}

/// The message with the warnings behind it, one a line, as incidents show them.
pub fn with_warnings(message: &str, warnings: &[Warning]) -> String {
    let mut text = message.to_string();
    if !warnings.is_empty() {
        text.push_str(" The evaluation reported the following warnings:");
        for warning in warnings {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{warning}");
        }
    }
    text
}

/// The warnings of the evaluation that runs.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    pub list: Vec<Warning>,
}

impl Warnings {
    /// Keeps the warning, unless there are too many.
    pub fn add(&mut self, kind: WarningKind, message: String) {
        if self.list.len() < WARNINGS_MAX {
            self.list.push(Warning { kind, message });
        }
    }
}
