//! Boundary events.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn boundary_event(&mut self, node: NodeId) {
        let model = self.model;
        let activity = model.attribute(node, "attachedToRef").and_then(|id| model.resolve(id));
        let is_activity = |node: NodeId| {
            let kind = model.kind(node);
            kind.ends_with("Task")
                || matches!(kind, "task" | "callActivity" | "subProcess" | "adHocSubProcess" | "transaction")
        };
        if !activity.is_some_and(is_activity) {
            self.report(node, "Must be attached to an activity");
        }
        let definitions = model.event_definitions(node);
        let [definition] = definitions[..] else {
            self.report(node, "Must have exactly one event definition");
            return;
        };
        let interrupting = model.attribute(node, "cancelActivity") != Some("false");
        match model.kind(definition) {
            "timerEventDefinition" => {
                if interrupting && model.bpmn(definition, "timeCycle").next().is_some() {
                    self.report(node, "Interrupting timer event with time cycle is not allowed.");
                }
            }
            "errorEventDefinition" => {
                if !interrupting {
                    self.report(node, "Non-Interrupting event of this type is not allowed");
                }
            }
            "escalationEventDefinition" => {
                let kind = activity.map_or("", |a| model.kind(a));
                if !matches!(kind, "subProcess" | "adHocSubProcess" | "callActivity") {
                    let message = "An escalation boundary event should only be attached to a subprocess, or \
                         a call activity.";
                    self.report(node, message);
                }
            }
            "compensateEventDefinition" => {
                if !self.associated.contains(&node) || !self.outgoing(node).is_empty() {
                    self.report(
                        node,
                        "Compensation boundary events must have a compensation association and no outgoing \
                         sequence flows",
                    );
                }
            }
            "messageEventDefinition" | "signalEventDefinition" | "conditionalEventDefinition" => {}
            _ => self.report(
                node,
                "Boundary events must be one of: timer, message, error, signal, escalation, conditional, \
                 compensation",
            ),
        }
    }
}
