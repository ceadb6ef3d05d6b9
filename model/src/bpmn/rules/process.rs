//! Definitions, processes and embedded sub-processes.

use super::{Checker, is_executable};
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn definitions(&mut self, node: NodeId) {
        let model = self.model;
        if !model.bpmn(node, "process").any(|process| is_executable(model, process)) {
            self.report(node, "Must contain at least one executable process");
        }
    }

    pub(super) fn process(&mut self, node: NodeId) {
        let model = self.model;
        if model.filled(node, "id").is_none() {
            self.report(node, "Element id must be present and not empty.");
        }
        let starts: Vec<NodeId> = model.bpmn(node, "startEvent").collect();
        if starts.is_empty() {
            self.report(node, "Must have at least one start event");
        }
        if starts.iter().filter(|start| model.event_definitions(**start).is_empty()).count() > 1 {
            self.report(node, "Multiple none start events are not allowed");
        }
        if model.extensions(node, "versionTag").count() > 1 {
            self.report(
                node,
                "Must have exactly one 'zeebe:versionTag' extension element when exists. Please check \
                 process definition XML and retain only one extension element.",
            );
        }
        for start in &starts {
            self.process_start_event(*start);
        }
        self.duplicate_names(node, &starts, "messageEventDefinition");
        self.duplicate_names(node, &starts, "signalEventDefinition");
        self.duplicate_names(node, &starts, "conditionalEventDefinition");
        self.duplicate_link_names(node);
        self.scope(node);
    }

    pub(super) fn sub_process(&mut self, node: NodeId) {
        let model = self.model;
        let starts: Vec<NodeId> = model.bpmn(node, "startEvent").collect();
        if starts.len() != 1 {
            self.report(node, "Must have exactly one start event");
        }
        if model.attribute(node, "triggeredByEvent") == Some("true") {
            self.event_sub_process(node, &starts);
        } else if starts.iter().any(|start| !model.event_definitions(*start).is_empty()) {
            self.report(node, "Start events in subprocesses must be of type none");
        }
        self.scope(node);
    }

    /// What holds for every scope: its event sub-processes catch different things, its links lead somewhere.
    pub(super) fn scope(&mut self, node: NodeId) {
        let model = self.model;
        let is_event = |s: &NodeId| model.attribute(*s, "triggeredByEvent") == Some("true");
        let event_sub_processes = model.bpmn(node, "subProcess").filter(is_event);
        let starts: Vec<NodeId> =
            event_sub_processes.flat_map(|s| model.bpmn(s, "startEvent").next()).collect();
        self.duplicate_events(node, &starts);
        self.duplicate_conditions(node, &starts);
        self.missing_link_targets(node);
    }
}
