//! Second pass: sequence flows become elements and connect flow nodes.

use super::Builder;
use crate::graph::{ElementIndex, ElementType, SequenceFlow};
use crate::violation::Violation;

impl Builder<'_> {
    /// Adds all sequence flows. Returns flows whose ends are missing.
    pub(super) fn sequence_flows(&mut self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let count = self.elements.len();
        let mut incoming: Vec<Vec<ElementIndex>> = vec![Vec::new(); count];
        let mut outgoing: Vec<Vec<ElementIndex>> = vec![Vec::new(); count];
        for (node, scope) in std::mem::take(&mut self.flow_nodes) {
            let (Some(source), Some(target)) =
                (self.target(node, "sourceRef"), self.target(node, "targetRef"))
            else {
                violations
                    .push(self.model.violation(node, "Must have a source and a target inside the process"));
                continue;
            };
            if source.index() >= count || target.index() >= count {
                violations.push(self.model.violation(node, "Must connect flow nodes, not sequence flows"));
                continue;
            }
            match self.push(node, ElementType::SequenceFlow, scope) {
                Ok(index) => {
                    let condition = self.text_child(node, "conditionExpression");
                    self.elements[index.index()].flow = Some(SequenceFlow { source, target, condition });
                    outgoing[source.index()].push(index);
                    incoming[target.index()].push(index);
                }
                Err(violation) => violations.push(violation),
            }
        }
        for ((element, incoming), outgoing) in self.elements.iter_mut().zip(incoming).zip(outgoing) {
            element.incoming_count = incoming.len() as u32;
            element.incoming = incoming.into();
            element.outgoing = outgoing.into();
        }
        self.default_flows();
        violations
    }

    fn default_flows(&mut self) {
        for (node, index) in &self.by_node {
            if let Some(flow) = self.target(*node, "default") {
                let leaves_here =
                    self.elements[flow.index()].flow.as_ref().is_some_and(|f| f.source == *index);
                if leaves_here {
                    self.elements[index.index()].default_flow = Some(flow);
                }
            }
        }
    }
}
