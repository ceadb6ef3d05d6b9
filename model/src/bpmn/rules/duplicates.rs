//! Events of one scope that would catch the same thing.

use super::Checker;
use crate::xml::NodeId;
use std::collections::HashSet;

impl Checker<'_> {
    /// What an event of that kind catches: message or signal name, error or escalation code, condition.
    fn caught(&self, event: NodeId, kind: &str) -> Option<String> {
        let model = self.model;
        let definition =
            model.event_definitions(event).first().copied().filter(|d| model.kind(*d) == kind)?;
        let named = |reference, target, attribute| {
            let found = model.referenced(definition, reference, target)?;
            model.filled(found, attribute).map(str::to_owned)
        };
        match kind {
            "messageEventDefinition" => named("messageRef", "message", "name"),
            "signalEventDefinition" => named("signalRef", "signal", "name"),
            "errorEventDefinition" => Some(named("errorRef", "error", "errorCode").unwrap_or_default()),
            "escalationEventDefinition" => {
                Some(named("escalationRef", "escalation", "escalationCode").unwrap_or_default())
            }
            "conditionalEventDefinition" => {
                let condition = model.bpmn(definition, "condition").next()?;
                Some(model.text(condition).to_owned())
            }
            _ => None,
        }
    }

    /// Values that more than one of the events catches, each once.
    fn repeated(&self, events: &[NodeId], kind: &str) -> Vec<String> {
        let mut seen = HashSet::new();
        let mut reported = HashSet::new();
        let mut repeated = Vec::new();
        for value in events.iter().filter_map(|event| self.caught(*event, kind)) {
            if !seen.insert(value.clone()) && reported.insert(value.clone()) {
                repeated.push(value);
            }
        }
        repeated
    }

    /// Messages, signals and conditions must have different names.
    pub(super) fn duplicate_names(&mut self, scope: NodeId, events: &[NodeId], kind: &str) {
        let (what, called) = match kind {
            "messageEventDefinition" => ("message", "name"),
            "signalEventDefinition" => ("signal", "name"),
            _ => ("conditional", "condition expression"),
        };
        for value in self.repeated(events, kind) {
            let message = format!(
                "Multiple {what} event definitions with the same {called} '{value}' are not allowed."
            );
            self.report(scope, message);
        }
    }

    /// Boundary events of an activity, or start events of the event sub-processes in a scope.
    pub(super) fn duplicate_events(&mut self, scope: NodeId, events: &[NodeId]) {
        for kind in ["messageEventDefinition", "signalEventDefinition"] {
            self.duplicate_names(scope, events, kind);
        }
        for (kind, what) in [("errorEventDefinition", "error"), ("escalationEventDefinition", "escalation")] {
            for code in self.repeated(events, kind) {
                let message = if code.is_empty() {
                    format!(
                        "The same scope can not contain more than one {what} catch event without {what} \
                         code. An {what} catch event without {what} code catches all {what}s."
                    )
                } else {
                    format!(
                        "Multiple {what} catch events with the same {what} code '{code}' are not supported \
                         on the same scope."
                    )
                };
                self.report(scope, message);
            }
        }
    }

    /// Conditions of the event sub-processes of a process are unique.
    pub(super) fn duplicate_conditions(&mut self, process: NodeId, starts: &[NodeId]) {
        let id = self.model.id(process).unwrap_or_default();
        for condition in self.repeated(starts, "conditionalEventDefinition") {
            let message = format!(
                "Duplicate condition expression '{condition}' found in conditional start events of event \
                 subprocesses in process '{id}'. Condition expressions for conditional start events in event \
                 subprocesses must be unique within a process."
            );
            self.report(process, message);
        }
    }
}
