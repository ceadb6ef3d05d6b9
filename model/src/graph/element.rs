//! One element of a process.

use super::*;
use crate::Text;
use std::sync::Arc;

/// An element. Relations are indexes into the process; what most elements do not have is `None`.
#[derive(Debug, Clone)]
pub struct Element {
    /// Its own position.
    pub index: ElementIndex,
    /// Id in the model; for a process the process id.
    pub id: Arc<str>,
    /// Name in the model.
    pub name: Option<Arc<str>>,
    /// Element type on records.
    pub element_type: ElementType,
    /// Event type on records; `Unspecified` for what is no event.
    pub event_type: EventType,
    /// Flow scope; the process is its own.
    pub scope: ElementIndex,
    /// Number of scopes around, 0 for the process.
    pub depth: u16,

    /// Flow nodes directly inside, in document order (no sequence flows, no boundary events).
    pub children: Box<[ElementIndex]>,
    /// Sequence flows coming in.
    pub incoming: Box<[ElementIndex]>,
    /// Sequence flows going out, in document order.
    pub outgoing: Box<[ElementIndex]>,
    /// Number of incoming flows: the tokens a joining parallel gateway waits for.
    pub incoming_count: u32,
    /// For a scope: its none start event (of an event sub-process: its only start event).
    pub start_event: Option<ElementIndex>,
    /// For a scope: all its start events.
    pub start_events: Box<[ElementIndex]>,
    /// Boundary events attached to this activity.
    pub boundary_events: Box<[ElementIndex]>,
    /// Event sub-processes directly inside this scope.
    pub event_sub_processes: Box<[ElementIndex]>,
    /// For a boundary event: the activity it is attached to.
    pub attached_to: Option<ElementIndex>,
    /// Events to subscribe to while this element is active: its boundary events, the start events of its
    /// event sub-processes, itself (catch event, receive task), the events behind an event-based gateway.
    /// Only events that wait for the outside (timer, message, signal, conditional).
    pub subscriptions: Box<[ElementIndex]>,
    /// Error and escalation events that catch from this scope: boundary events and event sub-process start
    /// events. Those with a code come before those without.
    pub catchers: Box<[ElementIndex]>,

    /// For a sequence flow: its ends and condition.
    pub flow: Option<SequenceFlow>,
    /// Default flow of an exclusive or inclusive gateway.
    pub default_flow: Option<ElementIndex>,
    /// For boundary events and start events of event sub-processes: whether the scope is interrupted. True
    /// else.
    pub interrupting: bool,
    /// For a catch event: whether an event-based gateway leads to it.
    pub behind_event_based_gateway: bool,
    /// Activity that only runs for compensation.
    pub is_for_compensation: bool,
    /// For a compensation boundary event: its handler.
    pub compensation_handler: Option<ElementIndex>,

    /// Input mappings in order.
    pub inputs: Box<[Mapping]>,
    /// Output mappings in order.
    pub outputs: Box<[Mapping]>,
    /// Job definition.
    pub task_definition: Option<TaskDefinition>,
    /// Task headers.
    pub task_headers: TaskHeaders,
    /// Timer.
    pub timer: Option<Timer>,
    /// Message.
    pub message: Option<Message>,
    /// Signal.
    pub signal: Option<Signal>,
    /// Error.
    pub error: Option<ErrorEvent>,
    /// Escalation.
    pub escalation: Option<Escalation>,
    /// Link name.
    pub link: Option<Arc<str>>,
    /// For a throwing link event: the catching one.
    pub link_target: Option<ElementIndex>,
    /// Compensation.
    pub compensation: Option<Compensation>,
    /// Condition of a conditional event.
    pub conditional: Option<Conditional>,
    /// On a multi-instance body: its characteristics.
    pub multi_instance: Option<Box<MultiInstance>>,
    /// Call activity.
    pub called_element: Option<Box<CalledElement>>,
    /// Business rule task.
    pub called_decision: Option<Box<CalledDecision>>,
    /// Script task.
    pub script: Option<Box<Script>>,
    /// User task; also forms of start events.
    pub user_task: Option<Box<UserTask>>,
    /// Execution listeners for `start`.
    pub start_listeners: Box<[Listener]>,
    /// Execution listeners for `end`.
    pub end_listeners: Box<[Listener]>,
    /// Message to publish.
    pub publish_message: Option<Box<PublishMessage>>,
    /// Ad-hoc sub-process.
    pub ad_hoc: Option<Box<AdHoc>>,
    /// Linked resources.
    pub linked_resources: Box<[LinkedResource]>,
    /// `zeebe:properties` in order.
    pub properties: Box<[(Arc<str>, Arc<str>)]>,
}

/// Ends and condition of a sequence flow.
#[derive(Debug, Clone)]
pub struct SequenceFlow {
    /// Element the flow leaves.
    pub source: ElementIndex,
    /// Element the flow enters.
    pub target: ElementIndex,
    /// Condition, if there is one.
    pub condition: Option<Text>,
}

impl Element {
    /// An element with nothing in it but what every element has.
    pub(crate) fn new(index: ElementIndex, id: &str, element_type: ElementType, scope: ElementIndex) -> Self {
        assert!(scope < index || index == ElementIndex::PROCESS, "scopes come before what is in them");
        Self {
            index,
            id: id.into(),
            name: None,
            element_type,
            event_type: EventType::Unspecified,
            scope,
            depth: 0,
            children: Box::default(),
            incoming: Box::default(),
            outgoing: Box::default(),
            incoming_count: 0,
            start_event: None,
            start_events: Box::default(),
            boundary_events: Box::default(),
            event_sub_processes: Box::default(),
            attached_to: None,
            subscriptions: Box::default(),
            catchers: Box::default(),
            flow: None,
            default_flow: None,
            interrupting: true,
            behind_event_based_gateway: false,
            is_for_compensation: false,
            compensation_handler: None,
            inputs: Box::default(),
            outputs: Box::default(),
            task_definition: None,
            task_headers: TaskHeaders::default(),
            timer: None,
            message: None,
            signal: None,
            error: None,
            escalation: None,
            link: None,
            link_target: None,
            compensation: None,
            conditional: None,
            multi_instance: None,
            called_element: None,
            called_decision: None,
            script: None,
            user_task: None,
            start_listeners: Box::default(),
            end_listeners: Box::default(),
            publish_message: None,
            ad_hoc: None,
            linked_resources: Box::default(),
            properties: Box::default(),
        }
    }

    /// Whether the element waits for something outside: timer, message, signal or condition.
    pub fn waits(&self) -> bool {
        use EventType::{Conditional, Message, Signal, Timer};
        matches!(self.event_type, Timer | Message | Signal | Conditional)
            || (self.element_type == ElementType::ReceiveTask && self.message.is_some())
    }
}
