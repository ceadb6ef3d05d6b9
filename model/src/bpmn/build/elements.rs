//! First pass: flow nodes, scope by scope.

use super::Builder;
use crate::graph::{AdHoc, ElementIndex, ElementType, EventType};
use crate::violation::Violation;
use crate::xml::NodeId;

impl Builder<'_> {
    /// Adds everything directly inside a scope. Recursion is bounded by the depth limit of XML.
    pub(super) fn scope(&mut self, node: NodeId, scope: ElementIndex) -> Result<(), Violation> {
        let model = self.model;
        self.extension_elements(node, scope);
        let mut children = Vec::new();
        for child in &model.node(node).children {
            if model.kind(*child) == "sequenceFlow" {
                self.flow_nodes.push((*child, scope));
            } else if let Some(kind) = element_type(model.kind(*child)) {
                let index = self.flow_node(*child, kind, scope)?;
                if kind != ElementType::BoundaryEvent {
                    children.push(index);
                }
            }
        }
        self.elements[scope.index()].children = children.into();
        Ok(())
    }

    /// Adds one flow node, with its multi-instance body around it if it has one.
    fn flow_node(
        &mut self,
        node: NodeId,
        kind: ElementType,
        scope: ElementIndex,
    ) -> Result<ElementIndex, Violation> {
        let model = self.model;
        let loop_characteristics = model.bpmn(node, "multiInstanceLoopCharacteristics").next();
        let Some(characteristics) = loop_characteristics else {
            return self.activity(node, kind, scope);
        };
        let body = self.push(node, ElementType::MultiInstanceBody, scope)?;
        self.elements[body.index()].multi_instance = Some(Box::new(self.multi_instance(characteristics)));
        let inner = self.activity(node, kind, body)?;
        self.elements[body.index()].children = Box::new([inner]);
        Ok(body)
    }

    fn activity(
        &mut self,
        node: NodeId,
        kind: ElementType,
        scope: ElementIndex,
    ) -> Result<ElementIndex, Violation> {
        let model = self.model;
        let is_event = model.attribute(node, "triggeredByEvent") == Some("true");
        let kind =
            if kind == ElementType::SubProcess && is_event { ElementType::EventSubProcess } else { kind };
        let index = self.push(node, kind, scope)?;
        self.elements[index.index()].is_for_compensation =
            model.attribute(node, "isForCompensation") == Some("true");
        match kind {
            ElementType::SubProcess | ElementType::EventSubProcess => self.scope(node, index)?,
            ElementType::AdHocSubProcess => {
                self.scope(node, index)?;
                self.ad_hoc(node, index)?;
            }
            _ => {
                self.extension_elements(node, index);
                self.event(node, index);
            }
        }
        Ok(index)
    }

    fn ad_hoc(&mut self, node: NodeId, index: ElementIndex) -> Result<(), Violation> {
        let model = self.model;
        let mut ad_hoc = AdHoc {
            cancel_remaining_instances: model.attribute(node, "cancelRemainingInstances") != Some("false"),
            completion_condition: self.text_child(node, "completionCondition"),
            ..AdHoc::default()
        };
        if let Some(extension) = model.extension(node, "adHoc") {
            ad_hoc.active_elements_collection = self.text(extension, "activeElementsCollection");
            ad_hoc.output_collection = model.filled(extension, "outputCollection").map(Into::into);
            ad_hoc.output_element = self.text(extension, "outputElement");
        }
        let inner = self.push(node, ElementType::AdHocSubProcessInnerInstance, index)?;
        let id = format!("{}#innerInstance", self.elements[inner.index()].id);
        self.elements[inner.index()].id = id.into();
        self.elements[inner.index()].name = None;
        self.elements[index.index()].ad_hoc = Some(Box::new(ad_hoc));
        Ok(())
    }

    /// Sets the event type of what is an event or waits for one.
    fn event(&mut self, node: NodeId, index: ElementIndex) {
        let model = self.model;
        let kind = self.elements[index.index()].element_type;
        if kind == ElementType::ReceiveTask {
            self.elements[index.index()].message = self.message(node);
            return;
        }
        let is_event = matches!(
            kind,
            ElementType::StartEvent
                | ElementType::EndEvent
                | ElementType::BoundaryEvent
                | ElementType::IntermediateCatchEvent
                | ElementType::IntermediateThrowEvent
        );
        if !is_event {
            return;
        }
        let flag = if kind == ElementType::BoundaryEvent { "cancelActivity" } else { "isInterrupting" };
        self.elements[index.index()].interrupting = model.attribute(node, flag) != Some("false");
        match model.event_definitions(node).first() {
            None => self.elements[index.index()].event_type = EventType::None,
            Some(definition) => self.event_definition(*definition, index),
        }
    }
}

/// Element type of a flow node's XML name.
fn element_type(kind: &str) -> Option<ElementType> {
    Some(match kind {
        "subProcess" | "transaction" => ElementType::SubProcess,
        "adHocSubProcess" => ElementType::AdHocSubProcess,
        "startEvent" => ElementType::StartEvent,
        "intermediateCatchEvent" => ElementType::IntermediateCatchEvent,
        "intermediateThrowEvent" => ElementType::IntermediateThrowEvent,
        "boundaryEvent" => ElementType::BoundaryEvent,
        "endEvent" => ElementType::EndEvent,
        "serviceTask" => ElementType::ServiceTask,
        "receiveTask" => ElementType::ReceiveTask,
        "userTask" => ElementType::UserTask,
        "manualTask" => ElementType::ManualTask,
        "task" => ElementType::Task,
        "exclusiveGateway" => ElementType::ExclusiveGateway,
        "parallelGateway" => ElementType::ParallelGateway,
        "eventBasedGateway" => ElementType::EventBasedGateway,
        "inclusiveGateway" => ElementType::InclusiveGateway,
        "callActivity" => ElementType::CallActivity,
        "businessRuleTask" => ElementType::BusinessRuleTask,
        "scriptTask" => ElementType::ScriptTask,
        "sendTask" => ElementType::SendTask,
        _ => return None,
    })
}
