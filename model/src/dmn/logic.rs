//! Boxed expressions.

use super::{IterationKind, Logic, Reader, Variable};
use crate::xml::{Namespace, NodeId};

impl<'a> Reader<'a> {
    /// The boxed expression among the children of a node; `Logic::None` when there is none.
    /// Recursion is bounded by the depth limit of XML. What is broken is reported and answers `Logic::None`.
    pub(super) fn inner_logic(&mut self, node: NodeId) -> Logic {
        let children = &self.document.node(node).children;
        for child in children {
            if let Some(logic) = self.logic(*child) {
                return logic;
            }
        }
        Logic::None
    }

    /// Type name that the boxed expression among the children of a node has.
    pub(super) fn logic_type(&self, node: NodeId) -> Option<std::sync::Arc<str>> {
        const BOXED: [&str; 12] = [
            "literalExpression",
            "decisionTable",
            "invocation",
            "context",
            "list",
            "relation",
            "functionDefinition",
            "conditional",
            "filter",
            "for",
            "some",
            "every",
        ];
        BOXED.iter().find_map(|name| self.child(node, name)).and_then(|boxed| self.type_ref(boxed))
    }

    fn boxed(&mut self, node: NodeId, name: &str) -> Box<Logic> {
        match self.child(node, name) {
            Some(child) => Box::new(self.inner_logic(child)),
            None => {
                self.report(node, format!("Must have an element '{name}'"));
                Box::new(Logic::None)
            }
        }
    }

    /// `None` when the node is no boxed expression.
    fn logic(&mut self, node: NodeId) -> Option<Logic> {
        if self.document.node(node).namespace != Namespace::Dmn {
            return None;
        }
        Some(match &*self.document.node(node).name {
            "literalExpression" => {
                self.language(node);
                self.expression(node, self.text(node)).map_or(Logic::None, Logic::Literal)
            }
            "decisionTable" => {
                self.decision_table(node).map_or(Logic::None, |table| Logic::Table(Box::new(table)))
            }
            "invocation" => self.invocation(node),
            "context" => self.context(node),
            "list" => {
                let items = &self.document.node(node).children;
                Logic::List(items.iter().filter_map(|item| self.logic(*item)).collect())
            }
            "relation" => self.relation(node),
            "functionDefinition" => Logic::Function {
                kind: self.document.attribute(node, "kind").unwrap_or("FEEL").into(),
                parameters: self.parameters(node),
                body: Box::new(self.inner_logic(node)),
            },
            "conditional" => Logic::Conditional {
                condition: self.boxed(node, "if"),
                then: self.boxed(node, "then"),
                otherwise: self.boxed(node, "else"),
            },
            "filter" => Logic::Filter { input: self.boxed(node, "in"), matches: self.boxed(node, "match") },
            "for" => self.iteration(node, IterationKind::For, "return"),
            "some" => self.iteration(node, IterationKind::Some, "satisfies"),
            "every" => self.iteration(node, IterationKind::Every, "satisfies"),
            _ => return None,
        })
    }

    pub(super) fn parameters(&self, node: NodeId) -> Vec<Variable> {
        let parameters = self.children(node, "formalParameter");
        parameters.into_iter().map(|parameter| self.variable(parameter)).collect()
    }

    fn iteration(&mut self, node: NodeId, kind: IterationKind, body: &str) -> Logic {
        Logic::Iteration {
            kind,
            variable: self.attribute(node, "iteratorVariable"),
            input: self.boxed(node, "in"),
            body: self.boxed(node, body),
        }
    }

    fn invocation(&mut self, node: NodeId) -> Logic {
        let function = self.child(node, "literalExpression");
        let function = function.and_then(|function| self.expression(function, self.text(function)));
        let mut bindings = Vec::new();
        for binding in self.children(node, "binding") {
            match self.child(binding, "parameter") {
                Some(parameter) => bindings.push((self.variable(parameter), self.inner_logic(binding))),
                None => self.report(binding, "A binding must have a parameter"),
            }
        }
        match function {
            Some(function) => Logic::Invocation { function, bindings },
            None => {
                self.report(node, "An invocation must name a function");
                Logic::None
            }
        }
    }

    fn context(&mut self, node: NodeId) -> Logic {
        let entries = self.children(node, "contextEntry");
        let count = entries.len();
        let mut found = Vec::new();
        for (at, entry) in entries.into_iter().enumerate() {
            let variable = self.child(entry, "variable").map(|variable| self.variable(variable));
            if variable.is_none() && at + 1 < count {
                self.report(entry, "Only the last entry of a context may have no variable");
            }
            found.push((variable, self.inner_logic(entry)));
        }
        Logic::Context(found)
    }

    fn relation(&mut self, node: NodeId) -> Logic {
        let columns: Vec<Variable> =
            self.children(node, "column").into_iter().map(|column| self.variable(column)).collect();
        let mut rows = Vec::new();
        for row in self.children(node, "row") {
            let cells = &self.document.node(row).children;
            let cells: Vec<Logic> = cells.iter().filter_map(|cell| self.logic(*cell)).collect();
            if cells.len() != columns.len() {
                let message = format!("A row must have {} cells, but has {}", columns.len(), cells.len());
                self.report(row, message);
            }
            rows.push(cells);
        }
        Logic::Relation { columns, rows }
    }
}
