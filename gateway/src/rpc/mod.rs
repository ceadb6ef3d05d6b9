//! What each RPC says to a partition and what a partition's answer says to the client: plain functions, one
//! file an RPC. Nothing here waits, sends or knows a socket.

mod activate_jobs;
mod cancel_process_instance;
mod complete_job;
mod create_process_instance;
mod create_process_instance_with_result;
mod deploy_process;
mod deploy_resource;
mod evaluate_decision;
mod fail_job;
mod publish_message;
mod resolve_incident;
mod set_variables;
mod stream_activated_jobs;
mod throw_error;
mod topology;
mod update_job_retries;
mod update_job_timeout;

pub use activate_jobs::{ActivateJobs, ActivatedBatch, activated_job, job_keys_of};
pub use cancel_process_instance::CancelProcessInstance;
pub use complete_job::CompleteJob;
pub use create_process_instance::CreateProcessInstance;
pub use create_process_instance_with_result::CreateProcessInstanceWithResult;
pub use deploy_process::DeployProcess;
pub use deploy_resource::DeployResource;
pub use evaluate_decision::EvaluateDecision;
pub use fail_job::FailJob;
pub use publish_message::PublishMessage;
pub use resolve_incident::ResolveIncident;
pub use set_variables::SetVariables;
pub use stream_activated_jobs::{check_stream, names_bytes, read_push, stream_open};
pub use throw_error::ThrowError;
pub use topology::topology_response;
pub use update_job_retries::UpdateJobRetries;
pub use update_job_timeout::UpdateJobTimeout;

use tidemill_core::limits::NAME_BYTES_MAX;
use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::Value;
use tidemill_record::{Intent, ListBuffer, ValueType};
use tonic::Status;

use crate::proto::gateway as messages;
use crate::route::Route;
use crate::status::{invalid, unreadable};

/// One RPC that is a command and its answer.
pub trait Rpc {
    /// What the client sends.
    type Request;
    /// What the client gets.
    type Response: Into<Reply> + TryFrom<Reply>;

    /// The command; its encoded value is left in `scratch.value`.
    ///
    /// # Errors
    /// What the client hears when the request makes no command.
    fn command(request: &Self::Request, scratch: &mut Scratch) -> Result<Command, Status>;

    /// The response that an answer becomes; never called for rejections.
    ///
    /// # Errors
    /// INTERNAL when the answer cannot be read.
    fn reply(answer: &AnswerFrame<'_>) -> Result<Self::Response, Status>;

    /// How long the client waits for the answer; `None` for the gateway's default.
    fn timeout_ms(_request: &Self::Request) -> Option<u64> {
        None
    }
}

/// Buffers for building commands, kept from request to request.
#[derive(Default, Debug)]
pub struct Scratch {
    /// The encoded value of the command.
    pub value: Vec<u8>,
    /// Variables as MessagePack.
    pub document: Vec<u8>,
    /// Lists inside of the value.
    pub list: ListBuffer,
    /// Another one.
    pub other_list: ListBuffer,
}

impl Scratch {
    /// Bytes that are kept from one request to the next.
    const KEPT_BYTES_MAX: usize = 256 * 1024;

    /// Makes ready for the next command.
    pub fn clear(&mut self) {
        for buffer in [&mut self.value, &mut self.document] {
            buffer.clear();
            buffer.shrink_to(Self::KEPT_BYTES_MAX);
        }
        for list in [&mut self.list, &mut self.other_list] {
            if list.byte_count() > Self::KEPT_BYTES_MAX {
                *list = ListBuffer::default()
            } else {
                list.clear()
            }
        }
    }
}

/// Encodes a value into an empty buffer.
pub(crate) fn put_value<'a>(value: &impl Value<'a>, out: &mut Vec<u8>) {
    assert!(out.is_empty(), "a command has one value");
    value.put(out);
}

/// A command without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it is about.
    pub value_type: ValueType,
    /// What is to happen.
    pub intent: Intent,
    /// The entity; -1 for none.
    pub key: i64,
    /// The client's own reference; -1 for none.
    pub operation_reference: i64,
    /// Where it goes.
    pub route: Route,
    /// How hard the gateway tries to get it through.
    pub lane: Lane,
}

impl Command {
    /// A command for an entity.
    pub fn for_key(value_type: ValueType, intent: impl Into<Intent>, key: i64, lane: Lane) -> Self {
        let route = Route::Key(key);
        Self { value_type, intent: intent.into(), key, operation_reference: -1, route, lane }
    }

    /// A command that creates something.
    pub fn without_key(value_type: ValueType, intent: impl Into<Intent>, route: Route) -> Self {
        let lane = Lane::Normal;
        Self { value_type, intent: intent.into(), key: -1, operation_reference: -1, route, lane }
    }

    /// With the client's reference, where there is one.
    pub fn referring_to(self, operation_reference: Option<u64>) -> Self {
        Self { operation_reference: operation_reference.map_or(-1, |reference| reference as i64), ..self }
    }
}

/// How hard the gateway tries to get a command through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Refused while there is much to do.
    Normal,
    /// Ends work rather than making new: has room of its own.
    Reserved,
}

macro_rules! replies {
    ($($variant:ident($type:ty)),+ $(,)?) => {
        /// What waits for a client in the table of open requests.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "one for each response of the protocol")]
        pub enum Reply { $($variant($type)),+ }

        $(
            impl From<$type> for Reply {
                fn from(response: $type) -> Self {
                    Self::$variant(response)
                }
            }

            impl TryFrom<Reply> for $type {
                type Error = Reply;

                fn try_from(reply: Reply) -> Result<Self, Reply> {
                    match reply { Reply::$variant(response) => Ok(response), other => Err(other) }
                }
            }
        )+
    };
}

replies! {
    Activate(ActivatedBatch),
    Cancel(messages::CancelProcessInstanceResponse),
    Complete(messages::CompleteJobResponse),
    Create(messages::CreateProcessInstanceResponse),
    CreateWithResult(messages::CreateProcessInstanceWithResultResponse),
    DeployProcess(messages::DeployProcessResponse),
    DeployResource(messages::DeployResourceResponse),
    Evaluate(messages::EvaluateDecisionResponse),
    Fail(messages::FailJobResponse),
    Publish(messages::PublishMessageResponse),
    Resolve(messages::ResolveIncidentResponse),
    SetVariables(messages::SetVariablesResponse),
    ThrowError(messages::ThrowErrorResponse),
    UpdateRetries(messages::UpdateJobRetriesResponse),
    UpdateTimeout(messages::UpdateJobTimeoutResponse),
    Query(QueryReply),
}

/// The answer to a question about a partition's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryReply {
    /// Whether there was something to tell.
    pub found: bool,
    /// JSON text.
    pub json: String,
}

/// Reads the value of an answer.
pub(crate) fn take<'a, V: Value<'a>>(answer: &AnswerFrame<'a>) -> Result<V, Status> {
    V::take(answer.value).map_err(unreadable)
}

/// Names and ids that clients choose are bounded.
///
/// # Errors
/// INVALID_ARGUMENT.
pub(crate) fn check_name(field: &str, name: &str) -> Result<(), Status> {
    if name.len() <= NAME_BYTES_MAX {
        return Ok(());
    }
    Err(invalid(format!("'{field}' has {} bytes; at most {NAME_BYTES_MAX} are allowed", name.len())))
}

#[cfg(test)]
pub(crate) mod test_support {
    use super::*;

    /// The command of a request, and its value as exporters print it.
    pub(crate) fn command_json<'a, R: Rpc, V: Value<'a>>(
        request: &R::Request,
        scratch: &'a mut Scratch,
    ) -> (Command, serde_json::Value) {
        scratch.clear();
        let command = R::command(request, scratch).unwrap();
        let mut json = String::new();
        V::take(&scratch.value).unwrap().print(&mut json);
        (command, serde_json::from_str(&json).unwrap())
    }

    /// The text of what the client hears when the request makes no command.
    pub(crate) fn refusal<R: Rpc>(request: &R::Request) -> (tonic::Code, String) {
        let status = R::command(request, &mut Scratch::default()).unwrap_err();
        (status.code(), status.message().to_owned())
    }

    /// Asserts on some fields of a JSON object.
    pub(crate) fn assert_fields(json: &serde_json::Value, expected: serde_json::Value) {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&json[name], value, "{name}");
        }
    }
}
