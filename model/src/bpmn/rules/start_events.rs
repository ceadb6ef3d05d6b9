//! Start events of processes and event sub-processes.

use super::Checker;
use crate::Text;
use crate::graph::TimerKind;
use crate::xml::NodeId;

impl Checker<'_> {
    pub(super) fn start_event(&mut self, node: NodeId) {
        if self.model.event_definitions(node).len() > 1 {
            self.report(node, "Start event can't have more than one type");
        }
    }

    /// A start event directly in a process: names and timers are evaluated at deployment, without variables.
    pub(super) fn process_start_event(&mut self, node: NodeId) {
        let model = self.model;
        let Some(definition) = model.event_definitions(node).first().copied() else { return };
        match model.kind(definition) {
            "messageEventDefinition" => self.constant_name(node, definition, "messageRef", "message"),
            "signalEventDefinition" => self.constant_name(node, definition, "signalRef", "signal"),
            "timerEventDefinition" => self.constant_timer(node, definition, true),
            _ => {}
        }
    }

    fn constant_name(&mut self, node: NodeId, definition: NodeId, reference: &str, kind: &str) {
        let model = self.model;
        let Some(named) = model.referenced(definition, reference, kind) else { return };
        let Some(name) = model.filled(named, "name") else { return };
        if let Err(found) = Text::new(name).constant_string() {
            let message = format!(
                "Expected constant expression of type String for {kind} name '{name}', but was {found}"
            );
            self.report(node, message);
        }
    }

    /// A timer that needs no variable: static anywhere, and an expression at the start of a process.
    pub(super) fn constant_timer(&mut self, event: NodeId, definition: NodeId, evaluate: bool) {
        let model = self.model;
        let forms = [
            ("timeDate", TimerKind::Date, "date"),
            ("timeDuration", TimerKind::Duration, "duration"),
            ("timeCycle", TimerKind::Cycle, "cycle"),
        ];
        for (name, kind, word) in forms {
            let Some(child) = model.bpmn(definition, name).next() else { continue };
            let text = Text::new(model.text(child));
            if text.expression_error().is_some() || (text.is_expression() && !evaluate) {
                continue;
            }
            if let Err(problem) = text.constant_timer(kind) {
                self.report(event, format!("Invalid timer {word} expression ({problem})"));
            }
        }
    }

    pub(super) fn event_sub_process(&mut self, node: NodeId, starts: &[NodeId]) {
        let model = self.model;
        let parent = model.node(node).parent;
        for start in starts {
            let definitions = model.event_definitions(*start);
            let interrupting = model.attribute(*start, "isInterrupting") != Some("false");
            let kind = definitions.first().map_or("", |definition| model.kind(*definition));
            match kind {
                "compensateEventDefinition" if parent.is_some_and(|p| model.kind(p) == "process") => {
                    self.report(node, "A compensation event subprocess is not allowed on the process level");
                }
                "errorEventDefinition" if !interrupting => {
                    self.report(node, "Non-Interrupting event of this type is not allowed");
                }
                "timerEventDefinition"
                    if interrupting && model.bpmn(definitions[0], "timeCycle").next().is_some() =>
                {
                    self.report(node, "Interrupting timer event with time cycle is not allowed.");
                }
                _ => {}
            }
            let allowed = [
                "messageEventDefinition",
                "timerEventDefinition",
                "errorEventDefinition",
                "signalEventDefinition",
                "escalationEventDefinition",
                "conditionalEventDefinition",
            ];
            if !allowed.contains(&kind) {
                self.report(
                    node,
                    "Start events in event subprocesses must be one of: message, timer, error, signal, \
                     escalation or conditional",
                );
            }
            if interrupting && parent.is_some_and(|p| model.kind(p) == "adHocSubProcess") {
                self.report(
                    node,
                    "An interrupting event subprocess is not allowed inside an ad-hoc subprocess",
                );
            }
        }
    }
}
