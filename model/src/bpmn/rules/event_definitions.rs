//! Event definitions: that they refer to something, and to the right thing for where they stand.

use super::Checker;
use crate::Text;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn event_definition(&mut self, node: NodeId) {
        let model = self.model;
        let event = model.node(node).parent.map_or("", |parent| model.kind(parent));
        let throws = matches!(event, "endEvent" | "intermediateThrowEvent");
        match model.kind(node) {
            "timerEventDefinition" => self.timer_definition(node),
            "messageEventDefinition" => self.message_definition(node, throws),
            "signalEventDefinition" => {
                if model.referenced(node, "signalRef", "signal").is_none() {
                    self.report(node, "Must reference a signal");
                }
            }
            "errorEventDefinition" => self.error_definition(node, throws),
            "escalationEventDefinition" => self.escalation_definition(node, throws),
            "linkEventDefinition" => {
                if model.filled(node, "name").is_none() {
                    self.report(node, "Link name must be present and not empty.");
                }
            }
            "conditionalEventDefinition" => self.conditional_definition(node),
            "compensateEventDefinition" => self.compensation_definition(node),
            "terminateEventDefinition" => {}
            _ => self.report(node, "Event definition of this type is not supported"),
        }
    }

    fn timer_definition(&mut self, node: NodeId) {
        let model = self.model;
        let forms = ["timeDate", "timeDuration", "timeCycle"];
        let found: Vec<NodeId> = forms.iter().filter_map(|form| model.bpmn(node, form).next()).collect();
        let [form] = found[..] else {
            self.report(node, "Must be exactly one type of timer: timeDuration, timeDate or timeCycle");
            return;
        };
        let text = Text::new(model.text(form));
        if let Some(problem) = text.expression_error() {
            self.report(form, problem);
        }
        let event = model.node(node).parent;
        let starts_process = |event: &NodeId| {
            let scope = model.node(*event).parent.map_or("", |scope| model.kind(scope));
            model.kind(*event) == "startEvent" && scope == "process"
        };
        if let Some(event) = event.filter(|event| !starts_process(event)) {
            self.constant_timer(event, node, false);
        }
    }

    /// A throwing event with a job needs no message: the worker sends it.
    fn message_definition(&mut self, node: NodeId, throws: bool) {
        let model = self.model;
        let has_job = || {
            let event = model.node(node).parent;
            event.is_some_and(|event| model.extension(event, "taskDefinition").is_some())
        };
        if model.referenced(node, "messageRef", "message").is_none() && !(throws && has_job()) {
            self.report(node, "Must reference a message");
        }
    }

    fn error_definition(&mut self, node: NodeId, throws: bool) {
        let model = self.model;
        let Some(error) = model.referenced(node, "errorRef", "error") else {
            // A catching event without error, or with one that does not exist, catches every error.
            if throws {
                self.report(node, "Must reference an error");
            }
            return;
        };
        match model.filled(error, "errorCode") {
            None if throws => self.report(node, "ErrorCode must be present and not empty"),
            Some(code) if !throws && Text::new(code).is_expression() => {
                self.report(
                    node,
                    "The errorCode of the error catch event is not allowed to be an expression",
                );
            }
            _ => {}
        }
    }

    fn escalation_definition(&mut self, node: NodeId, throws: bool) {
        let model = self.model;
        let Some(escalation) = model.referenced(node, "escalationRef", "escalation") else {
            if throws || model.attribute(node, "escalationRef").is_some() {
                self.report(node, "Must reference an escalation");
            }
            return;
        };
        let code = model.filled(escalation, "escalationCode");
        if !throws && code.is_some_and(|code| Text::new(code).is_expression()) {
            self.report(
                node,
                "The escalationCode of the escalation catch event is not allowed to be an expression",
            );
        }
    }

    fn conditional_definition(&mut self, node: NodeId) {
        let model = self.model;
        let Some(condition) = model.bpmn(node, "condition").next() else {
            self.report(node, "Must have exactly one condition");
            return;
        };
        if model.text(condition).is_empty() {
            self.report(condition, "Attribute 'condition' must be present and not empty");
        }
        self.dynamic(condition, model.text(condition), true);
    }

    fn compensation_definition(&mut self, node: NodeId) {
        let model = self.model;
        if let Some(reference) = model.filled(node, "activityRef")
            && model.resolve(reference).is_none()
        {
            self.report(node, format!("The referenced compensation activity '{reference}' doesn't exist"));
        }
    }
}
