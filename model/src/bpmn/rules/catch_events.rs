//! Intermediate catch events.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn catch_event(&mut self, node: NodeId) {
        let model = self.model;
        let definitions = model.event_definitions(node);
        let [definition] = definitions[..] else {
            self.report(node, "Must have exactly one event definition");
            return;
        };
        match model.kind(definition) {
            "timerEventDefinition" => {
                let has = |name| model.bpmn(definition, name).next().is_some();
                if !has("timeDuration") && !has("timeDate") {
                    self.report(
                        node,
                        "Intermediate timer catch event must have either a time duration or a time date.",
                    );
                }
            }
            "messageEventDefinition"
            | "signalEventDefinition"
            | "linkEventDefinition"
            | "conditionalEventDefinition" => {}
            _ => {
                self.report(
                    node,
                    "Event definition must be one of: message, timer, signal, link or conditional",
                );
            }
        }
    }
}
