//! What several elements and commands do alike.

pub mod decisions;
pub mod distribute;
pub mod document_order;
pub mod errors;
pub mod events;
pub mod incidents;
pub mod jobs;
pub mod messages;
pub mod partitions;
pub mod push;
pub mod results;
pub mod scopes;
pub mod subscriptions;
pub mod timers;
pub mod transitions;
pub mod variables;

use tidemill_record::ErrorType;

/// Why a step of an element instance cannot be taken now: what its incident will say.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What kind of incident.
    pub error_type: ErrorType,
    /// What happened.
    pub message: String,
    /// Where variables would have to be set; `None` for the instance itself.
    pub variable_scope_key: Option<i64>,
}

impl Failure {
    /// A failure whose variables are those of the instance.
    pub fn new(error_type: ErrorType, message: impl Into<String>) -> Self {
        Self { error_type, message: message.into(), variable_scope_key: None }
    }
}
