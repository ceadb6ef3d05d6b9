//! Rules for elements, as the reference broker checks them at deployment. One visit of every node; what is
//! inside non-executable processes is not looked at. A file for each group of elements.

mod activities;
mod ad_hoc;
mod boundary;
mod catch_events;
mod duplicates;
mod event_definitions;
mod extensions;
mod gateways;
mod links;
mod listeners;
mod process;
mod properties;
mod references;
mod start_events;
mod throw_events;

use super::Model;
use crate::limits::{ID_CHARS_MAX, NAME_CHARS_MAX, VIOLATIONS_MAX};
use crate::violation::Violation;
use crate::xml::{Namespace, NodeId};
use std::collections::{HashMap, HashSet};

/// Checks all elements of a resource. Empty: all rules hold.
pub(super) fn check(model: &Model<'_>) -> Vec<Violation> {
    let mut checker = Checker::new(model);
    checker.visit(model.root());
    checker.violations.truncate(VIOLATIONS_MAX);
    checker.violations
}

struct Checker<'a> {
    model: &'a Model<'a>,
    violations: Vec<Violation>,
    /// Sequence flows by source.
    outgoing: HashMap<NodeId, Vec<NodeId>>,
    /// Sequence flows by target.
    incoming: HashMap<NodeId, Vec<NodeId>>,
    /// Boundary events by activity.
    attached: HashMap<NodeId, Vec<NodeId>>,
    /// Sources of associations.
    associated: HashSet<NodeId>,
    /// Event definitions and tasks by the message, signal, error or escalation they refer to.
    users: HashMap<NodeId, Vec<NodeId>>,
}

impl<'a> Checker<'a> {
    fn new(model: &'a Model<'a>) -> Self {
        let mut outgoing: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        let mut incoming: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        let mut attached: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        let mut users: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        let mut associated = HashSet::new();
        for node in model.ids() {
            let target = |attribute| model.attribute(node, attribute).and_then(|id| model.resolve(id));
            match model.kind(node) {
                "sequenceFlow" => {
                    list(&mut outgoing, target("sourceRef"), node);
                    list(&mut incoming, target("targetRef"), node);
                }
                "boundaryEvent" => {
                    list(&mut attached, target("attachedToRef"), node);
                }
                "association" => associated.extend(target("sourceRef")),
                kind if kind.ends_with("EventDefinition") || matches!(kind, "receiveTask" | "sendTask") => {
                    for attribute in ["messageRef", "signalRef", "errorRef", "escalationRef"] {
                        list(&mut users, target(attribute), node);
                    }
                }
                _ => {}
            }
        }
        Self { model, violations: Vec::new(), outgoing, incoming, attached, associated, users }
    }

    fn report(&mut self, node: NodeId, message: impl Into<String>) {
        // One more than the limit is enough to know that there are too many.
        if self.violations.len() <= VIOLATIONS_MAX {
            let violation = self.model.violation(node, message);
            self.violations.push(violation);
        }
    }

    fn outgoing(&self, node: NodeId) -> &[NodeId] {
        self.outgoing.get(&node).map_or(&[], Vec::as_slice)
    }

    fn incoming(&self, node: NodeId) -> &[NodeId] {
        self.incoming.get(&node).map_or(&[], Vec::as_slice)
    }

    fn attached(&self, node: NodeId) -> &[NodeId] {
        self.attached.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Recursion is bounded by the depth limit of XML.
    fn visit(&mut self, node: NodeId) {
        let model = self.model;
        match model.node(node).namespace {
            Namespace::Bpmn => {
                if model.kind(node) == "process" && !is_executable(model, node) {
                    return;
                }
                self.lengths(node);
                self.bpmn(node);
            }
            Namespace::Zeebe => self.zeebe(node),
            _ => return,
        }
        for child in &model.node(node).children {
            self.visit(*child);
        }
    }

    fn lengths(&mut self, node: NodeId) {
        let model = self.model;
        let limits = [("id", "IDs", ID_CHARS_MAX), ("name", "Names", NAME_CHARS_MAX)];
        for (attribute, what, most) in limits {
            let length = model.attribute(node, attribute).map_or(0, |text| text.chars().count());
            if length > most {
                self.report(
                    node,
                    format!(
                        "{what} must not be longer than the configured \
                    max-{attribute}-length of {most} characters."
                    ),
                );
            }
        }
    }

    fn bpmn(&mut self, node: NodeId) {
        match self.model.kind(node) {
            "definitions" => self.definitions(node),
            "process" => self.process(node),
            "subProcess" => self.sub_process(node),
            "adHocSubProcess" => self.ad_hoc_sub_process(node),
            "startEvent" => self.start_event(node),
            "boundaryEvent" => self.boundary_event(node),
            "intermediateCatchEvent" => self.catch_event(node),
            "intermediateThrowEvent" | "endEvent" => self.throw_event(node),
            "serviceTask" | "businessRuleTask" | "scriptTask" | "sendTask" | "receiveTask"
            | "callActivity" => {
                self.task(node);
            }
            "eventBasedGateway" => self.event_based_gateway(node),
            "exclusiveGateway" | "inclusiveGateway" => self.data_based_gateway(node),
            "sequenceFlow" => self.sequence_flow(node),
            "multiInstanceLoopCharacteristics" => self.multi_instance(node),
            "message" => self.message(node),
            "signal" => self.signal(node),
            "escalation" => self.escalation(node),
            "complexGateway" | "transaction" | "callChoreography" | "choreographyTask"
            | "subChoreography" | "implicitThrowEvent" | "event" => self.unsupported(node),
            kind if kind.ends_with("EventDefinition") => self.event_definition(node),
            _ => {}
        }
        self.activity(node);
        self.singletons(node);
    }

    fn unsupported(&mut self, node: NodeId) {
        let kind = self.model.kind(node);
        let (first, rest) = kind.split_at(1);
        let message =
            format!("Elements of type '{}{rest}' are currently not supported", first.to_uppercase());
        self.report(node, message);
    }
}

fn list(lists: &mut HashMap<NodeId, Vec<NodeId>>, key: Option<NodeId>, node: NodeId) {
    if let Some(key) = key {
        lists.entry(key).or_default().push(node);
    }
}

fn is_executable(model: &Model<'_>, process: NodeId) -> bool {
    model.attribute(process, "isExecutable") == Some("true")
}
