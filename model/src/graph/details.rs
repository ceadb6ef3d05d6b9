//! What the extension elements and event definitions of a model say, one struct each. All texts are as
//! written in the model; defaults are filled in here.

use crate::Text;
use std::sync::Arc;

/// One input or output mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Where the value comes from; a static text is a string value. Absent source of an input: null.
    pub source: Option<Text>,
    /// Path of the variable written, dots separating (`a.b`).
    pub target: Arc<str>,
}

/// `zeebe:taskDefinition`.
#[derive(Debug, Clone)]
pub struct TaskDefinition {
    /// Job type.
    pub job_type: Text,
    /// Retries, `3` when not given.
    pub retries: Text,
}

/// `zeebe:taskHeaders`, in document order.
#[derive(Debug, Clone, Default)]
pub struct TaskHeaders {
    /// Key and value pairs.
    pub pairs: Box<[(Arc<str>, Arc<str>)]>,
    /// The same as one MessagePack map, `{}` (one byte) when there are none.
    pub messagepack: Arc<[u8]>,
}

/// A timer event definition.
#[derive(Debug, Clone)]
pub struct Timer {
    /// Which of the three forms.
    pub kind: TimerKind,
    /// Its text.
    pub text: Text,
    /// The text parsed, when it is static; expressions are parsed when evaluated ([`crate::timer::parse`]).
    pub parsed: Option<crate::timer::Timer>,
}

/// The forms of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// `timeDate`
    Date,
    /// `timeDuration`
    Duration,
    /// `timeCycle`: repeating interval or cron
    Cycle,
}

/// A message reference.
#[derive(Debug, Clone)]
pub struct Message {
    /// Id of the `message` element.
    pub id: Arc<str>,
    /// Message name.
    pub name: Text,
    /// Correlation key; absent on start events of the process and on throwing events.
    pub correlation_key: Option<Text>,
}

/// A signal reference.
#[derive(Debug, Clone)]
pub struct Signal {
    /// Signal name.
    pub name: Text,
}

/// An error event definition.
#[derive(Debug, Clone)]
pub struct ErrorEvent {
    /// Error code; `None` catches every error.
    pub code: Option<Text>,
}

/// An escalation event definition.
#[derive(Debug, Clone)]
pub struct Escalation {
    /// Escalation code; `None` catches every escalation.
    pub code: Option<Text>,
}

/// A compensation event definition.
#[derive(Debug, Clone, Default)]
pub struct Compensation {
    /// Id of the one activity to compensate, if named.
    pub activity: Option<Arc<str>>,
}

/// A conditional event definition.
#[derive(Debug, Clone)]
pub struct Conditional {
    /// The condition.
    pub condition: Text,
    /// Only these variables are looked at; empty for all.
    pub variable_names: Box<[Arc<str>]>,
    /// `create`, `update`; empty for both.
    pub variable_events: Box<[Arc<str>]>,
}

/// Multi-instance characteristics.
#[derive(Debug, Clone)]
pub struct MultiInstance {
    /// One after the other instead of all at once.
    pub sequential: bool,
    /// The collection iterated.
    pub input_collection: Text,
    /// Variable of the current item.
    pub input_element: Option<Arc<str>>,
    /// Variable collecting the results.
    pub output_collection: Option<Arc<str>>,
    /// Result of one instance.
    pub output_element: Option<Text>,
    /// Ends the loop early when true.
    pub completion_condition: Option<Text>,
}

/// Which version of a referenced resource is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Binding {
    /// The latest at the time of use.
    #[default]
    Latest,
    /// The one of the same deployment.
    Deployment,
    /// The latest with that version tag.
    VersionTag(Arc<str>),
}

/// `zeebe:calledElement`.
#[derive(Debug, Clone)]
pub struct CalledElement {
    /// Process id.
    pub process_id: Text,
    /// Version to call.
    pub binding: Binding,
    /// Whether all variables of the child come back (default true).
    pub propagate_all_child_variables: bool,
    /// Whether the child sees all variables of the parent (default true).
    pub propagate_all_parent_variables: bool,
}

/// `zeebe:calledDecision`.
#[derive(Debug, Clone)]
pub struct CalledDecision {
    /// Decision id.
    pub decision_id: Text,
    /// Variable of the result.
    pub result_variable: Arc<str>,
    /// Version to evaluate.
    pub binding: Binding,
}

/// `zeebe:script`.
#[derive(Debug, Clone)]
pub struct Script {
    /// The expression.
    pub expression: Text,
    /// Variable of the result.
    pub result_variable: Arc<str>,
}

/// All a user task says.
#[derive(Debug, Clone, Default)]
pub struct UserTask {
    /// `zeebe:userTask` is there: managed by the engine, not job based.
    pub native: bool,
    /// Assignee.
    pub assignee: Option<Text>,
    /// Candidate groups, an expression or a comma-separated list.
    pub candidate_groups: Option<Text>,
    /// Candidate users, an expression or a comma-separated list.
    pub candidate_users: Option<Text>,
    /// Due date.
    pub due_date: Option<Text>,
    /// Follow-up date.
    pub follow_up_date: Option<Text>,
    /// Form by key (embedded or custom form).
    pub form_key: Option<Arc<str>>,
    /// Form by id (deployed form).
    pub form_id: Option<Text>,
    /// Form kept elsewhere.
    pub external_form_reference: Option<Text>,
    /// Version of the form.
    pub form_binding: Binding,
    /// Priority, `50` when not given.
    pub priority: Option<Text>,
    /// Task listeners in order.
    pub task_listeners: Box<[Listener]>,
}

/// An execution or task listener.
#[derive(Debug, Clone)]
pub struct Listener {
    /// `start`, `end`; for task listeners `creating`, `assigning`, `updating`, `completing`, `canceling`.
    pub event: ListenerEvent,
    /// Job type.
    pub job_type: Text,
    /// Retries, `3` when not given.
    pub retries: Text,
}

/// What a listener listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum ListenerEvent {
    Start,
    End,
    Creating,
    Assigning,
    Updating,
    Completing,
    Canceling,
}

/// `zeebe:publishMessage`.
#[derive(Debug, Clone)]
pub struct PublishMessage {
    /// Correlation key.
    pub correlation_key: Text,
    /// Message id.
    pub message_id: Option<Text>,
    /// Time to live, a duration.
    pub time_to_live: Option<Text>,
}

/// `zeebe:adHoc` and the ad-hoc sub-process itself.
#[derive(Debug, Clone, Default)]
pub struct AdHoc {
    /// Ids of the elements to activate first.
    pub active_elements_collection: Option<Text>,
    /// Variable collecting the results.
    pub output_collection: Option<Arc<str>>,
    /// Result of one inner instance.
    pub output_element: Option<Text>,
    /// Completes the sub-process when true.
    pub completion_condition: Option<Text>,
    /// Whether the rest is cancelled then (default true).
    pub cancel_remaining_instances: bool,
    /// Activities that have no incoming flow, as MessagePack is not needed: plain ids.
    pub activatable: Box<[Arc<str>]>,
}

/// `zeebe:linkedResource`.
#[derive(Debug, Clone)]
pub struct LinkedResource {
    /// Resource id.
    pub resource_id: Arc<str>,
    /// Kind of resource.
    pub resource_type: Arc<str>,
    /// Name of the link.
    pub link_name: Option<Arc<str>>,
    /// Version of the resource.
    pub binding: Binding,
}
