//! Third pass: what an engine would otherwise search for while running.

use super::Builder;
use crate::graph::{Element, ElementIndex, ElementType, EventType};
use crate::violation::Violation;

impl Builder<'_> {
    /// Sets all relations between elements. Returns boundary events that are attached to nothing.
    pub(super) fn relations(&mut self) -> Vec<Violation> {
        let violations = self.attach_boundary_events();
        self.start_events();
        self.links();
        self.compensation_handlers();
        self.ad_hoc_activities();
        for at in 0..self.elements.len() {
            let subscriptions = self.subscriptions(&self.elements[at]);
            let catchers = self.catchers(&self.elements[at]);
            self.elements[at].subscriptions = subscriptions.into();
            self.elements[at].catchers = catchers.into();
        }
        self.mark_events_behind_gateways();
        violations
    }

    fn attach_boundary_events(&mut self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut attached: Vec<Vec<ElementIndex>> = vec![Vec::new(); self.elements.len()];
        let mut nodes: Vec<_> = self.by_node.iter().map(|(node, index)| (*index, *node)).collect();
        nodes.sort_unstable();
        for (index, node) in nodes {
            if self.elements[index.index()].element_type != ElementType::BoundaryEvent {
                continue;
            }
            match self.target(node, "attachedToRef") {
                Some(activity) => {
                    attached[activity.index()].push(index);
                    self.elements[index.index()].attached_to = Some(activity);
                }
                None => violations.push(self.model.violation(node, "Must be attached to an activity")),
            }
        }
        for (element, attached) in self.elements.iter_mut().zip(attached) {
            element.boundary_events = attached.into();
        }
        violations
    }

    fn start_events(&mut self) {
        for at in 0..self.elements.len() {
            let of_type = |kind: ElementType| -> Vec<ElementIndex> {
                let children = self.elements[at].children.iter().copied();
                children.filter(|c| self.elements[c.index()].element_type == kind).collect()
            };
            let starts = of_type(ElementType::StartEvent);
            let event_sub_processes = of_type(ElementType::EventSubProcess);
            let is_event_sub_process = self.elements[at].element_type == ElementType::EventSubProcess;
            let is_start = |s: &ElementIndex| {
                is_event_sub_process || self.elements[s.index()].event_type == EventType::None
            };
            let start = starts.iter().copied().find(is_start);
            let element = &mut self.elements[at];
            element.start_event = start;
            element.start_events = starts.into();
            element.event_sub_processes = event_sub_processes.into();
        }
    }

    fn links(&mut self) {
        for at in 0..self.elements.len() {
            let thrower = &self.elements[at];
            if thrower.element_type != ElementType::IntermediateThrowEvent || thrower.link.is_none() {
                continue;
            }
            let siblings = self.elements[thrower.scope.index()].children.iter();
            let target = siblings.copied().find(|s| {
                let sibling = &self.elements[s.index()];
                sibling.element_type == ElementType::IntermediateCatchEvent && sibling.link == thrower.link
            });
            self.elements[at].link_target = target;
        }
    }

    /// Follows associations from compensation boundary events to their handlers.
    fn compensation_handlers(&mut self) {
        let model = self.model;
        for node in model.ids().filter(|n| model.kind(*n) == "association") {
            let (Some(source), Some(target)) =
                (self.target(node, "sourceRef"), self.target(node, "targetRef"))
            else {
                continue;
            };
            if self.elements[source.index()].compensation.is_some() {
                self.elements[source.index()].compensation_handler = Some(target);
            }
        }
    }

    fn ad_hoc_activities(&mut self) {
        for at in 0..self.elements.len() {
            if self.elements[at].ad_hoc.is_none() {
                continue;
            }
            let children = self.elements[at].children.iter().map(|c| &self.elements[c.index()]);
            let activatable =
                children.filter(|c| c.incoming.is_empty() && c.element_type != ElementType::EventSubProcess);
            let ids = activatable.map(|c| c.id.clone()).collect();
            if let Some(ad_hoc) = &mut self.elements[at].ad_hoc {
                ad_hoc.activatable = ids;
            }
        }
    }

    /// Start events of the event sub-processes in a scope.
    fn event_sub_process_starts<'b>(&'b self, scope: &'b Element) -> impl Iterator<Item = ElementIndex> + 'b {
        scope.event_sub_processes.iter().filter_map(|s| self.elements[s.index()].start_event)
    }

    fn subscriptions(&self, element: &Element) -> Vec<ElementIndex> {
        let waits = |index: &ElementIndex| self.elements[index.index()].waits();
        let mut found: Vec<ElementIndex> = self.event_sub_process_starts(element).filter(waits).collect();
        match element.element_type {
            ElementType::IntermediateCatchEvent | ElementType::ReceiveTask if element.waits() => {
                found.push(element.index);
            }
            ElementType::EventBasedGateway => {
                let flows = element.outgoing.iter().filter_map(|f| self.elements[f.index()].flow.as_ref());
                found.extend(flows.map(|flow| flow.target).filter(waits));
            }
            _ => {}
        }
        found.extend(element.boundary_events.iter().copied().filter(waits));
        found
    }

    fn catchers(&self, element: &Element) -> Vec<ElementIndex> {
        let catches = |index: &ElementIndex| {
            matches!(self.elements[index.index()].event_type, EventType::Error | EventType::Escalation)
        };
        let starts = self.event_sub_process_starts(element);
        let mut found: Vec<ElementIndex> =
            starts.chain(element.boundary_events.iter().copied()).filter(catches).collect();
        let has_no_code = |index: &ElementIndex| {
            let element = &self.elements[index.index()];
            let error = element.error.as_ref().and_then(|e| e.code.as_ref());
            error.or(element.escalation.as_ref().and_then(|e| e.code.as_ref())).is_none()
        };
        found.sort_by_key(has_no_code);
        found
    }

    fn mark_events_behind_gateways(&mut self) {
        for at in 0..self.elements.len() {
            if self.elements[at].element_type == ElementType::EventBasedGateway {
                for target in self.elements[at].subscriptions.clone() {
                    self.elements[target.index()].behind_event_based_gateway = true;
                }
            }
        }
    }
}
