//! A process: its elements and the ways to find them.

use super::{Element, ElementIndex, ElementType, SequenceFlow};
use std::collections::HashMap;
use std::sync::Arc;

/// An executable process definition, immutable once built.
#[derive(Debug, Clone)]
pub struct Process {
    /// Process id.
    pub id: Arc<str>,
    /// Process name.
    pub name: Option<Arc<str>>,
    /// `zeebe:versionTag`.
    pub version_tag: Option<Arc<str>>,
    /// Whether instances can be created.
    pub is_executable: bool,
    /// All elements; index 0 is the process.
    pub elements: Vec<Element>,
    /// Indexes of all sequence flows, in document order.
    pub flows: Vec<ElementIndex>,
    by_id: HashMap<Arc<str>, ElementIndex>,
}

impl Process {
    /// Takes finished elements. The first element with an id wins the look-up: the body of a multi-instance.
    pub(crate) fn new(elements: Vec<Element>, is_executable: bool, version_tag: Option<Arc<str>>) -> Self {
        assert!(!elements.is_empty());
        assert!(elements.iter().enumerate().all(|(at, e)| e.index.index() == at), "indexes are positions");
        let mut by_id = HashMap::with_capacity(elements.len());
        for element in &elements {
            by_id.entry(element.id.clone()).or_insert(element.index);
        }
        let is_flow = |e: &&Element| e.element_type == ElementType::SequenceFlow;
        let flows = elements.iter().filter(is_flow).map(|e| e.index).collect();
        let process = &elements[0];
        assert_eq!(process.element_type, ElementType::Process);
        Self {
            id: process.id.clone(),
            name: process.name.clone(),
            version_tag,
            is_executable,
            flows,
            by_id,
            elements,
        }
    }

    /// The element at that index; panics when it belongs to another process.
    pub fn element(&self, index: ElementIndex) -> &Element {
        &self.elements[index.index()]
    }

    /// The process as an element.
    pub fn root(&self) -> &Element {
        &self.elements[0]
    }

    /// The element with that id; for a multi-instance activity its body.
    pub fn find(&self, id: &str) -> Option<&Element> {
        self.by_id.get(id).map(|index| self.element(*index))
    }

    /// The element with that id and type, to tell body and activity of a multi-instance apart.
    pub fn find_typed(&self, id: &str, element_type: ElementType) -> Option<&Element> {
        let found = self.find(id)?;
        if found.element_type == element_type {
            return Some(found);
        }
        found
            .children
            .iter()
            .map(|c| self.element(*c))
            .find(|c| c.element_type == element_type && *c.id == *id)
    }

    /// Ends and condition of a sequence flow; panics when the element is none.
    pub fn flow(&self, index: ElementIndex) -> &SequenceFlow {
        self.element(index).flow.as_ref().expect("a sequence flow")
    }

    /// The scopes around an element, innermost first, the process last.
    pub fn scopes(&self, index: ElementIndex) -> impl Iterator<Item = &Element> {
        let mut at = index;
        std::iter::from_fn(move || {
            if at == ElementIndex::PROCESS {
                return None;
            }
            at = self.element(at).scope;
            Some(self.element(at))
        })
    }
}
