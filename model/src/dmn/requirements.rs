//! The graph itself: elements, and requirements between them.

use super::{
    Decision, DecisionIndex, DecisionRequirements, DecisionService, InputData, KnowledgeModel, Logic, Reader,
};
use crate::xml::NodeId;
use std::collections::HashMap;
use std::sync::Arc;

/// Positions by id.
type Positions = HashMap<Arc<str>, usize>;

impl<'a> Reader<'a> {
    /// Reads everything; what is broken is reported.
    pub(super) fn requirements(&mut self, resource_name: &str) -> DecisionRequirements {
        let root = self.document.root();
        for (attribute, what) in [("name", "name"), ("namespace", "namespace")] {
            if self.attribute(root, attribute).is_empty() {
                self.report(root, format!("The definitions must have a {what}"));
            }
        }
        let decisions = self.children(root, "decision");
        let models = self.children(root, "businessKnowledgeModel");
        let inputs = self.children(root, "inputData");
        let (decision_ids, model_ids) = (self.positions(&decisions), self.positions(&models));
        let input_ids = self.positions(&inputs);
        let graph = DecisionRequirements {
            resource_name: resource_name.into(),
            id: self.attribute(root, "id"),
            name: self.attribute(root, "name"),
            namespace: self.attribute(root, "namespace"),
            decisions: decisions
                .iter()
                .map(|d| self.decision(*d, &decision_ids, &input_ids, &model_ids))
                .collect(),
            knowledge_models: models.iter().map(|model| self.knowledge_model(*model, &model_ids)).collect(),
            services: self.children(root, "decisionService").into_iter().map(|s| self.service(s)).collect(),
            input_data: inputs.iter().map(|input| self.input_data(*input)).collect(),
            item_definitions: {
                let items = self.children(root, "itemDefinition");
                items.into_iter().map(|item| self.item_definition(item)).collect()
            },
            by_id: decision_ids.into_iter().map(|(id, at)| (id, DecisionIndex(at as u32))).collect(),
        };
        self.cycles(&graph, &decisions);
        graph
    }

    fn positions(&mut self, nodes: &[NodeId]) -> Positions {
        let mut positions = Positions::new();
        for (at, node) in nodes.iter().enumerate() {
            let id = self.attribute(*node, "id");
            if id.is_empty() {
                self.report(*node, format!("A {} must have an id", self.document.node(*node).name));
            } else if positions.insert(id.clone(), at).is_some() {
                self.report(*node, format!("The id '{id}' is used twice"));
            }
        }
        positions
    }

    fn name(&self, node: NodeId) -> Arc<str> {
        let name = self.attribute(node, "name");
        if name.is_empty() { self.attribute(node, "id") } else { name }
    }

    /// Ids that the children `wrapper > reference` name; what is in other resources is reported.
    fn references(
        &mut self,
        node: NodeId,
        wrapper: &'a str,
        reference: &'a str,
        known: &Positions,
        others: &[&Positions],
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for requirement in self.children(node, wrapper) {
            for target in self.children(requirement, reference) {
                let href = self.attribute(target, "href");
                let id = href.rsplit_once('#').map_or(&*href, |(_, id)| id);
                match known.get(id) {
                    Some(at) => found.push(*at),
                    None if others.iter().any(|positions| positions.contains_key(id)) => {}
                    None => self.report(requirement, format!("The required element '{href}' does not exist")),
                }
            }
        }
        found
    }

    fn knowledge(&mut self, node: NodeId, models: &Positions) -> Vec<usize> {
        let services = self.children(self.document.root(), "decisionService");
        let services: Positions = services.into_iter().map(|s| (self.attribute(s, "id"), 0)).collect();
        self.references(node, "knowledgeRequirement", "requiredKnowledge", models, &[&services])
    }

    fn decision(
        &mut self,
        node: NodeId,
        decisions: &Positions,
        inputs: &Positions,
        models: &Positions,
    ) -> Decision {
        let name = self.name(node);
        let required = self.references(node, "informationRequirement", "requiredDecision", decisions, &[]);
        let required_inputs = self.references(node, "informationRequirement", "requiredInput", inputs, &[]);
        let logic = self.inner_logic(node);
        if self.requires_logic && matches!(logic, Logic::None) {
            self.report(node, format!("No logic is given for the decision '{name}', or it is broken"));
        }
        Decision {
            id: self.attribute(node, "id"),
            variable: self.result_variable(node, &name),
            name,
            required_decisions: required.into_iter().map(|at| DecisionIndex(at as u32)).collect(),
            required_inputs,
            required_knowledge: self.knowledge(node, models),
            logic_type: self.logic_type(node),
            logic,
        }
    }

    fn knowledge_model(&mut self, node: NodeId, models: &Positions) -> KnowledgeModel {
        let name = self.name(node);
        let function = self.child(node, "encapsulatedLogic");
        let logic = function.map_or(Logic::None, |function| self.inner_logic(function));
        KnowledgeModel {
            id: self.attribute(node, "id"),
            variable: self.result_variable(node, &name),
            name,
            parameters: function.map(|function| self.parameters(function)).unwrap_or_default(),
            required_knowledge: self.knowledge(node, models),
            logic_type: function.and_then(|function| self.logic_type(function)),
            logic,
        }
    }

    fn service(&mut self, node: NodeId) -> DecisionService {
        let targets = |name: &'a str| -> Vec<Arc<str>> {
            let hrefs = self.children(node, name).into_iter().map(|child| self.attribute(child, "href"));
            hrefs.map(|href| href.rsplit_once('#').map_or(&*href, |(_, id)| id).into()).collect()
        };
        let name = self.name(node);
        DecisionService {
            id: self.attribute(node, "id"),
            variable: self.result_variable(node, &name),
            name,
            output_decisions: targets("outputDecision"),
            encapsulated_decisions: targets("encapsulatedDecision"),
            input_decisions: targets("inputDecision"),
            input_data: targets("inputData"),
        }
    }

    fn input_data(&mut self, node: NodeId) -> InputData {
        let name = self.name(node);
        InputData { id: self.attribute(node, "id"), variable: self.result_variable(node, &name) }
    }

    /// Reports decisions and knowledge models that need themselves.
    fn cycles(&mut self, graph: &DecisionRequirements, nodes: &[NodeId]) {
        let decisions = |at: usize| -> Vec<usize> {
            graph.decisions[at].required_decisions.iter().map(|index| index.0 as usize).collect()
        };
        if let Some(at) = first_cycle(graph.decisions.len(), decisions) {
            self.report(nodes[at], format!("The decision '{}' requires itself", graph.decisions[at].id));
        }
        let models = |at: usize| graph.knowledge_models[at].required_knowledge.clone();
        if let Some(at) = first_cycle(graph.knowledge_models.len(), models) {
            let id = graph.knowledge_models[at].id.clone();
            self.report(self.document.root(), format!("The business knowledge model '{id}' requires itself"));
        }
    }
}

/// A node on a cycle, found by a depth-first search without recursion.
fn first_cycle(count: usize, next: impl Fn(usize) -> Vec<usize>) -> Option<usize> {
    let (mut on_path, mut finished) = (vec![false; count], vec![false; count]);
    for start in 0..count {
        let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
        if !finished[start] {
            on_path[start] = true;
            open.push((start, next(start)));
        }
        while let Some((at, successors)) = open.last_mut() {
            match successors.pop() {
                Some(successor) if on_path[successor] => return Some(successor),
                Some(successor) if finished[successor] => {}
                Some(successor) => {
                    on_path[successor] = true;
                    open.push((successor, next(successor)));
                }
                None => {
                    on_path[*at] = false;
                    finished[*at] = true;
                    open.pop();
                }
            }
        }
    }
    None
}
