//! Tasks, call activities, multi-instance, compensation handlers; and what holds for every activity.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    /// Every flow node comes here; activities have boundary events and may be compensation handlers.
    pub(super) fn activity(&mut self, node: NodeId) {
        let model = self.model;
        let kind = model.kind(node);
        if is_flow_element(kind) && model.filled(node, "id").is_none() {
            self.report(node, "Element id must be present and not empty.");
        }
        let is_gateway = matches!(kind, "exclusiveGateway" | "inclusiveGateway");
        let conditional = |flow: &NodeId| model.bpmn(*flow, "conditionExpression").next().is_some();
        if !is_gateway && self.outgoing(node).iter().any(conditional) {
            self.report(
                node,
                "Conditional sequence flows are only supported at exclusive or inclusive gateway",
            );
        }
        let boundary_events = self.attached(node).to_vec();
        self.duplicate_events(node, &boundary_events);
        self.duplicate_names(node, &boundary_events, "conditionalEventDefinition");
        if model.attribute(node, "isForCompensation") == Some("true") {
            let rules = [
                (!self.incoming(node).is_empty(), "incoming sequence flows"),
                (!self.outgoing(node).is_empty(), "outgoing sequence flows"),
                (!boundary_events.is_empty(), "boundary events"),
            ];
            for (_, what) in rules.iter().filter(|(broken, _)| *broken) {
                self.report(node, format!("A compensation handler should have no {what}"));
            }
        }
    }

    pub(super) fn task(&mut self, node: NodeId) {
        match self.model.kind(node) {
            "serviceTask" => self.exactly_one(node, "taskDefinition"),
            "callActivity" => self.exactly_one(node, "calledElement"),
            "businessRuleTask" => self.either(node, "calledDecision"),
            "scriptTask" => self.either(node, "script"),
            "sendTask" => {
                self.either(node, "publishMessage");
                if self.model.extension(node, "publishMessage").is_some() {
                    self.message_reference(node);
                }
            }
            _ => self.message_reference(node),
        }
    }

    fn message_reference(&mut self, node: NodeId) {
        if self.model.referenced(node, "messageRef", "message").is_none() {
            self.report(node, "Must reference a message");
        }
    }

    fn exactly_one(&mut self, node: NodeId, name: &str) {
        if self.model.extensions(node, name).count() != 1 {
            self.report(node, format!("Must have exactly one 'zeebe:{name}' extension element"));
        }
    }

    /// Handled by the engine or by a job worker, not both.
    fn either(&mut self, node: NodeId, name: &str) {
        let model = self.model;
        let count = model.extensions(node, name).count() + model.extensions(node, "taskDefinition").count();
        if count != 1 {
            let message = format!(
                "Must have either one 'zeebe:{name}' or one 'zeebe:taskDefinition' extension element"
            );
            self.report(node, message);
        }
    }

    pub(super) fn multi_instance(&mut self, node: NodeId) {
        let model = self.model;
        self.exactly_one(node, "loopCharacteristics");
        if let Some(condition) = model.bpmn(node, "completionCondition").next() {
            self.optional(node, model.text(condition));
        }
    }
}

/// Elements that appear on records, so that they need an id.
fn is_flow_element(kind: &str) -> bool {
    kind.ends_with("Task")
        || kind.ends_with("Gateway")
        || matches!(
            kind,
            "task" | "callActivity" | "subProcess" | "adHocSubProcess" | "sequenceFlow" | "boundaryEvent"
        )
        || matches!(kind, "startEvent" | "endEvent" | "intermediateCatchEvent" | "intermediateThrowEvent")
}
