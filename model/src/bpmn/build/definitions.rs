//! Event definitions: timer, message, signal, error, escalation, link, compensation, condition, terminate.

use super::Builder;
use crate::Text;
use crate::graph::*;
use crate::xml::NodeId;
use std::sync::Arc;

impl Builder<'_> {
    pub(super) fn event_definition(&mut self, definition: NodeId, index: ElementIndex) {
        let model = self.model;
        let event_type = match model.kind(definition) {
            "timerEventDefinition" => EventType::Timer,
            "messageEventDefinition" => EventType::Message,
            "signalEventDefinition" => EventType::Signal,
            "errorEventDefinition" => EventType::Error,
            "escalationEventDefinition" => EventType::Escalation,
            "linkEventDefinition" => EventType::Link,
            "compensateEventDefinition" => EventType::Compensation,
            "conditionalEventDefinition" => EventType::Conditional,
            "terminateEventDefinition" => EventType::Terminate,
            _ => EventType::Unspecified,
        };
        let timer = if event_type == EventType::Timer { self.timer(definition) } else { None };
        let message = if event_type == EventType::Message { self.message(definition) } else { None };
        let code = |reference, kind, attribute| {
            let found = model.referenced(definition, reference, kind)?;
            model.filled(found, attribute).map(Text::new)
        };
        let signal = || model.filled(model.referenced(definition, "signalRef", "signal")?, "name");
        let conditional =
            if event_type == EventType::Conditional { self.conditional(definition) } else { None };
        let element = &mut self.elements[index.index()];
        element.event_type = event_type;
        match event_type {
            EventType::Timer => element.timer = timer,
            EventType::Message => element.message = message,
            EventType::Signal => element.signal = signal().map(|name| Signal { name: Text::new(name) }),
            EventType::Error => {
                element.error = Some(ErrorEvent { code: code("errorRef", "error", "errorCode") })
            }
            EventType::Escalation => {
                let code = code("escalationRef", "escalation", "escalationCode");
                element.escalation = Some(Escalation { code });
            }
            EventType::Link => element.link = model.attribute(definition, "name").map(Into::into),
            EventType::Compensation => {
                let activity = model.filled(definition, "activityRef").map(Into::into);
                element.compensation = Some(Compensation { activity });
            }
            EventType::Conditional => element.conditional = conditional,
            EventType::None | EventType::Terminate | EventType::Unspecified => {}
        }
    }

    fn timer(&self, definition: NodeId) -> Option<Timer> {
        let forms = [
            ("timeDate", TimerKind::Date),
            ("timeDuration", TimerKind::Duration),
            ("timeCycle", TimerKind::Cycle),
        ];
        forms.into_iter().find_map(|(name, kind)| {
            let text = self.text_child(definition, name)?;
            let parsed = text.static_value().and_then(|text| crate::timer::parse(kind, text).ok());
            Some(Timer { kind, text, parsed })
        })
    }

    /// The message that a message event definition or a receive task refers to.
    pub(super) fn message(&self, node: NodeId) -> Option<Message> {
        let model = self.model;
        let message = model.referenced(node, "messageRef", "message")?;
        let subscription = model.extension(message, "subscription");
        Some(Message {
            id: model.id(message)?.into(),
            name: Text::new(model.attribute(message, "name")?),
            correlation_key: subscription.and_then(|s| self.text(s, "correlationKey")),
        })
    }

    fn conditional(&self, definition: NodeId) -> Option<Conditional> {
        let model = self.model;
        let filter = model.extension(definition, "conditionalFilter");
        let list = |attribute| -> Box<[Arc<str>]> {
            let text = filter.and_then(|f| model.attribute(f, attribute)).unwrap_or_default();
            text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(Into::into).collect()
        };
        Some(Conditional {
            condition: self.text_child(definition, "condition")?,
            variable_names: list("variableNames"),
            variable_events: list("variableEvents"),
        })
    }
}
