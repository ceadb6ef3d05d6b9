//! Intermediate throw events and end events.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn throw_event(&mut self, node: NodeId) {
        let model = self.model;
        let is_end = model.kind(node) == "endEvent";
        let definitions = model.event_definitions(node);
        if is_end && definitions.len() > 1 {
            self.report(node, "Must have at most one event definition");
        }
        let Some(definition) = definitions.first().copied() else { return };
        match model.kind(definition) {
            "messageEventDefinition" => self.message_throw(node, definition),
            "compensateEventDefinition" => {
                let waits = model.attribute(definition, "waitForCompletion");
                if waits.is_some_and(|value| value != "true") {
                    let what = if is_end { "end event" } else { "intermediate throwing event" };
                    let message = format!(
                        "A compensation {what} waitForCompletion attribute must be true or not present"
                    );
                    self.report(node, message);
                }
            }
            "signalEventDefinition" | "escalationEventDefinition" => {}
            "errorEventDefinition" | "terminateEventDefinition" if is_end => {}
            _ if is_end => self.report(
                node,
                "End events must be one of: none, error, message, terminate, signal, escalation or \
                 compensation",
            ),
            // The reference broker takes any other definition on a throw event.
            _ => {}
        }
    }

    fn message_throw(&mut self, node: NodeId, definition: NodeId) {
        let model = self.model;
        let publishes = model.extensions(definition, "publishMessage").count();
        let jobs = model.extensions(node, "taskDefinition").count();
        if publishes + jobs != 1 {
            self.report(
                node,
                "Must have either one 'zeebe:publishMessage' or one 'zeebe:taskDefinition' extension element",
            );
        }
    }
}
