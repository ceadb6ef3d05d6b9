//! Execution and task listeners.

use super::Checker;
use crate::xml::NodeId;
use std::collections::HashMap;

/// Elements that can have execution listeners.
const LISTENABLE: &[&str] = &[
    "process",
    "subProcess",
    "callActivity",
    "adHocSubProcess",
    "task",
    "sendTask",
    "serviceTask",
    "scriptTask",
    "userTask",
    "receiveTask",
    "businessRuleTask",
    "manualTask",
    "startEvent",
    "intermediateThrowEvent",
    "intermediateCatchEvent",
    "boundaryEvent",
    "endEvent",
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "eventBasedGateway",
];

const TASK_EVENTS: &[&str] = &[
    "creating",
    "assigning",
    "updating",
    "completing",
    "canceling",
    "create",
    "assignment",
    "update",
    "complete",
    "cancel",
];

impl Checker<'_> {
    pub(super) fn execution_listeners(&mut self, node: NodeId) {
        let model = self.model;
        let owner = model.node(node).parent.and_then(|extensions| model.node(extensions).parent);
        let Some(owner) = owner else { return };
        let kind = model.kind(owner);
        if !LISTENABLE.contains(&kind) {
            let message = format!(
                "Execution listeners are not supported for the '{kind}' element. Currently, only [{}] \
                 elements can have execution listeners.",
                LISTENABLE.join(", ")
            );
            self.report(node, message);
        }
        self.listeners(node, &["start", "end"]);
        self.listener_places(owner, node);
    }

    /// Some events end without a place for a listener to run.
    fn listener_places(&mut self, owner: NodeId, node: NodeId) {
        let model = self.model;
        let definitions = model.event_definitions(owner);
        let definition = definitions.first().map_or("", |definition| model.kind(*definition));
        let listens = |event: &str| {
            model
                .node(node)
                .children
                .iter()
                .any(|listener| model.attribute(*listener, "eventType") == Some(event))
        };
        let (starts, ends) = (listens("start"), listens("end"));
        match (model.kind(owner), definition) {
            ("boundaryEvent", "compensateEventDefinition") if starts || ends => {
                self.unheard(owner, "'start' and 'end'", "[compensation] boundary events");
            }
            ("endEvent", "errorEventDefinition") if ends => {
                self.unheard(owner, "'end'", "[error] end events")
            }
            ("boundaryEvent", _) if starts => self.unheard(owner, "'start'", "boundary events"),
            ("startEvent", _) if starts => self.unheard(owner, "'start'", "start events"),
            (kind, _) if kind.ends_with("Gateway") && ends => self.unheard(owner, "'end'", "gateway element"),
            _ => {}
        }
    }

    fn unheard(&mut self, owner: NodeId, events: &str, places: &str) {
        self.report(owner, format!("Execution listeners of type {events} are not supported by {places}"));
    }

    pub(super) fn task_listeners(&mut self, node: NodeId) {
        let model = self.model;
        let owner = model.node(node).parent.and_then(|extensions| model.node(extensions).parent);
        if owner.is_none_or(|task| model.extension(task, "userTask").is_none()) {
            self.report(node, "Task listeners are only allowed on Camunda user tasks.");
        }
        self.listeners(node, TASK_EVENTS);
    }

    fn listeners(&mut self, list: NodeId, events: &[&str]) {
        let model = self.model;
        let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
        for listener in &model.node(list).children {
            if !matches!(&*model.node(*listener).name, "executionListener" | "taskListener") {
                continue;
            }
            self.required(*listener, &["eventType", "type"]);
            self.job_properties_if_given(*listener);
            let event = model.attribute(*listener, "eventType").unwrap_or_default();
            if !event.is_empty() && !events.contains(&event) {
                let message = format!("Attribute 'eventType' must be one of: {}", events.join(", "));
                self.report(*listener, message);
            }
            *counts.entry((event, model.filled(*listener, "type").unwrap_or("null"))).or_default() += 1;
        }
        if &*model.node(list).name == "executionListeners" {
            self.repeated_listeners(list, counts);
        }
    }

    fn job_properties_if_given(&mut self, listener: NodeId) {
        if self.model.filled(listener, "type").is_some() {
            self.job_properties(listener);
        }
    }

    fn repeated_listeners(&mut self, list: NodeId, counts: HashMap<(&str, &str), usize>) {
        let mut repeated: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
        repeated.sort_unstable();
        for ((event, job_type), count) in repeated {
            let message = format!(
                "Found '{count}' duplicates based on eventType[{event}] and type[{job_type}], these \
                 combinations should be unique."
            );
            self.report(list, message);
        }
    }
}
