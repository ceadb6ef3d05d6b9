//! Evaluations that have no result.

use super::Raised;
use std::fmt;

/// Why an expression has no result. `Display` gives the message of the incident, without warnings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An `assert` was not met.
    Assertion {
        /// The text of the expression.
        expression: String,
        /// The cause given to `assert`, or the default one.
        cause: String,
    },
    /// Anything else.
    Evaluation {
        /// The text of the expression.
        expression: String,
        /// What went wrong.
        cause: String,
    },
}

impl Failure {
    pub(crate) fn from_raised(expression: &str, raised: Raised) -> Failure {
        let (Raised::Error(cause) | Raised::Fatal(cause)) = raised;
        Failure::Evaluation { expression: expression.to_string(), cause }
    }

    /// What went wrong, without the expression.
    pub fn cause(&self) -> &str {
        match self {
            Failure::Assertion { cause, .. } | Failure::Evaluation { cause, .. } => cause,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Assertion { expression, cause } => {
                write!(f, "Assertion failure on evaluate the expression '{expression}': {cause}")
            }
            Failure::Evaluation { expression, cause } => {
                write!(f, "failed to evaluate expression '{expression}': {cause}")
            }
        }
    }
}

impl std::error::Error for Failure {}
