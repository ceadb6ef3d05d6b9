//! Appliers: the only code that changes tables, one file per event. Live processing, replay and followers run
//! the same ones, from the bytes of the event. A new meaning of an event gets a new record version and a new
//! applier.

mod banned;
mod decision_created;
mod decision_requirements_created;
mod deployment;
mod distribution;
mod element;
mod element_activated;
mod element_activating;
mod element_completed;
mod element_completing;
mod element_terminated;
mod element_terminating;
mod incident_created;
mod incident_resolved;
mod job;
mod job_batch_activated;
mod job_canceled;
mod job_completed;
mod job_created;
mod job_error_thrown;
mod job_failed;
mod job_recurred;
mod job_retries_updated;
mod job_timed_out;
mod job_timeout_updated;
mod job_yielded;
mod message_expired;
mod message_published;
mod message_subscription;
mod pending_subscription;
mod process_created;
mod process_event;
mod process_message_subscription;
mod sequence_flow_taken;
mod timer_created;
mod timer_removed;
mod variable;

use tidemill_record::value::Value;
use tidemill_record::{
    CommandDistributionIntent as Distribution, DecisionEvaluationIntent, DecisionIntent,
    DecisionRequirementsIntent, DeploymentIntent, ErrorIntent, IncidentIntent, JobBatchIntent, JobIntent,
    MessageIntent, MessageSubscriptionIntent, ProcessEventIntent, ProcessInstanceCreationIntent,
    ProcessInstanceIntent as Element, ProcessInstanceResultIntent, ProcessIntent,
    ProcessMessageSubscriptionIntent, RecordView, TimerIntent, ValueType, VariableDocumentIntent,
    VariableIntent,
};

use crate::definition::Definitions;
use crate::state::State;

pub use job_error_thrown::NO_CATCH_EVENT_FOUND;
pub use pending_subscription::Pending;

/// What an applier works with.
pub struct Applying<'s, 'r> {
    /// All tables.
    pub state: &'s mut State,
    /// Compiled definitions.
    pub definitions: &'s mut Definitions,
    /// The event.
    pub record: &'r RecordView<'r>,
}

impl<'r> Applying<'_, 'r> {
    /// The event's key.
    pub fn key(&self) -> i64 {
        self.record.header.key
    }

    /// The event's value. The bytes were written by this program or checked when they came in.
    pub fn value<V: Value<'r>>(&self) -> V {
        V::take(self.record.body).unwrap_or_else(|error| {
            panic!("the value of the event at position {}: {error}", self.record.header.position)
        })
    }
}

/// Changes nothing: the event only tells.
fn none(_applying: &mut Applying<'_, '_>) {}

/// The applier of an event: its value type, intent and record version decide.
fn applier(record: &RecordView<'_>) -> Option<fn(&mut Applying<'_, '_>)> {
    let intent = record.header.intent;
    match (record.header.value_type, record.header.record_version) {
        (ValueType::ProcessInstance, 1) => match Element::from_intent(intent)? {
            Element::ElementActivating => Some(element_activating::apply),
            Element::ElementActivated => Some(element_activated::apply),
            Element::ElementCompleting => Some(element_completing::apply),
            Element::ElementCompleted => Some(element_completed::apply),
            Element::ElementTerminating => Some(element_terminating::apply),
            Element::ElementTerminated => Some(element_terminated::apply),
            Element::SequenceFlowTaken => Some(sequence_flow_taken::apply),
            _ => None,
        },
        (ValueType::Variable, 1) => match VariableIntent::from_intent(intent)? {
            VariableIntent::Created | VariableIntent::Updated => Some(variable::apply),
            VariableIntent::Migrated => None,
        },
        (ValueType::Job, 1) => job_applier(JobIntent::from_intent(intent)?),
        (ValueType::JobBatch, 1) => match JobBatchIntent::from_intent(intent)? {
            JobBatchIntent::Activated => Some(job_batch_activated::apply),
            JobBatchIntent::Activate => None,
        },
        (ValueType::ProcessEvent, 1) => match ProcessEventIntent::from_intent(intent)? {
            ProcessEventIntent::Triggering => Some(process_event::apply_triggering),
            ProcessEventIntent::Triggered => Some(process_event::apply_triggered),
        },
        (ValueType::Timer, 1) => match TimerIntent::from_intent(intent)? {
            TimerIntent::Created => Some(timer_created::apply),
            TimerIntent::Triggered | TimerIntent::Canceled => Some(timer_removed::apply),
            _ => None,
        },
        (ValueType::Message, 1) => match MessageIntent::from_intent(intent)? {
            MessageIntent::Published => Some(message_published::apply),
            MessageIntent::Expired => Some(message_expired::apply),
            _ => None,
        },
        (ValueType::MessageSubscription, 1) => {
            message_subscription::applier(MessageSubscriptionIntent::from_intent(intent)?)
        }
        (ValueType::ProcessMessageSubscription, 1) => {
            process_message_subscription::applier(ProcessMessageSubscriptionIntent::from_intent(intent)?)
        }
        (ValueType::Incident, 1) => match IncidentIntent::from_intent(intent)? {
            IncidentIntent::Created => Some(incident_created::apply),
            IncidentIntent::Resolved => Some(incident_resolved::apply),
            _ => None,
        },
        (ValueType::Process, 2) if intent == ProcessIntent::Created.into() => Some(process_created::apply),
        (ValueType::Deployment, 2) if intent == DeploymentIntent::Created.into() => {
            Some(deployment::apply_created)
        }
        (ValueType::Decision, 2) if intent == DecisionIntent::Created.into() => Some(decision_created::apply),
        (ValueType::DecisionRequirements, 1) if intent == DecisionRequirementsIntent::Created.into() => {
            Some(decision_requirements_created::apply)
        }
        (ValueType::DecisionEvaluation, 1) => match DecisionEvaluationIntent::from_intent(intent)? {
            DecisionEvaluationIntent::Evaluated | DecisionEvaluationIntent::Failed => Some(none),
            DecisionEvaluationIntent::Evaluate => None,
        },
        (ValueType::CommandDistribution, 1) => distribution::applier(Distribution::from_intent(intent)?),
        (ValueType::Error, 1) if intent == ErrorIntent::Created.into() => Some(banned::apply),
        (ValueType::ProcessInstanceCreation, 1)
            if intent == ProcessInstanceCreationIntent::Created.into() =>
        {
            Some(none)
        }
        (ValueType::ProcessInstanceResult, 1) if intent == ProcessInstanceResultIntent::Completed.into() => {
            Some(none)
        }
        (ValueType::VariableDocument, 1) if intent == VariableDocumentIntent::Updated.into() => Some(none),
        _ => None,
    }
}

fn job_applier(intent: JobIntent) -> Option<fn(&mut Applying<'_, '_>)> {
    match intent {
        JobIntent::Created => Some(job_created::apply),
        JobIntent::Completed => Some(job_completed::apply),
        JobIntent::TimedOut => Some(job_timed_out::apply),
        JobIntent::Failed => Some(job_failed::apply),
        JobIntent::RetriesUpdated => Some(job_retries_updated::apply),
        JobIntent::Canceled => Some(job_canceled::apply),
        JobIntent::ErrorThrown => Some(job_error_thrown::apply),
        JobIntent::RecurredAfterBackoff => Some(job_recurred::apply),
        JobIntent::Yielded => Some(job_yielded::apply),
        JobIntent::TimeoutUpdated => Some(job_timeout_updated::apply),
        _ => None,
    }
}

/// Applies an event; false when there is no applier for it.
pub fn apply(state: &mut State, definitions: &mut Definitions, record: &RecordView<'_>) -> bool {
    let Some(apply) = applier(record) else { return false };
    apply(&mut Applying { state, definitions, record });
    true
}
