//! Decision tables.

use super::{Aggregation, DecisionTable, HitPolicy, Input, Output, Reader, Rule};
use crate::xml::NodeId;
use tidemill_feel::Expression;

impl<'a> Reader<'a> {
    /// Reads a table. `None` when a part of it is broken (reported).
    pub(super) fn decision_table(&mut self, node: NodeId) -> Option<DecisionTable> {
        let hit_policy = self.hit_policy(node)?;
        let inputs = self.children(node, "input");
        let outputs = self.children(node, "output");
        let rules = self.children(node, "rule");
        if outputs.is_empty() {
            self.report(node, "A decision table must have at least one output");
            return None;
        }
        if outputs.len() > 1 && outputs.iter().any(|output| self.attribute(*output, "name").is_empty()) {
            self.report(node, "The outputs of a decision table must have a name if there is more than one");
        }
        let aggregates =
            matches!(hit_policy, HitPolicy::Collect(aggregation) if aggregation != Aggregation::List);
        if aggregates && outputs.len() > 1 {
            self.report(node, "An aggregation is only possible for a decision table with one output");
        }
        let inputs: Option<Vec<Input>> = inputs.into_iter().map(|input| self.input(input)).collect();
        let outputs: Option<Vec<Output>> = outputs.into_iter().map(|output| self.output(output)).collect();
        let (inputs, outputs) = (inputs?, outputs?);
        let rules: Option<Vec<Rule>> =
            rules.into_iter().map(|rule| self.rule(rule, inputs.len(), outputs.len())).collect();
        Some(DecisionTable { hit_policy, inputs, outputs, rules: rules? })
    }

    fn hit_policy(&mut self, node: NodeId) -> Option<HitPolicy> {
        let aggregation = match self.document.attribute(node, "aggregation") {
            None | Some("") => Aggregation::List,
            Some("SUM") => Aggregation::Sum,
            Some("MIN") => Aggregation::Min,
            Some("MAX") => Aggregation::Max,
            Some("COUNT") => Aggregation::Count,
            Some(other) => {
                self.report(node, format!("The aggregation '{other}' is unknown"));
                return None;
            }
        };
        Some(match self.document.attribute(node, "hitPolicy") {
            None | Some("UNIQUE" | "") => HitPolicy::Unique,
            Some("FIRST") => HitPolicy::First,
            Some("ANY") => HitPolicy::Any,
            Some("PRIORITY") => HitPolicy::Priority,
            Some("OUTPUT ORDER") => HitPolicy::OutputOrder,
            Some("RULE ORDER") => HitPolicy::RuleOrder,
            Some("COLLECT") => HitPolicy::Collect(aggregation),
            Some(other) => {
                self.report(node, format!("The hit policy '{other}' is unknown"));
                return None;
            }
        })
    }

    fn input(&mut self, node: NodeId) -> Option<Input> {
        let id = self.attribute(node, "id");
        let label = self.document.attribute(node, "label").filter(|label| !label.is_empty());
        let Some(expression_node) = self.child(node, "inputExpression") else {
            self.report(node, "An input must have an expression");
            return None;
        };
        self.language(expression_node);
        let values = self.child(node, "inputValues");
        Some(Input {
            name: label.unwrap_or_else(|| self.text(expression_node)).into(),
            type_ref: self.type_ref(expression_node),
            expression: self.expression(expression_node, self.text(expression_node))?,
            values: match values {
                Some(values) => Some(self.tests(values, self.text(values))?),
                None => None,
            },
            id,
        })
    }

    fn output(&mut self, node: NodeId) -> Option<Output> {
        let name = self.attribute(node, "name");
        let label = self.document.attribute(node, "label").filter(|label| !label.is_empty());
        let default = match self.child(node, "defaultOutputEntry") {
            Some(default) => Some(self.expression(default, self.text(default))?),
            None => None,
        };
        let values = match self.child(node, "outputValues") {
            Some(values) => self.output_values(values)?,
            None => Vec::new(),
        };
        Some(Output {
            id: self.attribute(node, "id"),
            label: label.map_or_else(|| name.clone(), Into::into),
            name,
            type_ref: self.type_ref(node),
            values,
            default,
        })
    }

    /// Splits at commas outside of quotes and brackets.
    fn output_values(&mut self, node: NodeId) -> Option<Vec<Expression>> {
        let text = self.text(node);
        let (mut parts, mut start, mut depth, mut quoted, mut escaped) = (Vec::new(), 0, 0_i32, false, false);
        for (at, c) in text.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => depth = depth.saturating_add(1),
                ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
                ',' if !quoted && depth == 0 => {
                    parts.push(&text[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        if !text.trim().is_empty() {
            parts.push(&text[start..]);
        }
        parts.into_iter().map(|part| self.expression(node, part.trim())).collect()
    }

    fn rule(&mut self, node: NodeId, inputs: usize, outputs: usize) -> Option<Rule> {
        let input_entries = self.children(node, "inputEntry");
        let output_entries = self.children(node, "outputEntry");
        if input_entries.len() != inputs || output_entries.len() != outputs {
            let message = format!(
                "A rule must have one entry for each of {inputs} inputs and {outputs} outputs, but has {} \
                 and {}",
                input_entries.len(),
                output_entries.len()
            );
            self.report(node, message);
            return None;
        }
        for entry in input_entries.iter().chain(&output_entries) {
            self.language(*entry);
        }
        let inputs = input_entries.into_iter().map(|entry| self.tests(entry, self.text(entry)));
        let inputs: Option<Vec<_>> = inputs.collect();
        let outputs = output_entries.into_iter().map(|entry| self.expression(entry, self.text(entry)));
        let outputs: Option<Vec<_>> = outputs.collect();
        Some(Rule { id: self.attribute(node, "id"), inputs: inputs?, outputs: outputs? })
    }
}
