//! Decision tables: which rules match, and what they give. The hit policy is in `hit_policy.rs`.

use crate::audit::{EvaluatedInput, EvaluatedOutput, MatchedRule};
use crate::evaluation::{Evaluation, Failed, Outcome};
use crate::types::shown;
use tidemill_feel::{Context, Entries, Evaluator, Probe, Scope, Text, Value};
use tidemill_model::dmn::{DecisionTable, HitPolicy, Rule};

/// What happened in a table.
#[derive(Debug, Default)]
pub(crate) struct TableTrace<'a> {
    pub inputs: Vec<EvaluatedInput<'a>>,
    pub matched_rules: Vec<MatchedRule<'a>>,
}

impl<'a> Evaluation<'a, '_> {
    /// The value of a table; fills the trace as far as it gets.
    pub fn table(
        &self,
        feel: &mut Evaluator,
        table: &'a DecisionTable,
        scope: &Scope<'a>,
        trace: &mut TableTrace<'a>,
    ) -> Outcome<'a> {
        if !feel.spend(1 + table.rules.len() as u64) {
            return Err(Failed("the decision takes too many steps".into()));
        }
        let mut inputs = Vec::with_capacity(table.inputs.len());
        for input in &table.inputs {
            let value = self.expression(feel, &input.expression, scope)?;
            inputs.push(EvaluatedInput { input, value });
        }
        trace.inputs = inputs;
        let matched = self.matching(feel, table, &trace.inputs, scope)?;
        if matched.is_empty() {
            return self.defaults(feel, table, scope);
        }
        let mut rules = Vec::with_capacity(matched.len());
        for at in matched {
            let rule = &table.rules[at];
            let mut outputs = Vec::with_capacity(table.outputs.len());
            for (output, expression) in table.outputs.iter().zip(&rule.outputs) {
                let value = self.expression(feel, expression, scope)?;
                outputs.push(EvaluatedOutput { output, value });
            }
            rules.push(MatchedRule { rule, index: at as u32 + 1, outputs });
        }
        trace.matched_rules = rules;
        self.apply_hit_policy(feel, table, &trace.matched_rules, scope)
    }

    /// Positions of the rules whose entries all accept their inputs.
    fn matching(
        &self,
        feel: &mut Evaluator,
        table: &'a DecisionTable,
        inputs: &[EvaluatedInput<'a>],
        scope: &Scope<'a>,
    ) -> Result<Vec<usize>, Failed> {
        let columns = table.inputs.len();
        let probes: Vec<Probe<'_, 'a>> = inputs.iter().map(|input| Probe::of(&input.value)).collect();
        let mut rows = self.program.tests(table).0.chunks_exact(columns.max(1));
        let mut matched = Vec::new();
        'rules: for (at, rule) in table.rules.iter().enumerate() {
            // Without inputs there are no tests, and every rule matches.
            let row = rows.next().unwrap_or_default();
            for (column, (test, probe)) in row.iter().zip(&probes).enumerate() {
                let accepted = match test {
                    Some(test) => test.accepts(probe) == Some(true),
                    None => self.accepts(feel, rule, column, &inputs[column].value, scope)?,
                };
                if !accepted {
                    continue 'rules;
                }
            }
            matched.push(at);
            if table.hit_policy == HitPolicy::First {
                break;
            }
        }
        Ok(matched)
    }

    fn accepts(
        &self,
        feel: &mut Evaluator,
        rule: &'a Rule,
        column: usize,
        input: &Value<'a>,
        scope: &Scope<'a>,
    ) -> Result<bool, Failed> {
        let answer = feel.tests_within(&rule.inputs[column], input.clone(), self.see(scope));
        match answer.map_err(|failure| Failed(failure.to_string()))? {
            Value::Boolean(answer) => Ok(answer),
            Value::Null => Ok(false),
            other => Err(Failed(format!(
                "input entry must return true, false, or null, but found '{}'",
                shown(&other)
            ))),
        }
    }

    /// The default outputs; null when there are none.
    fn defaults(&self, feel: &mut Evaluator, table: &'a DecisionTable, scope: &Scope<'a>) -> Outcome<'a> {
        let mut entries = Entries::default();
        let mut last = Value::Null;
        let mut count = 0;
        for output in &table.outputs {
            let Some(default) = &output.default else { continue };
            last = self.expression(feel, default, scope)?;
            entries.insert(Text::Borrowed(&output.name), last.clone());
            count += 1;
        }
        Ok(if count > 1 { Value::Context(Context::from(entries)) } else { last })
    }
}
