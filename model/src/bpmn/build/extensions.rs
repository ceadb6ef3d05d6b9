//! The `zeebe:` extension elements that activities and events share.

use super::Builder;
use crate::Text;
use crate::graph::*;
use crate::messagepack;
use crate::xml::{Namespace, NodeId};
use std::sync::Arc;

/// Retries of a job when the model does not say.
const DEFAULT_RETRIES: &str = "3";

impl Builder<'_> {
    /// An attribute as property text, `None` when absent.
    pub(super) fn text(&self, node: NodeId, attribute: &str) -> Option<Text> {
        self.model.attribute(node, attribute).map(Text::new)
    }

    /// The text of a BPMN child element, `None` when absent or blank.
    pub(super) fn text_child(&self, node: NodeId, name: &str) -> Option<Text> {
        let child = self.model.bpmn(node, name).next()?;
        Some(self.model.text(child)).filter(|text| !text.is_empty()).map(Text::new)
    }

    fn shared(&self, node: NodeId, attribute: &str) -> Arc<str> {
        self.model.attribute(node, attribute).unwrap_or_default().into()
    }

    /// Reads all extension elements of a node into its element.
    pub(super) fn extension_elements(&mut self, node: NodeId, index: ElementIndex) {
        let model = self.model;
        let (start_listeners, end_listeners) = self.execution_listeners(node);
        let inputs = self.mappings(node, "input");
        let outputs = self.mappings(node, "output");
        let task_headers = self.task_headers(node);
        let task_definition = model.extension(node, "taskDefinition").and_then(|d| self.task_definition(d));
        let called_element = model.extension(node, "calledElement").and_then(|c| self.called_element(c));
        let called_decision = model.extension(node, "calledDecision").and_then(|c| self.called_decision(c));
        let script = model.extension(node, "script").and_then(|s| {
            let expression = self.text(s, "expression")?;
            Some(Script { expression, result_variable: self.shared(s, "resultVariable") })
        });
        let publish_message = self.publish_message(node);
        let user_task = self.user_task(node);
        let linked_resources = self.linked_resources(node);
        let properties = self.properties(node);
        let element = &mut self.elements[index.index()];
        element.start_listeners = start_listeners;
        element.end_listeners = end_listeners;
        element.inputs = inputs;
        element.outputs = outputs;
        element.task_headers = task_headers;
        element.task_definition = task_definition;
        element.called_element = called_element.map(Box::new);
        element.called_decision = called_decision.map(Box::new);
        element.script = script.map(Box::new);
        element.publish_message = publish_message.map(Box::new);
        element.user_task = user_task.map(Box::new);
        element.linked_resources = linked_resources;
        element.properties = properties;
    }

    fn mappings(&self, node: NodeId, name: &str) -> Box<[Mapping]> {
        let items = self.model.extension_items(node, "ioMapping", name);
        let mapping =
            |item: NodeId| Mapping { source: self.text(item, "source"), target: self.shared(item, "target") };
        items.into_iter().map(mapping).collect()
    }

    fn task_definition(&self, node: NodeId) -> Option<TaskDefinition> {
        let retries = self.text(node, "retries").unwrap_or_else(|| Text::new(DEFAULT_RETRIES));
        Some(TaskDefinition { job_type: self.text(node, "type")?, retries })
    }

    /// Headers without key or without value are left out, as the reference engine does.
    fn task_headers(&self, node: NodeId) -> TaskHeaders {
        let items = self.model.extension_items(node, "taskHeaders", "header");
        let pairs: Box<[(Arc<str>, Arc<str>)]> = items
            .into_iter()
            .map(|item| (self.shared(item, "key"), self.shared(item, "value")))
            .filter(|(key, value)| !key.is_empty() && !value.is_empty())
            .collect();
        let messagepack = messagepack::string_map(pairs.iter().map(|(key, value)| (&**key, &**value)));
        TaskHeaders { pairs, messagepack: messagepack.into() }
    }

    fn properties(&self, node: NodeId) -> Box<[(Arc<str>, Arc<str>)]> {
        let items = self.model.extension_items(node, "properties", "property");
        items.into_iter().map(|item| (self.shared(item, "name"), self.shared(item, "value"))).collect()
    }

    /// `bindingType` and `versionTag`.
    pub(super) fn binding(&self, node: NodeId) -> Binding {
        match self.model.attribute(node, "bindingType") {
            Some("deployment") => Binding::Deployment,
            Some("versionTag") => Binding::VersionTag(self.shared(node, "versionTag")),
            _ => Binding::Latest,
        }
    }

    fn called_element(&self, node: NodeId) -> Option<CalledElement> {
        let flag = |name| self.model.attribute(node, name) != Some("false");
        Some(CalledElement {
            process_id: self.text(node, "processId")?,
            binding: self.binding(node),
            propagate_all_child_variables: flag("propagateAllChildVariables"),
            propagate_all_parent_variables: flag("propagateAllParentVariables"),
        })
    }

    fn called_decision(&self, node: NodeId) -> Option<CalledDecision> {
        let decision_id = self.text(node, "decisionId")?;
        let result_variable = self.shared(node, "resultVariable");
        Some(CalledDecision { decision_id, result_variable, binding: self.binding(node) })
    }

    /// The extension stands on the event definition or, for send tasks, on the task.
    fn publish_message(&self, node: NodeId) -> Option<PublishMessage> {
        let definitions = self.model.event_definitions(node);
        let on_definition = definitions.first().and_then(|d| self.model.extension(*d, "publishMessage"));
        let found = on_definition.or_else(|| self.model.extension(node, "publishMessage"))?;
        Some(PublishMessage {
            correlation_key: self.text(found, "correlationKey")?,
            message_id: self.text(found, "messageId"),
            time_to_live: self.text(found, "timeToLive"),
        })
    }

    fn execution_listeners(&self, node: NodeId) -> (Box<[Listener]>, Box<[Listener]>) {
        let items = self.model.extension_items(node, "executionListeners", "executionListener");
        let listeners = items.into_iter().filter_map(|item| self.listener(item));
        let (start, end): (Vec<_>, Vec<_>) = listeners.partition(|l| l.event == ListenerEvent::Start);
        (start.into(), end.into())
    }

    /// One listener; `None` when its event type is unknown (reported by the checks).
    pub(super) fn listener(&self, node: NodeId) -> Option<Listener> {
        let event = match self.model.attribute(node, "eventType")? {
            "start" => ListenerEvent::Start,
            "end" => ListenerEvent::End,
            "creating" | "create" => ListenerEvent::Creating,
            "assigning" | "assignment" => ListenerEvent::Assigning,
            "updating" | "update" => ListenerEvent::Updating,
            "completing" | "complete" => ListenerEvent::Completing,
            "canceling" | "cancel" => ListenerEvent::Canceling,
            _ => return None,
        };
        let TaskDefinition { job_type, retries } = self.task_definition(node)?;
        Some(Listener { event, job_type, retries })
    }

    /// Characteristics of a multi-instance body.
    pub(super) fn multi_instance(&self, node: NodeId) -> MultiInstance {
        let model = self.model;
        let extension = model.extension(node, "loopCharacteristics");
        let filled = |name| extension.and_then(|e| model.filled(e, name));
        MultiInstance {
            sequential: model.attribute(node, "isSequential") == Some("true"),
            input_collection: Text::new(filled("inputCollection").unwrap_or_default()),
            input_element: filled("inputElement").map(Into::into),
            output_collection: filled("outputCollection").map(Into::into),
            output_element: filled("outputElement").map(Text::new),
            completion_condition: self.text_child(node, "completionCondition"),
        }
    }

    fn linked_resources(&self, node: NodeId) -> Box<[LinkedResource]> {
        let Some(list) = self.model.extension(node, "linkedResources") else { return Box::default() };
        let items = self.model.children(list, Namespace::Zeebe, "linkedResource");
        let resource = |item: NodeId| LinkedResource {
            resource_id: self.shared(item, "resourceId"),
            resource_type: self.shared(item, "resourceType"),
            link_name: self.model.attribute(item, "linkName").map(Into::into),
            binding: self.binding(item),
        };
        items.map(resource).collect()
    }
}
