//! A document seen as a BPMN model: ids resolved, extension elements at hand, elements named for messages.

use crate::violation::Violation;
use crate::xml::{Document, Namespace, NodeId};
use std::collections::HashMap;
use std::ops::Deref;

/// A BPMN document with its index of ids.
pub(crate) struct Model<'a> {
    document: &'a Document,
    by_id: HashMap<&'a str, NodeId>,
}

impl Deref for Model<'_> {
    type Target = Document;

    fn deref(&self) -> &Document {
        self.document
    }
}

impl<'a> Model<'a> {
    /// Indexes all BPMN elements by id; of equal ids the first counts (duplicates are reported elsewhere).
    pub(crate) fn new(document: &'a Document) -> Self {
        let mut by_id = HashMap::new();
        for node in document.ids() {
            if document.node(node).namespace == Namespace::Bpmn
                && let Some(id) = document.attribute(node, "id")
            {
                by_id.entry(id).or_insert(node);
            }
        }
        Self { document, by_id }
    }

    /// Local name when it is a BPMN element, empty otherwise.
    pub(crate) fn kind(&self, node: NodeId) -> &'a str {
        let node = self.document.node(node);
        if node.namespace == Namespace::Bpmn { &node.name } else { "" }
    }

    /// The id attribute.
    pub(crate) fn id(&self, node: NodeId) -> Option<&'a str> {
        self.document.attribute(node, "id")
    }

    /// An attribute that is there and not empty.
    pub(crate) fn filled(&self, node: NodeId, name: &str) -> Option<&'a str> {
        self.document.attribute(node, name).filter(|value| !value.is_empty())
    }

    /// The element that a reference names; a namespace prefix of the reference is ignored.
    pub(crate) fn resolve(&self, reference: &str) -> Option<NodeId> {
        let reference = reference.trim();
        let local = || reference.rsplit_once(':').and_then(|(_, local)| self.by_id.get(local));
        self.by_id.get(reference).or_else(local).copied()
    }

    /// The element that an attribute refers to, if it is of that kind.
    pub(crate) fn referenced(&self, node: NodeId, attribute: &str, kind: &str) -> Option<NodeId> {
        self.resolve(self.document.attribute(node, attribute)?).filter(|found| self.kind(*found) == kind)
    }

    /// BPMN children of that name.
    pub(crate) fn bpmn<'b>(&'b self, node: NodeId, name: &'b str) -> impl Iterator<Item = NodeId> + 'b {
        self.document.children(node, Namespace::Bpmn, name)
    }

    /// All `zeebe:` extension elements of that name.
    pub(crate) fn extensions<'b>(&'b self, node: NodeId, name: &'b str) -> impl Iterator<Item = NodeId> + 'b {
        let containers = self.document.children(node, Namespace::Bpmn, "extensionElements");
        containers.flat_map(move |c| self.document.children(c, Namespace::Zeebe, name))
    }

    /// The first `zeebe:` extension element of that name.
    pub(crate) fn extension(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.extensions(node, name).next()
    }

    /// The `zeebe:` elements of that name inside the first extension element `list`.
    pub(crate) fn extension_items(&self, node: NodeId, list: &str, name: &str) -> Vec<NodeId> {
        let list = self.extension(node, list);
        list.map(|list| self.document.children(list, Namespace::Zeebe, name).collect()).unwrap_or_default()
    }

    /// Event definitions of an event: those inside it and those it refers to.
    pub(crate) fn event_definitions(&self, event: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        for child in &self.document.node(event).children {
            match self.kind(*child) {
                "eventDefinitionRef" => found.extend(self.resolve(self.document.text(*child))),
                kind if kind.ends_with("EventDefinition") => found.push(*child),
                _ => {}
            }
        }
        found
    }

    /// How messages call an element: its id, or the path from the nearest element around it with an id.
    pub(crate) fn label(&self, node: NodeId) -> String {
        let mut names: Vec<&str> = Vec::new();
        let mut at = Some(node);
        while let Some(current) = at {
            let name: &str = &self.document.node(current).name;
            if name == "definitions" {
                names.push(name);
                break;
            }
            if let Some(id) = self.id(current).filter(|id| !id.is_empty() && self.has_model_id(current)) {
                names.push(id);
                break;
            }
            names.push(name);
            at = self.document.node(current).parent;
        }
        names.reverse();
        names.join(" > ")
    }

    /// Whether `id` on this element is its identity and not a property (`zeebe:userTaskForm id`).
    fn has_model_id(&self, node: NodeId) -> bool {
        self.document.node(node).namespace == Namespace::Bpmn
    }

    /// A violation of that element.
    pub(crate) fn violation(&self, node: NodeId, message: impl Into<String>) -> Violation {
        Violation::new(self.label(node), self.document.node(node).name.to_string(), message)
    }
}
