//! Link events: catching names are unique in a process, throwing names have a catching one in their scope.

use super::Checker;
use crate::xml::NodeId;
use std::collections::HashSet;

impl Checker<'_> {
    fn link_names(&self, scope: NodeId, kind: &str) -> Vec<String> {
        let model = self.model;
        let events = model.bpmn(scope, kind);
        let definitions = events.flat_map(|event| model.event_definitions(event));
        let links = definitions.filter(|definition| model.kind(*definition) == "linkEventDefinition");
        links.filter_map(|link| model.filled(link, "name").map(str::to_owned)).collect()
    }

    pub(super) fn duplicate_link_names(&mut self, process: NodeId) {
        let model = self.model;
        let mut seen = HashSet::new();
        let mut repeated = Vec::new();
        let mut open = vec![process];
        while let Some(scope) = open.pop() {
            for name in self.link_names(scope, "intermediateCatchEvent") {
                if !seen.insert(name.clone()) && !repeated.contains(&name) {
                    repeated.push(name);
                }
            }
            let children = model.node(scope).children.iter().copied();
            open.extend(children.filter(|c| matches!(model.kind(*c), "subProcess" | "adHocSubProcess")));
        }
        for name in repeated {
            let message = format!(
                "Multiple intermediate catch link event definitions with the same name '{name}' are not \
                 allowed."
            );
            self.report(process, message);
        }
    }

    pub(super) fn missing_link_targets(&mut self, scope: NodeId) {
        let caught: HashSet<String> = self.link_names(scope, "intermediateCatchEvent").into_iter().collect();
        let mut reported = HashSet::new();
        for name in self.link_names(scope, "intermediateThrowEvent") {
            if !caught.contains(&name) && reported.insert(name.clone()) {
                let message = format!(
                    "Can't find an catch link event for the throw link event with the name '{name}'."
                );
                self.report(scope, message);
            }
        }
    }
}
