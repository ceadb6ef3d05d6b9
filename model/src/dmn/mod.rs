//! DMN: from bytes to decision requirements graphs, versions 1.1 to 1.5. Every FEEL text is parsed here; one
//! that does not parse makes the whole resource invalid, as in the reference.

mod graph;
mod logic;
mod requirements;
mod table;
mod types;

pub use graph::*;

use crate::violation::Violation;
use crate::xml::{self, Document, Namespace, NodeId};
use std::sync::Arc;
use tidemill_feel::{Expression, UnaryTests};

/// Reads and checks one DMN resource.
///
/// # Errors
/// All violations found; broken XML is a single one that names line and column.
pub fn read_dmn(resource_name: &str, bytes: &[u8]) -> Result<DecisionRequirements, Vec<Violation>> {
    read(resource_name, bytes, true)
}

/// Reads and checks one DMN resource like [`read_dmn`], but takes decisions without logic: the standard allows
/// them (their value is null), the reference rejects them.
///
/// # Errors
/// All violations found, as [`read_dmn`].
pub fn read_dmn_without_logic(
    resource_name: &str,
    bytes: &[u8],
) -> Result<DecisionRequirements, Vec<Violation>> {
    read(resource_name, bytes, false)
}

fn read(
    resource_name: &str,
    bytes: &[u8],
    requires_logic: bool,
) -> Result<DecisionRequirements, Vec<Violation>> {
    let document = xml::parse(bytes).map_err(|error| vec![Violation::resource(error.to_string())])?;
    let root = document.root();
    if !document.is(root, Namespace::Dmn, "definitions") {
        let message = format!(
            "Expected the root element 'definitions' of DMN but found '{}'",
            document.node(root).written
        );
        return Err(vec![Violation::resource(message)]);
    }
    let names = unusual_names(&document);
    let mut reader = Reader { document: &document, names, violations: Vec::new(), requires_logic };
    let graph = reader.requirements(resource_name);
    if reader.violations.is_empty() { Ok(graph) } else { Err(reader.violations) }
}

/// Names that hold blanks or operators, so that expressions can use them.
fn unusual_names(document: &Document) -> Vec<&str> {
    let named = [
        "variable",
        "inputData",
        "decision",
        "businessKnowledgeModel",
        "decisionService",
        "formalParameter",
        "parameter",
        "column",
        "itemComponent",
        "output",
    ];
    let is_named = |node: &NodeId| {
        document.node(*node).namespace == Namespace::Dmn && named.contains(&&*document.node(*node).name)
    };
    let names = document.ids().filter(is_named).filter_map(|node| document.attribute(node, "name"));
    let is_unusual = |name: &&str| name.contains(|c: char| !c.is_alphanumeric() && c != '_');
    let mut found: Vec<&str> = names.filter(is_unusual).collect();
    found.sort_unstable();
    found.dedup();
    found
}

struct Reader<'a> {
    document: &'a Document,
    names: Vec<&'a str>,
    violations: Vec<Violation>,
    requires_logic: bool,
}

impl<'a> Reader<'a> {
    fn report(&mut self, node: NodeId, message: impl Into<String>) {
        if self.violations.len() < crate::limits::VIOLATIONS_MAX {
            let kind = self.document.node(node).name.to_string();
            let violation = Violation::new(self.label(node), kind, message);
            self.violations.push(violation);
        }
    }

    /// Id of the nearest element that has one.
    fn label(&self, node: NodeId) -> String {
        let mut at = Some(node);
        while let Some(current) = at {
            if let Some(id) = self.document.attribute(current, "id") {
                return id.to_owned();
            }
            at = self.document.node(current).parent;
        }
        "definitions".to_owned()
    }

    fn children(&self, node: NodeId, name: &'a str) -> Vec<NodeId> {
        self.document.children(node, Namespace::Dmn, name).collect()
    }

    fn child(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.document.child(node, Namespace::Dmn, name)
    }

    fn attribute(&self, node: NodeId, name: &str) -> Arc<str> {
        self.document.attribute(node, name).unwrap_or_default().into()
    }

    /// Text of the child `text` of an expression element.
    fn text(&self, node: NodeId) -> &'a str {
        let document = self.document;
        document.child(node, Namespace::Dmn, "text").map_or("", |text| document.text(text))
    }

    /// Parses an expression; an empty text is `null`.
    fn expression(&mut self, node: NodeId, text: &str) -> Option<Expression> {
        let source = if text.trim().is_empty() { "null" } else { text };
        match Expression::parse_with_names(source, &self.names) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.report(node, format!("FEEL expression: {error}"));
                None
            }
        }
    }

    /// Parses unary tests.
    fn tests(&mut self, node: NodeId, text: &str) -> Option<UnaryTests> {
        match UnaryTests::parse_with_names(text, &self.names) {
            Ok(tests) => Some(tests),
            Err(error) => {
                self.report(node, format!("FEEL unary-tests: {error}"));
                None
            }
        }
    }

    /// Reports an expression in a language other than FEEL.
    fn language(&mut self, node: NodeId) {
        let Some(language) = self.document.attribute(node, "expressionLanguage") else { return };
        let is_feel = language.is_empty() || language.to_ascii_lowercase().contains("feel");
        if !is_feel {
            self.report(node, format!("Expression language '{language}' is not supported"));
        }
    }
}
