//! Ad-hoc sub-processes.

use super::Checker;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn ad_hoc_sub_process(&mut self, node: NodeId) {
        let model = self.model;
        let kinds = || model.node(node).children.iter().map(|child| model.kind(*child));
        let is_activity = |kind: &str| {
            kind.ends_with("Task")
                || kind.ends_with("Gateway")
                || matches!(
                    kind,
                    "task"
                        | "callActivity"
                        | "subProcess"
                        | "adHocSubProcess"
                        | "intermediateThrowEvent"
                        | "intermediateCatchEvent"
                )
        };
        if !kinds().any(is_activity) {
            self.report(node, "Must have at least one activity.");
        }
        for (kind, what) in [("startEvent", "a start"), ("endEvent", "an end")] {
            if kinds().any(|found| found == kind) {
                self.report(node, format!("Must not contain {what} event."));
            }
        }
        let condition = model.bpmn(node, "completionCondition").next();
        let has_job = model.extension(node, "taskDefinition").is_some();
        if let Some(condition) = condition {
            self.dynamic(node, model.text(condition), true);
            if has_job {
                let message = "Must not define completionCondition in combination with zeebe:taskDefinition.";
                self.report(node, message);
            }
        }
        if let Some(extension) = model.extension(node, "adHoc") {
            let element = model.attribute(extension, "outputElement");
            let collection = model.attribute(extension, "outputCollection");
            if element.is_some() != collection.is_some() {
                let message = format!(
                    "OutputElement and OutputCollection must both be set, or neither of them set. \
                     outputElement:{} and outputCollection:{}.",
                    element.unwrap_or("null"),
                    collection.unwrap_or("null")
                );
                self.report(node, message);
            }
            if has_job && model.attribute(extension, "activeElementsCollection").is_some() {
                let message =
                    "Must not define activeElementsCollection in combination with zeebe:taskDefinition.";
                self.report(node, message);
            }
        }
        self.scope(node);
    }
}
