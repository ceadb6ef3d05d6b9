//! Builds the graph of each process in three passes: elements in document order (scopes first), sequence
//! flows, then the relations between elements. The input went through the checks; what still does not fit is
//! reported, never a panic.

mod definitions;
mod elements;
mod extensions;
mod flows;
mod relations;
mod user_task;

use super::Model;
use crate::graph::{Element, ElementIndex, ElementType, Process};
use crate::limits::{PROCESS_ELEMENTS_MAX, PROCESSES_MAX, SCOPE_DEPTH_MAX};
use crate::violation::Violation;
use crate::xml::NodeId;
use std::collections::HashMap;

/// Builds all processes of a resource.
///
/// # Errors
/// Violations of limits, and references that lead nowhere.
pub(super) fn processes(model: &Model<'_>) -> Result<Vec<Process>, Vec<Violation>> {
    let nodes: Vec<NodeId> = model.bpmn(model.root(), "process").collect();
    if nodes.len() > PROCESSES_MAX {
        let message =
            format!("At most {PROCESSES_MAX} processes are allowed, but {} were found", nodes.len());
        return Err(vec![model.violation(model.root(), message)]);
    }
    let mut processes = Vec::new();
    let mut violations = Vec::new();
    for node in nodes {
        let built = Builder { model, elements: Vec::new(), by_node: HashMap::new(), flow_nodes: Vec::new() };
        match built.process(node) {
            Ok(process) => processes.push(process),
            // The engine never runs these: references that lead nowhere do not matter there.
            Err(_) if model.attribute(node, "isExecutable") != Some("true") => {}
            Err(found) => violations.extend(found),
        }
    }
    if violations.is_empty() { Ok(processes) } else { Err(violations) }
}

struct Builder<'a> {
    model: &'a Model<'a>,
    elements: Vec<Element>,
    /// Element of a node; for a multi-instance activity its body.
    by_node: HashMap<NodeId, ElementIndex>,
    /// Sequence flow nodes with their scope, waiting for the second pass.
    flow_nodes: Vec<(NodeId, ElementIndex)>,
}

impl Builder<'_> {
    fn process(mut self, node: NodeId) -> Result<Process, Vec<Violation>> {
        let model = self.model;
        let root = self.push(node, ElementType::Process, ElementIndex::PROCESS).map_err(|v| vec![v])?;
        assert_eq!(root, ElementIndex::PROCESS);
        self.scope(node, root).map_err(|v| vec![v])?;
        let mut violations = self.sequence_flows();
        violations.extend(self.relations());
        if !violations.is_empty() {
            return Err(violations);
        }
        let version_tag = model.extension(node, "versionTag").and_then(|tag| model.attribute(tag, "value"));
        let is_executable = model.attribute(node, "isExecutable") == Some("true");
        Ok(Process::new(self.elements, is_executable, version_tag.map(Into::into)))
    }

    /// Adds an element with what every element can have.
    fn push(
        &mut self,
        node: NodeId,
        kind: ElementType,
        scope: ElementIndex,
    ) -> Result<ElementIndex, Violation> {
        let model = self.model;
        if self.elements.len() >= PROCESS_ELEMENTS_MAX {
            let message = format!("A process has at most {PROCESS_ELEMENTS_MAX} elements");
            return Err(model.violation(node, message));
        }
        let index = ElementIndex(self.elements.len() as u32);
        let mut element = Element::new(index, model.id(node).unwrap_or_default(), kind, scope);
        element.name = model.attribute(node, "name").map(Into::into);
        if index != ElementIndex::PROCESS {
            element.depth = self.elements[scope.index()].depth + 1;
        }
        if usize::from(element.depth) > SCOPE_DEPTH_MAX {
            return Err(model.violation(node, format!("Scopes are nested deeper than {SCOPE_DEPTH_MAX}")));
        }
        self.elements.push(element);
        self.by_node.entry(node).or_insert(index);
        Ok(index)
    }

    /// The element that an attribute of a node refers to.
    fn target(&self, node: NodeId, attribute: &str) -> Option<ElementIndex> {
        let found = self.model.resolve(self.model.attribute(node, attribute)?)?;
        self.by_node.get(&found).copied()
    }
}
