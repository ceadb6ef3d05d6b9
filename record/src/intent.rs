//! Intents: what happens to a value, numbered per value type as in Zeebe's record protocol
//! (`io.camunda:zeebe-protocol` 8.9.0-rc2).

use crate::ValueType;

/// An intent without its value type: the number that stands in a record header.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Intent(pub u8);

impl Intent {
    /// The protocol's name of this intent for `value_type`, as exporters print it.
    pub fn name(self, value_type: ValueType) -> &'static str {
        names(value_type).iter().find(|(number, _)| *number == self.0).map_or("UNKNOWN", |(_, name)| name)
    }

    /// The intent of `value_type` with this name.
    pub fn from_name(value_type: ValueType, name: &str) -> Option<Self> {
        names(value_type).iter().find(|(_, other)| *other == name).map(|(number, _)| Self(*number))
    }
}

macro_rules! intents {
    ($($enum:ident of $value_type:ident { $($variant:ident = $number:literal $name:literal),+ $(,)? })+) => {
        $(
            #[doc = concat!("Intents of `", stringify!($value_type), "` records.")]
            #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
            #[repr(u8)]
            #[allow(missing_docs, reason = "the names are the protocol's own")]
            pub enum $enum { $($variant = $number),+ }

            impl From<$enum> for Intent {
                fn from(intent: $enum) -> Self { Intent(intent as u8) }
            }

            impl $enum {
                /// The intent with this number.
                pub fn from_intent(intent: Intent) -> Option<Self> {
                    match intent.0 { $($number => Some(Self::$variant),)+ _ => None }
                }
            }
        )+

        fn names(value_type: ValueType) -> &'static [(u8, &'static str)] {
            match value_type {
                $(ValueType::$value_type => &[$(($number, $name)),+],)+
                _ => &[],
            }
        }
    };
}

intents! {
    JobIntent of Job {
        Created = 0 "CREATED", Complete = 1 "COMPLETE", Completed = 2 "COMPLETED", TimeOut = 3 "TIME_OUT",
        TimedOut = 4 "TIMED_OUT", Fail = 5 "FAIL", Failed = 6 "FAILED", UpdateRetries = 7 "UPDATE_RETRIES",
        RetriesUpdated = 8 "RETRIES_UPDATED", Cancel = 9 "CANCEL", Canceled = 10 "CANCELED",
        ThrowError = 11 "THROW_ERROR", ErrorThrown = 12 "ERROR_THROWN",
        RecurAfterBackoff = 13 "RECUR_AFTER_BACKOFF", RecurredAfterBackoff = 14 "RECURRED_AFTER_BACKOFF",
        Yield = 15 "YIELD", Yielded = 16 "YIELDED", UpdateTimeout = 17 "UPDATE_TIMEOUT",
        TimeoutUpdated = 18 "TIMEOUT_UPDATED", Migrated = 19 "MIGRATED", Update = 20 "UPDATE",
        Updated = 21 "UPDATED",
    }
    DeploymentIntent of Deployment {
        Create = 0 "CREATE", Created = 1 "CREATED", Distribute = 2 "DISTRIBUTE",
        Distributed = 3 "DISTRIBUTED", FullyDistributed = 4 "FULLY_DISTRIBUTED",
        Reconstruct = 5 "RECONSTRUCT", Reconstructed = 6 "RECONSTRUCTED",
        ReconstructedAll = 7 "RECONSTRUCTED_ALL",
    }
    ProcessInstanceIntent of ProcessInstance {
        Cancel = 0 "CANCEL", SequenceFlowTaken = 1 "SEQUENCE_FLOW_TAKEN",
        ElementActivating = 2 "ELEMENT_ACTIVATING", ElementActivated = 3 "ELEMENT_ACTIVATED",
        ElementCompleting = 4 "ELEMENT_COMPLETING", ElementCompleted = 5 "ELEMENT_COMPLETED",
        ElementTerminating = 6 "ELEMENT_TERMINATING", ElementTerminated = 7 "ELEMENT_TERMINATED",
        ActivateElement = 8 "ACTIVATE_ELEMENT", CompleteElement = 9 "COMPLETE_ELEMENT",
        TerminateElement = 10 "TERMINATE_ELEMENT", ElementMigrated = 11 "ELEMENT_MIGRATED",
        CompleteExecutionListener = 12 "COMPLETE_EXECUTION_LISTENER",
        AncestorMigrated = 13 "ANCESTOR_MIGRATED",
        ContinueTerminatingElement = 14 "CONTINUE_TERMINATING_ELEMENT",
        SequenceFlowDeleted = 15 "SEQUENCE_FLOW_DELETED", Canceling = 16 "CANCELING",
    }
    IncidentIntent of Incident {
        Created = 0 "CREATED", Resolve = 1 "RESOLVE", Resolved = 2 "RESOLVED", Migrated = 3 "MIGRATED",
    }
    MessageIntent of Message {
        Publish = 0 "PUBLISH", Published = 1 "PUBLISHED", Expire = 2 "EXPIRE", Expired = 3 "EXPIRED",
    }
    MessageSubscriptionIntent of MessageSubscription {
        Create = 0 "CREATE", Created = 1 "CREATED", Correlating = 8 "CORRELATING",
        Correlate = 2 "CORRELATE", Correlated = 3 "CORRELATED", Reject = 4 "REJECT",
        Rejected = 5 "REJECTED", Delete = 6 "DELETE", Deleted = 7 "DELETED", Migrate = 9 "MIGRATE",
        Migrated = 10 "MIGRATED",
    }
    ProcessMessageSubscriptionIntent of ProcessMessageSubscription {
        Creating = 0 "CREATING", Create = 1 "CREATE", Created = 2 "CREATED", Correlate = 3 "CORRELATE",
        Correlated = 4 "CORRELATED", Deleting = 5 "DELETING", Delete = 6 "DELETE", Deleted = 7 "DELETED",
        Migrated = 8 "MIGRATED",
    }
    JobBatchIntent of JobBatch {
        Activate = 0 "ACTIVATE", Activated = 1 "ACTIVATED",
    }
    TimerIntent of Timer {
        Created = 0 "CREATED", Trigger = 1 "TRIGGER", Triggered = 2 "TRIGGERED", Cancel = 3 "CANCEL",
        Canceled = 4 "CANCELED", Migrated = 5 "MIGRATED",
    }
    MessageStartEventSubscriptionIntent of MessageStartEventSubscription {
        Created = 0 "CREATED", Correlated = 1 "CORRELATED", Deleted = 2 "DELETED",
    }
    VariableIntent of Variable {
        Created = 0 "CREATED", Updated = 1 "UPDATED", Migrated = 2 "MIGRATED",
    }
    VariableDocumentIntent of VariableDocument {
        Update = 0 "UPDATE", Updated = 1 "UPDATED", Updating = 2 "UPDATING",
        UpdateDenied = 3 "UPDATE_DENIED",
    }
    ProcessInstanceCreationIntent of ProcessInstanceCreation {
        Create = 0 "CREATE", Created = 1 "CREATED",
        CreateWithAwaitingResult = 2 "CREATE_WITH_AWAITING_RESULT",
    }
    ErrorIntent of Error {
        Created = 0 "CREATED",
    }
    ProcessInstanceResultIntent of ProcessInstanceResult {
        Completed = 0 "COMPLETED",
    }
    ProcessIntent of Process {
        Created = 0 "CREATED", Deleting = 1 "DELETING", Deleted = 2 "DELETED",
    }
    DeploymentDistributionIntent of DeploymentDistribution {
        Distributing = 0 "DISTRIBUTING", Complete = 1 "COMPLETE", Completed = 2 "COMPLETED",
    }
    ProcessEventIntent of ProcessEvent {
        Triggering = 0 "TRIGGERING", Triggered = 1 "TRIGGERED",
    }
    DecisionIntent of Decision {
        Created = 0 "CREATED", Deleted = 1 "DELETED",
    }
    DecisionRequirementsIntent of DecisionRequirements {
        Created = 0 "CREATED", Deleted = 1 "DELETED",
    }
    DecisionEvaluationIntent of DecisionEvaluation {
        Evaluated = 0 "EVALUATED", Failed = 1 "FAILED", Evaluate = 2 "EVALUATE",
    }
    ProcessInstanceModificationIntent of ProcessInstanceModification {
        Modify = 0 "MODIFY", Modified = 1 "MODIFIED",
    }
    EscalationIntent of Escalation {
        Escalated = 0 "ESCALATED", NotEscalated = 1 "NOT_ESCALATED",
    }
    SignalSubscriptionIntent of SignalSubscription {
        Created = 0 "CREATED", Deleted = 1 "DELETED", Migrated = 2 "MIGRATED",
    }
    SignalIntent of Signal {
        Broadcast = 0 "BROADCAST", Broadcasted = 1 "BROADCASTED",
    }
    ResourceDeletionIntent of ResourceDeletion {
        Delete = 0 "DELETE", Deleting = 1 "DELETING", Deleted = 2 "DELETED",
    }
    CommandDistributionIntent of CommandDistribution {
        Started = 0 "STARTED", Distributing = 1 "DISTRIBUTING", Acknowledge = 2 "ACKNOWLEDGE",
        Acknowledged = 3 "ACKNOWLEDGED", Finished = 4 "FINISHED", Enqueued = 5 "ENQUEUED",
        ContinuationRequested = 6 "CONTINUATION_REQUESTED", Continued = 7 "CONTINUED", Finish = 8 "FINISH",
        Continue = 9 "CONTINUE",
    }
    ProcessInstanceBatchIntent of ProcessInstanceBatch {
        Terminate = 0 "TERMINATE", Activate = 1 "ACTIVATE", Terminated = 2 "TERMINATED",
        Activated = 3 "ACTIVATED",
    }
    MessageBatchIntent of MessageBatch {
        Expire = 0 "EXPIRE",
    }
    FormIntent of Form {
        Created = 0 "CREATED", Deleted = 1 "DELETED",
    }
    UserTaskIntent of UserTask {
        Creating = 0 "CREATING", Created = 1 "CREATED", Complete = 2 "COMPLETE",
        Completing = 3 "COMPLETING", Completed = 4 "COMPLETED", Canceling = 5 "CANCELING",
        Canceled = 6 "CANCELED", Assign = 7 "ASSIGN", Assigning = 8 "ASSIGNING", Assigned = 9 "ASSIGNED",
        Claim = 10 "CLAIM", Update = 11 "UPDATE", Updating = 12 "UPDATING", Updated = 13 "UPDATED",
        Migrated = 14 "MIGRATED", CompleteTaskListener = 15 "COMPLETE_TASK_LISTENER",
        DenyTaskListener = 16 "DENY_TASK_LISTENER", CompletionDenied = 17 "COMPLETION_DENIED",
        Corrected = 18 "CORRECTED", AssignmentDenied = 19 "ASSIGNMENT_DENIED", Claiming = 20 "CLAIMING",
        UpdateDenied = 21 "UPDATE_DENIED", Create = 22 "CREATE", Cancel = 23 "CANCEL",
    }
    ProcessInstanceMigrationIntent of ProcessInstanceMigration {
        Migrate = 0 "MIGRATE", Migrated = 1 "MIGRATED",
    }
    CompensationSubscriptionIntent of CompensationSubscription {
        Created = 0 "CREATED", Triggered = 1 "TRIGGERED", Completed = 2 "COMPLETED", Deleted = 3 "DELETED",
        Migrated = 4 "MIGRATED",
    }
    MessageCorrelationIntent of MessageCorrelation {
        Correlate = 1 "CORRELATE", Correlating = 2 "CORRELATING", Correlated = 3 "CORRELATED",
        NotCorrelated = 4 "NOT_CORRELATED",
    }
    ClockIntent of Clock {
        Pin = 0 "PIN", Pinned = 1 "PINNED", Reset = 2 "RESET", Resetted = 3 "RESETTED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_value_type() {
        let activated = Intent::from(ProcessInstanceIntent::ElementActivated);
        assert_eq!(activated.name(ValueType::ProcessInstance), "ELEMENT_ACTIVATED");
        assert_eq!(activated.name(ValueType::Job), "TIME_OUT");
        assert_eq!(Intent::from_name(ValueType::Job, "YIELD"), Some(JobIntent::Yield.into()));
        assert_eq!(Intent::from_name(ValueType::Job, "ELEMENT_ACTIVATED"), None);
        assert_eq!(JobIntent::from_intent(Intent(2)), Some(JobIntent::Completed));
    }
}
