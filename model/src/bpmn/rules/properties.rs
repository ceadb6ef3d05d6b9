//! What a property may hold: an expression, a static value, a path, a list, a date, a number.

use super::Checker;
use crate::Text;
use crate::xml::NodeId;

/// Words that no mapping may write to.
const RESERVED_WORDS: &[&str] =
    &["null", "true", "false", "function", "if", "then", "else", "for", "between", "instance", "of"];

impl Checker<'_> {
    /// An expression that parses, any static value, or nothing.
    pub(super) fn optional(&mut self, node: NodeId, text: &str) {
        if let Some(problem) = Text::new(text).expression_error() {
            self.report(node, problem);
        }
    }

    /// As [`Self::optional`], but not empty.
    pub(super) fn mandatory(&mut self, node: NodeId, text: &str) {
        if text.is_empty() {
            self.report(node, "Expected expression but not found.");
        }
        self.optional(node, text);
    }

    /// An expression, never a static value.
    pub(super) fn dynamic(&mut self, node: NodeId, text: &str, mandatory: bool) {
        if text.is_empty() {
            if mandatory {
                self.report(node, "Expected expression but not found.");
            }
            return;
        }
        if !Text::new(text).is_expression() {
            self.static_instead_of_expression(node, text);
        }
        self.optional(node, text);
    }

    pub(super) fn static_instead_of_expression(&mut self, node: NodeId, text: &str) {
        let message = format!(
            "Expected expression but found static value '{text}'. An expression must start with '=' (e.g. \
             '={text}')."
        );
        self.report(node, message);
    }

    /// The target of a mapping: names separated by dots.
    pub(super) fn path(&mut self, node: NodeId, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            self.report(node, "Expected path expression but not found.");
            return;
        };
        let is_name = |part: &str| {
            let mut chars = part.chars();
            chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if RESERVED_WORDS.contains(&text) {
            let message = format!(
                "Expected path expression '{text}' but is one of the reserved words ({}).",
                RESERVED_WORDS.join(", ")
            );
            self.report(node, message);
        }
        if !text.split('.').all(is_name) {
            let message = format!(
                "Expected path expression '{text}' but doesn't match the pattern \
                 '[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)*'."
            );
            self.report(node, message);
        }
    }

    /// An expression or `a,b,c`.
    pub(super) fn comma_separated(&mut self, node: NodeId, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        if Text::new(text).is_expression() {
            self.optional(node, text);
        } else if text.split(',').any(|item| item.trim().is_empty()) {
            let message = format!(
                "Expected static value to be a list of comma-separated values, e.g. 'a,b,c', but found \
                 '{text}'."
            );
            self.report(node, message);
        }
    }

    /// An expression or a date-time.
    pub(super) fn date_time(&mut self, node: NodeId, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        if Text::new(text).is_expression() {
            self.optional(node, text);
        } else if crate::timer::parse_date_time(text).is_none() {
            let message = format!(
                "Expected static value to be a valid DateTime String, e.g. '2023-03-02T15:35+02:00', but \
                 found '{text}'."
            );
            self.report(node, message);
        }
    }

    /// An expression or a whole number from 0 to 100.
    pub(super) fn priority(&mut self, node: NodeId, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        if Text::new(text).is_expression() {
            self.optional(node, text);
            return;
        }
        match text.parse::<i32>() {
            Ok(0..=100) => {}
            Ok(_) => {
                self.report(node, format!("Priority must be a number between 0 and 100, but was '{text}'."));
            }
            Err(_) => {
                let message = format!(
                    "Expected static value to be a valid Number between 0 and 100, but found '{text}'."
                );
                self.report(node, message);
            }
        }
    }
}
