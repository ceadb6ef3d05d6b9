//! Processors: one file per command. They read the state, decide, and write events and follow-up commands.

mod command_distribution_acknowledge;
mod decision_evaluate;
mod deployment_create;
mod element;
mod incident_resolve;
mod instance_of;
mod job;
mod job_batch_activate;
mod job_cancel;
mod job_complete;
mod job_fail;
mod job_recur_after_backoff;
mod job_throw_error;
mod job_time_out;
mod job_update_retries;
mod job_update_timeout;
mod job_yield;
mod message_expire;
mod message_publish;
mod message_subscription;
mod process_instance_batch;
mod process_instance_cancel;
mod process_instance_creation;
mod process_message_subscription;
mod timer_cancel;
mod timer_trigger;
mod variable_document_update;

use tidemill_record::value::Value;
use tidemill_record::{
    CommandDistributionIntent, DecisionEvaluationIntent, DeploymentIntent, IncidentIntent, JobBatchIntent,
    JobIntent, MessageIntent, MessageSubscriptionIntent, ProcessInstanceBatchIntent,
    ProcessInstanceCreationIntent, ProcessInstanceIntent as Element, ProcessMessageSubscriptionIntent,
    RejectionType, TimerIntent, ValueType, VariableDocumentIntent,
};

pub use instance_of::instance_of;

use crate::context::{Context, Outcome};

/// A processor: the context and the command's encoded value.
type Processor = fn(&mut Context<'_, '_, '_>, &[u8]) -> Outcome;

/// Processes the command at hand.
pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    if !context.state.banned.is_empty() && is_banned(context, body) {
        return context.reject(
            RejectionType::InvalidState,
            "Expected to process the command, but its process instance is set aside after a processing error",
            body,
        );
    }
    match processor(context) {
        Some(process) => process(context, body),
        None => {
            let name = context.head.intent.name(context.head.value_type);
            let reason = format!(
                "Expected to process command '{} {name}', but it is not supported yet",
                context.head.value_type.name()
            );
            context.reject(RejectionType::InvalidState, &reason, body)
        }
    }
}

fn is_banned(context: &Context<'_, '_, '_>, body: &[u8]) -> bool {
    instance_of::instance_of_parts(context.state, &context.head, body)
        .is_some_and(|instance| context.state.banned.contains(&instance))
}

fn processor(context: &Context<'_, '_, '_>) -> Option<Processor> {
    let intent = context.head.intent;
    match context.head.value_type {
        ValueType::ProcessInstance => match Element::from_intent(intent)? {
            Element::ActivateElement => Some(element::activate),
            Element::CompleteElement => Some(element::complete),
            Element::TerminateElement => Some(element::terminate),
            Element::Cancel => Some(process_instance_cancel::process),
            _ => None,
        },
        ValueType::ProcessInstanceBatch => match ProcessInstanceBatchIntent::from_intent(intent)? {
            ProcessInstanceBatchIntent::Terminate => Some(process_instance_batch::terminate),
            _ => None,
        },
        ValueType::ProcessInstanceCreation => match ProcessInstanceCreationIntent::from_intent(intent)? {
            ProcessInstanceCreationIntent::Create => Some(process_instance_creation::create),
            ProcessInstanceCreationIntent::CreateWithAwaitingResult => {
                Some(process_instance_creation::create_with_awaiting_result)
            }
            ProcessInstanceCreationIntent::Created => None,
        },
        ValueType::Job => match JobIntent::from_intent(intent)? {
            JobIntent::Complete => Some(job_complete::process),
            JobIntent::Fail => Some(job_fail::process),
            JobIntent::ThrowError => Some(job_throw_error::process),
            JobIntent::UpdateRetries => Some(job_update_retries::process),
            JobIntent::UpdateTimeout => Some(job_update_timeout::process),
            JobIntent::TimeOut => Some(job_time_out::process),
            JobIntent::RecurAfterBackoff => Some(job_recur_after_backoff::process),
            JobIntent::Cancel => Some(job_cancel::process),
            JobIntent::Yield => Some(job_yield::process),
            _ => None,
        },
        ValueType::Timer => match TimerIntent::from_intent(intent)? {
            TimerIntent::Trigger => Some(timer_trigger::process),
            TimerIntent::Cancel => Some(timer_cancel::process),
            _ => None,
        },
        ValueType::VariableDocument if intent == VariableDocumentIntent::Update.into() => {
            Some(variable_document_update::process)
        }
        ValueType::Incident if intent == IncidentIntent::Resolve.into() => Some(incident_resolve::process),
        ValueType::Message => match MessageIntent::from_intent(intent)? {
            MessageIntent::Publish => Some(message_publish::process),
            MessageIntent::Expire => Some(message_expire::one),
            _ => None,
        },
        ValueType::CommandDistribution if intent == CommandDistributionIntent::Acknowledge.into() => {
            Some(command_distribution_acknowledge::process)
        }
        ValueType::MessageBatch => Some(message_expire::batch),
        ValueType::MessageSubscription => match MessageSubscriptionIntent::from_intent(intent)? {
            MessageSubscriptionIntent::Create => Some(message_subscription::create),
            MessageSubscriptionIntent::Correlate => Some(message_subscription::correlate),
            MessageSubscriptionIntent::Reject => Some(message_subscription::reject),
            MessageSubscriptionIntent::Delete => Some(message_subscription::delete),
            _ => None,
        },
        ValueType::ProcessMessageSubscription => match ProcessMessageSubscriptionIntent::from_intent(intent)?
        {
            ProcessMessageSubscriptionIntent::Create => Some(process_message_subscription::create),
            ProcessMessageSubscriptionIntent::Correlate => Some(process_message_subscription::correlate),
            ProcessMessageSubscriptionIntent::Delete => Some(process_message_subscription::delete),
            _ => None,
        },
        ValueType::JobBatch if intent == JobBatchIntent::Activate.into() => Some(job_batch_activate::process),
        ValueType::Deployment => match DeploymentIntent::from_intent(intent)? {
            DeploymentIntent::Create => Some(deployment_create::process),
            _ => None,
        },
        ValueType::DecisionEvaluation if intent == DecisionEvaluationIntent::Evaluate.into() => {
            Some(decision_evaluate::process)
        }
        _ => None,
    }
}

/// Decodes a command's value; a command whose bytes are none is rejected.
pub fn decode<'v, V: Value<'v>>(
    context: &mut Context<'_, '_, '_>,
    body: &'v [u8],
) -> Result<V, crate::context::Rejected> {
    V::take(body).map_err(|malformed| {
        let reason = format!("Expected to read the command, but it holds a {malformed}");
        let rejected = context.reject(RejectionType::InvalidArgument, &reason, &[]);
        rejected.expect_err("a rejection was written")
    })
}
