//! What is wrong with a resource, and how the reference broker words a list of it.

use crate::bpmn::LOOP;
use std::fmt::Write as _;

/// One broken rule. Ordered as found: document order of the elements, then rule order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The element's id; for elements without id the path from the nearest one that has an id
    /// (`task > extensionElements > taskDefinition`); empty when the resource as a whole is broken.
    pub element: String,
    /// Local name of the XML element (`serviceTask`), empty when the resource as a whole is broken.
    pub kind: String,
    /// What is wrong, as one sentence.
    pub message: String,
}

impl Violation {
    /// A violation of one element.
    pub fn new(element: impl Into<String>, kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { element: element.into(), kind: kind.into(), message: message.into() }
    }

    /// A violation of the resource as a whole, such as broken XML.
    pub fn resource(message: impl Into<String>) -> Self {
        Self { element: String::new(), kind: String::new(), message: message.into() }
    }
}

/// Renders violations in the broker's shape, messages of one element under one heading:
/// `'p.bpmn': - Element: task\n    - ERROR: Must have ...\n`.
pub fn render(resource_name: &str, violations: &[Violation]) -> String {
    let mut text = String::new();
    let mut heading: Option<&str> = None;
    for violation in violations {
        if violation.kind == LOOP {
            let _ = writeln!(text, "`{resource_name}`: - Process: {}", violation.element);
            let _ = writeln!(text, "    - ERROR: {}", violation.message);
            continue;
        }
        if text.is_empty() {
            let _ = write!(text, "'{resource_name}': ");
        }
        if violation.kind.is_empty() {
            text.push_str(&violation.message);
            text.push('\n');
            heading = None;
            continue;
        }
        if heading != Some(&*violation.element) {
            let _ = writeln!(text, "- Element: {}", violation.element);
            heading = Some(&violation.element);
        }
        let _ = writeln!(text, "    - ERROR: {}", violation.message);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_element_share_a_heading() {
        let violations = [
            Violation::new("task", "serviceTask", "A."),
            Violation::new("task", "serviceTask", "B."),
            Violation::new("p", "process", "C."),
        ];
        let expected =
            "'p.bpmn': - Element: task\n    - ERROR: A.\n    - ERROR: B.\n- Element: p\n    - ERROR: C.\n";
        assert_eq!(render("p.bpmn", &violations), expected);
    }
}
