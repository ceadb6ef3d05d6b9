//! Gateways and sequence flows.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn data_based_gateway(&mut self, node: NodeId) {
        let model = self.model;
        let Some(default) = model.filled(node, "default") else { return };
        let flow = model.resolve(default);
        if !flow.is_some_and(|flow| self.outgoing(node).contains(&flow)) {
            self.report(node, "Default flow must start at gateway");
        }
    }

    pub(super) fn event_based_gateway(&mut self, node: NodeId) {
        let model = self.model;
        // The reference counts what the gateway lists, not the flows that leave it.
        if model.bpmn(node, "outgoing").count() < 2 {
            self.report(node, "Event-based gateway must have at least 2 outgoing sequence flows.");
        }
        let target = |flow: &NodeId| model.attribute(*flow, "targetRef").and_then(|id| model.resolve(id));
        let targets: Vec<NodeId> = self.outgoing(node).iter().filter_map(target).collect();
        let fits = |event: &NodeId| {
            let kinds = [
                "messageEventDefinition",
                "timerEventDefinition",
                "signalEventDefinition",
                "conditionalEventDefinition",
            ];
            model.kind(*event) == "intermediateCatchEvent"
                && model.event_definitions(*event).iter().all(|d| kinds.contains(&model.kind(*d)))
        };
        if !targets.iter().all(fits) {
            self.report(
                node,
                "Event-based gateway must not have an outgoing sequence flow to other elements than \
                 message/timer/signal/conditional intermediate catch events.",
            );
        }
        for kind in ["messageEventDefinition", "signalEventDefinition", "conditionalEventDefinition"] {
            self.duplicate_names(node, &targets, kind);
        }
    }

    pub(super) fn sequence_flow(&mut self, node: NodeId) {
        let model = self.model;
        let end = |attribute| model.attribute(node, attribute).and_then(|id| model.resolve(id));
        let condition = model.bpmn(node, "conditionExpression").next();
        if let Some(condition) = condition {
            let text = model.text(condition);
            if text.is_empty() {
                self.static_instead_of_expression(condition, text);
            }
            self.dynamic(condition, text, false);
            return;
        }
        let Some(source) = end("sourceRef") else { return };
        let is_default = model.attribute(source, "default") == model.id(node);
        if is_default || self.outgoing(source).len() < 2 {
            return;
        }
        match model.kind(source) {
            "exclusiveGateway" => self.report(node, "Must have a condition or be default flow"),
            "inclusiveGateway" => self.report(node, "Must have a condition"),
            _ => {}
        }
    }
}
