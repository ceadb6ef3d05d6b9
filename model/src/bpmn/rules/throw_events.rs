//! Intermediate throw events and end events.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn throw_event(&mut self, node: NodeId) {
        let model = self.model;
        let is_end = model.kind(node) == "endEvent";
        let definitions = model.event_definitions(node);
        if is_end && !self.outgoing(node).is_empty() {
            self.report(node, "End events must not have outgoing sequence flows to other elements.");
        }
        if definitions.len() > 1 {
            let message = if is_end {
                "End event can't have more than one type"
            } else {
                "Must have at most one event definition"
            };
            self.report(node, message);
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
            "linkEventDefinition" if !is_end => {}
            _ if is_end => self.report(
                node,
                "End events must be one of: none, error, message, terminate, signal, escalation or compensation",
            ),
            _ => self.report(
                node,
                "Intermediate throw events must be one of: none, message, signal, escalation, link or compensation",
            ),
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
