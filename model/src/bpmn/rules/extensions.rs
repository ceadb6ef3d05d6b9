//! `zeebe:` extension elements: required attributes, and values that go together.

use super::Checker;
use crate::limits::JOB_TYPE_CHARS_MAX;
use crate::xml::NodeId;
use std::collections::HashSet;

impl Checker<'_> {
    pub(super) fn zeebe(&mut self, node: NodeId) {
        let model = self.model;
        let attribute = |name| model.attribute(node, name);
        match &*model.node(node).name {
            "taskDefinition" => {
                self.required(node, &["type"]);
                self.job_properties(node);
            }
            "input" => {
                self.mandatory(node, attribute("source").unwrap_or_default());
                self.path(node, attribute("target"));
            }
            "output" => {
                self.dynamic(node, attribute("source").unwrap_or_default(), true);
                self.path(node, attribute("target"));
            }
            "subscription" => {
                self.required(node, &["correlationKey"]);
                self.dynamic(node, attribute("correlationKey").unwrap_or_default(), true);
            }
            "publishMessage" => {
                self.required(node, &["correlationKey"]);
                for name in ["correlationKey", "messageId", "timeToLive"] {
                    self.optional(node, attribute(name).unwrap_or_default());
                }
            }
            "calledElement" => {
                self.required(node, &["processId"]);
                self.mandatory(node, attribute("processId").unwrap_or_default());
                self.binding(node);
            }
            "calledDecision" => {
                self.required(node, &["decisionId", "resultVariable"]);
                self.mandatory(node, attribute("decisionId").unwrap_or_default());
                self.binding(node);
            }
            "script" => {
                self.required(node, &["expression", "resultVariable"]);
                self.dynamic(node, attribute("expression").unwrap_or_default(), true);
            }
            "formDefinition" => self.form_definition(node),
            "userTaskForm" if model.text(node).is_empty() => {
                self.report(node, "User task form text content has to be present and not empty");
            }
            "loopCharacteristics" => self.loop_characteristics(node),
            "assignmentDefinition" => {
                self.optional(node, attribute("assignee").unwrap_or_default());
                self.comma_separated(node, attribute("candidateGroups"));
                self.comma_separated(node, attribute("candidateUsers"));
            }
            "taskSchedule" => {
                self.date_time(node, attribute("dueDate"));
                self.date_time(node, attribute("followUpDate"));
            }
            "priorityDefinition" => self.priority(node, attribute("priority")),
            "taskHeaders" => self.task_headers(node),
            "adHoc" => {
                self.dynamic(node, attribute("activeElementsCollection").unwrap_or_default(), false);
                self.dynamic(node, attribute("outputElement").unwrap_or_default(), false);
            }
            "conditionalFilter" => self.conditional_filter(node),
            "executionListeners" => self.execution_listeners(node),
            "taskListeners" => self.task_listeners(node),
            _ => {}
        }
    }

    /// Extension elements that stand alone.
    pub(super) fn singletons(&mut self, node: NodeId) {
        let names = [
            "ioMapping",
            "taskHeaders",
            "formDefinition",
            "assignmentDefinition",
            "taskSchedule",
            "priorityDefinition",
            "userTask",
            "executionListeners",
            "taskListeners",
        ];
        for name in names {
            if self.model.extensions(node, name).count() > 1 {
                self.report(node, format!("Must have at most one 'zeebe:{name}' extension element"));
            }
        }
    }

    /// Reports attributes that are absent or empty.
    pub(super) fn required(&mut self, node: NodeId, names: &[&str]) {
        for name in names {
            if self.model.filled(node, name).is_none() {
                self.report(node, format!("Attribute '{name}' must be present and not empty"));
            }
        }
    }

    /// Type and retries of a job.
    pub(super) fn job_properties(&mut self, node: NodeId) {
        let model = self.model;
        let job_type = model.attribute(node, "type").unwrap_or_default();
        self.mandatory(node, job_type);
        if job_type.chars().count() > JOB_TYPE_CHARS_MAX {
            let message = format!(
                "Worker types must not be longer than the configured max-worker-type-length of \
                 {JOB_TYPE_CHARS_MAX} characters."
            );
            self.report(node, message);
        }
        if let Some(retries) = model.attribute(node, "retries") {
            self.optional(node, retries);
        }
    }

    /// `bindingType` and `versionTag` go together.
    fn binding(&mut self, node: NodeId) {
        let model = self.model;
        let binding = model.attribute(node, "bindingType");
        let tag = model.attribute(node, "versionTag");
        match binding {
            Some("versionTag") => {
                if tag.is_none_or(|tag| tag.trim().is_empty()) {
                    self.report(
                        node,
                        "Attribute 'versionTag' must be present and not empty if 'bindingType' is \
                         'versionTag'",
                    );
                }
            }
            None | Some("latest" | "deployment") => {
                if tag.is_some() {
                    self.report(
                        node,
                        "Attribute 'versionTag' may only be used if 'bindingType' is 'versionTag'",
                    );
                }
            }
            Some(_) => {
                self.report(node, "Attribute 'bindingType' must be one of: deployment, latest, versionTag");
            }
        }
    }

    fn form_definition(&mut self, node: NodeId) {
        let model = self.model;
        let filled = |name: &&str| model.attribute(node, name).is_some_and(|value| !value.trim().is_empty());
        let owner = model.node(node).parent.and_then(|extensions| model.node(extensions).parent);
        let native = owner.is_some_and(|task| model.extension(task, "userTask").is_some());
        let (names, suffix) = if native {
            (["formId", "externalReference"], " for native user tasks")
        } else {
            (["formId", "formKey"], "")
        };
        if names.iter().filter(|name| filled(name)).count() != 1 {
            let message = format!(
                "Exactly one of the attributes '{}' must be present and not blank{suffix}",
                names.join(", ")
            );
            self.report(node, message);
        }
        for name in ["formId", "externalReference"] {
            self.optional(node, model.attribute(node, name).unwrap_or_default());
        }
        self.binding(node);
    }

    fn loop_characteristics(&mut self, node: NodeId) {
        let model = self.model;
        let element = model.filled(node, "outputElement");
        let collection = model.filled(node, "outputCollection");
        self.dynamic(node, model.attribute(node, "inputCollection").unwrap_or_default(), true);
        self.dynamic(node, element.unwrap_or_default(), false);
        match (element, collection) {
            (Some(_), None) => {
                let message =
                    "Attribute 'outputCollection' must be present if the attribute 'outputElement' is set";
                self.report(node, message);
            }
            (None, Some(_)) => {
                let message =
                    "Attribute 'outputElement' must be present if the attribute 'outputCollection' is set";
                self.report(node, message);
            }
            _ => {}
        }
    }

    fn task_headers(&mut self, node: NodeId) {
        let model = self.model;
        let mut seen = HashSet::new();
        let mut reported = HashSet::new();
        for header in &model.node(node).children {
            let key = model.attribute(*header, "key").unwrap_or_default();
            if !seen.insert(key) && reported.insert(key) {
                self.report(node, format!("Headers contain duplicate entries for key '{key}'"));
            }
            if key.starts_with("io.camunda.zeebe:") {
                let message = format!(
                    "Attribute 'key' contains '{key}', but header keys starting with 'io.camunda.zeebe:' are \
                     reserved for internal use."
                );
                self.report(node, message);
            }
        }
    }

    fn conditional_filter(&mut self, node: NodeId) {
        let model = self.model;
        let Some(events) = model.filled(node, "variableEvents") else { return };
        for event in events.split(',').map(str::trim) {
            if !matches!(event, "create" | "update") {
                let message = format!(
                    "Variable event '{event}' is not valid. Must be one of: create, update or a \
                     comma-separated list of both."
                );
                self.report(node, message);
            }
        }
    }
}
