//! Variables and item definitions.

use super::{ItemDefinition, Reader, Variable};
use crate::xml::NodeId;
use std::sync::Arc;

impl<'a> Reader<'a> {
    /// Type name by attribute, or by child element as DMN 1.1 has it; prefixes are dropped.
    pub(super) fn type_ref(&self, node: NodeId) -> Option<Arc<str>> {
        let child = self.child(node, "typeRef").map(|child| self.document.text(child));
        let written = self.document.attribute(node, "typeRef").or(child)?;
        let local = written.rsplit_once(':').map_or(written, |(_, local)| local).trim();
        Some(local.into()).filter(|name: &Arc<str>| !name.is_empty())
    }

    /// Name and type of an element.
    pub(super) fn variable(&self, node: NodeId) -> Variable {
        Variable { name: self.attribute(node, "name"), type_ref: self.type_ref(node) }
    }

    /// The child `variable`, else the name of the element around it.
    pub(super) fn result_variable(&self, node: NodeId, name: &Arc<str>) -> Variable {
        let found = self.child(node, "variable").map(|variable| self.variable(variable));
        match found {
            Some(variable) if !variable.name.is_empty() => variable,
            other => Variable { name: name.clone(), type_ref: other.and_then(|variable| variable.type_ref) },
        }
    }

    /// Recursion is bounded by the depth limit of XML.
    pub(super) fn item_definition(&mut self, node: NodeId) -> ItemDefinition {
        let values = self.child(node, "allowedValues").or_else(|| self.child(node, "typeConstraint"));
        let allowed_values = values.and_then(|values| self.tests(values, self.text(values)));
        let components = self.children(node, "itemComponent");
        let function = self.child(node, "functionItem");
        let result = function.and_then(|function| self.document.attribute(function, "outputTypeRef"));
        ItemDefinition {
            name: self.attribute(node, "name"),
            type_ref: self.type_ref(node),
            is_collection: self.document.attribute(node, "isCollection") == Some("true"),
            allowed_values,
            function_result: result.map(|name| name.rsplit_once(':').map_or(name, |(_, local)| local).into()),
            components: components.into_iter().map(|component| self.item_definition(component)).collect(),
        }
    }
}
