//! Walks a document along the structure tables.

use super::table::{Particle, Table, Type, Wildcard};
use super::values::is_valid;
use crate::xml::{Document, Namespace, Node, NodeId, XmlError};
use std::collections::HashSet;

/// Checks a whole document.
///
/// # Errors
/// The first deviation, with the code that XML schema gives to such an error.
pub(crate) fn check(document: &Document) -> Result<(), XmlError> {
    let mut checker = Checker { document, ids: HashSet::new(), references: Vec::new() };
    let root = document.root();
    if !document.is(root, Namespace::Bpmn, "definitions") {
        let message =
            format!("cvc-elt.1.a: Cannot find the declaration of element '{}'.", document.node(root).written);
        return Err(checker.error(root, message));
    }
    checker.element(root, "tDefinitions")?;
    for (node, reference) in &checker.references {
        if !checker.ids.contains(reference) {
            let message = format!("cvc-id.1: There is no ID/IDREF binding for IDREF '{reference}'.");
            return Err(checker.error(*node, message));
        }
    }
    Ok(())
}

struct Checker<'a> {
    document: &'a Document,
    ids: HashSet<&'a str>,
    references: Vec<(NodeId, &'a str)>,
}

impl<'a> Checker<'a> {
    fn error(&self, node: NodeId, message: String) -> XmlError {
        XmlError { position: self.document.node(node).position, message }
    }

    fn element(&mut self, id: NodeId, declared: &str) -> Result<(), XmlError> {
        let document = self.document;
        let node = document.node(id);
        let Some(kind) = Table::get().complex(declared) else { return self.simple_element(id, declared) };
        let kind = self.substituted(node, declared).unwrap_or(kind);
        if kind.is_abstract {
            return Err(
                self.error(id, format!("cvc-type.2: The type of element '{}' is abstract.", node.written))
            );
        }
        self.attributes(id, kind)?;
        if !kind.mixed && !node.text.trim().is_empty() {
            let message = format!(
                "cvc-complex-type.2.3: Element '{}' cannot have character [children], because the type's \
                 content type is element-only.",
                node.written
            );
            return Err(self.error(id, message));
        }
        self.children(id, kind)
    }

    /// The type that `xsi:type` names, when it extends the declared one.
    fn substituted(&self, node: &Node, declared: &str) -> Option<&'static Type> {
        let is_type = |a: &&crate::xml::Attribute| a.namespace == Namespace::Xsi && &*a.name == "type";
        let named = node.attributes.iter().find(is_type)?;
        let local = named.value.rsplit(':').next()?;
        Table::get().complex(local).filter(|kind| kind.lineage.contains(&declared))
    }

    fn simple_element(&mut self, id: NodeId, kind: &str) -> Result<(), XmlError> {
        let document = self.document;
        let node = document.node(id);
        if let Some(attribute) = node.attributes.iter().find(|a| a.namespace != Namespace::Xsi) {
            let message = format!(
                "cvc-type.3.1.1: Element '{}' is a simple type, so it cannot have attributes, but has '{}'.",
                node.written, attribute.written
            );
            return Err(self.error(id, message));
        }
        if !node.children.is_empty() {
            let message = format!(
                "cvc-type.3.1.2: Element '{}' is a simple type, so it has no children.",
                node.written
            );
            return Err(self.error(id, message));
        }
        self.value(id, kind, &node.text)
    }

    fn attributes(&mut self, id: NodeId, kind: &Type) -> Result<(), XmlError> {
        let document = self.document;
        let node = document.node(id);
        for attribute in &node.attributes {
            let foreign = !matches!(attribute.namespace, Namespace::None | Namespace::Bpmn);
            if attribute.namespace == Namespace::Xsi || (foreign && kind.any_attribute) {
                continue;
            }
            let known = kind.attributes.iter().find(|(name, ..)| *name == &*attribute.name);
            let Some((_, value_type, _)) = known.filter(|_| attribute.namespace == Namespace::None) else {
                let message = format!(
                    "cvc-complex-type.3.2.2: Attribute '{}' is not allowed to appear in element '{}'.",
                    attribute.written, node.written
                );
                return Err(self.error(id, message));
            };
            self.value(id, value_type, &attribute.value)?;
        }
        let missing =
            |(name, _, required): &&(&str, &str, bool)| *required && document.attribute(id, name).is_none();
        match kind.attributes.iter().find(missing) {
            None => Ok(()),
            Some((name, ..)) => {
                let message = format!(
                    "cvc-complex-type.4: Attribute '{name}' must appear on element '{}'.",
                    node.written
                );
                Err(self.error(id, message))
            }
        }
    }

    fn value(&mut self, id: NodeId, kind: &str, value: &'a str) -> Result<(), XmlError> {
        if !is_valid(kind, value) {
            let shown: String = value.chars().take(100).collect();
            let message = format!("cvc-datatype-valid.1.2.1: '{shown}' is not a valid value for '{kind}'.");
            return Err(self.error(id, message));
        }
        match kind {
            "QName" => match value.trim().split_once(':') {
                Some((prefix, _)) if !self.document.declares_prefix(prefix) => {
                    let message = format!(
                        "UndeclaredPrefix: Cannot resolve '{}' as a QName: the prefix '{prefix}' is not \
                         declared.",
                        value.trim()
                    );
                    Err(self.error(id, message))
                }
                _ => Ok(()),
            },
            "ID" if !self.ids.insert(value.trim()) => {
                let message =
                    format!("cvc-id.2: There are multiple occurrences of ID value '{}'.", value.trim());
                Err(self.error(id, message))
            }
            "IDREF" => {
                self.references.push((id, value.trim()));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Matches children to particles greedily: the schema is deterministic, so that is enough.
    fn children(&mut self, id: NodeId, kind: &Type) -> Result<(), XmlError> {
        let document = self.document;
        let mut particles = kind.particles.iter();
        let mut current = particles.next();
        let mut count = 0;
        for child in &document.node(id).children {
            let node = document.node(*child);
            let element_type = loop {
                let Some(particle) = current else { return Err(self.misplaced(*child, kind)) };
                let full = !particle.repeats && count == 1;
                match matching(particle, node).filter(|_| !full) {
                    Some(element_type) => break element_type,
                    None if count < particle.min => return Err(self.misplaced(*child, kind)),
                    None => {
                        current = particles.next();
                        count = 0;
                    }
                }
            };
            count += 1;
            if let Some(element_type) = element_type {
                self.element(*child, element_type)?;
            }
        }
        let unfilled = current.is_some_and(|p| count < p.min) || particles.any(|p| p.min > 0);
        if unfilled {
            let message = format!(
                "cvc-complex-type.2.4.b: The content of element '{}' is not complete.",
                document.node(id).written
            );
            return Err(self.error(id, message));
        }
        Ok(())
    }

    fn misplaced(&self, child: NodeId, kind: &Type) -> XmlError {
        let names = kind.particles.iter().flat_map(|p| p.elements.iter().map(|(_, name, _)| *name));
        let mut expected: Vec<&str> = names.take(20).collect();
        if kind.particles.iter().any(|p| p.wildcard.is_some()) {
            expected.push("any other");
        }
        let written = &self.document.node(child).written;
        let message = format!(
            "cvc-complex-type.2.4.a: Invalid content was found starting with element '{written}'. One of \
             '{{{}}}' is expected.",
            expected.join(", ")
        );
        self.error(child, message)
    }
}

/// `Some(type)` when the particle takes the node; `Some(None)` for wildcards, which are not looked into.
fn matching(particle: &Particle, node: &Node) -> Option<Option<&'static str>> {
    match particle.wildcard {
        Some(Wildcard::Any) => return Some(None),
        Some(Wildcard::Other) if !matches!(node.namespace, Namespace::Bpmn | Namespace::None) => {
            return Some(None);
        }
        _ => {}
    }
    let same = |(namespace, name, _): &&(Namespace, &str, &str)| {
        *namespace == node.namespace && **name == *node.name
    };
    particle.elements.iter().find(same).map(|(_, _, kind)| Some(*kind))
}
