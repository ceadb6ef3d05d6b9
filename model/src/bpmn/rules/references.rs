//! Messages, signals and escalations: what event definitions refer to.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    fn users(&self, node: NodeId) -> &[NodeId] {
        self.users.get(&node).map_or(&[], Vec::as_slice)
    }

    /// A message needs a name when something uses it, and a subscription when something waits for it
    /// (start events of processes do not correlate by key).
    pub(super) fn message(&mut self, node: NodeId) {
        let model = self.model;
        let waits = self.users(node).iter().any(|user| {
            if model.kind(*user) == "receiveTask" {
                return true;
            }
            let Some(event) = model.node(*user).parent else { return false };
            match model.kind(event) {
                "intermediateCatchEvent" | "boundaryEvent" => true,
                "startEvent" => model.node(event).parent.is_some_and(|scope| model.kind(scope) != "process"),
                _ => false,
            }
        });
        if model.filled(node, "name").is_none() && !self.users(node).is_empty() {
            self.report(node, "Name must be present and not empty");
        }
        if waits && model.extensions(node, "subscription").count() != 1 {
            self.report(node, "Must have exactly one zeebe:subscription extension element");
        }
        if let Some(name) = model.attribute(node, "name") {
            self.optional(node, name);
        }
    }

    pub(super) fn signal(&mut self, node: NodeId) {
        let model = self.model;
        match model.filled(node, "name") {
            Some(name) => self.optional(node, name),
            None if self.users(node).is_empty() => {}
            None => self.report(node, "Name must be present and not empty"),
        }
    }

    pub(super) fn escalation(&mut self, node: NodeId) {
        let model = self.model;
        let thrown = self.users(node).iter().any(|user| {
            let event = model.node(*user).parent.map_or("", |event| model.kind(event));
            matches!(event, "endEvent" | "intermediateThrowEvent")
        });
        if thrown && model.filled(node, "escalationCode").is_none() {
            self.report(node, "EscalationCode must be present and not empty");
        }
    }
}
