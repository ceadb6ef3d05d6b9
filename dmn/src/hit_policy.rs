//! Hit policies: from the outputs of matching rules to the value of a table.

use crate::audit::MatchedRule;
use crate::evaluation::{Evaluation, Failed, Outcome};
use crate::types::shown;
use tidemill_feel::decimal::Decimal;
use tidemill_feel::{Context, Entries, Evaluator, List, Scope, Text, Value};
use tidemill_model::dmn::{Aggregation, DecisionTable, HitPolicy};

impl<'a> Evaluation<'a, '_> {
    /// The value that the matching rules, of which there is at least one, make.
    pub fn apply_hit_policy(
        &self,
        feel: &mut Evaluator,
        table: &'a DecisionTable,
        rules: &[MatchedRule<'a>],
        scope: &Scope<'a>,
    ) -> Outcome<'a> {
        assert!(!rules.is_empty(), "hit policies decide between rules that match");
        match table.hit_policy {
            HitPolicy::First => Ok(single(&rules[0])),
            HitPolicy::Unique if rules.len() == 1 => Ok(single(&rules[0])),
            HitPolicy::Unique => Err(Failed(format!(
                "multiple values aren't allowed for UNIQUE hit policy. found: '{}'",
                all(rules)
            ))),
            HitPolicy::Any => match rules.iter().find(|rule| !same_outputs(rule, &rules[0])) {
                None => Ok(single(&rules[0])),
                Some(_) => Err(Failed(format!(
                    "different values aren't allowed for ANY hit policy. found: '{}'",
                    all(rules)
                ))),
            },
            HitPolicy::Priority => {
                let order = self.by_priority(feel, table, rules, scope)?;
                Ok(single(&rules[order[0]]))
            }
            HitPolicy::OutputOrder => {
                let order = self.by_priority(feel, table, rules, scope)?;
                Ok(list(order.iter().map(|at| single(&rules[*at]))))
            }
            HitPolicy::RuleOrder => Ok(list(rules.iter().map(single))),
            HitPolicy::Collect(aggregation) => aggregate(aggregation, rules),
        }
    }

    /// Positions of the rules in the order of the listed output values, the first column before the second;
    /// values that are not listed come last. Rules of one priority keep their order.
    fn by_priority(
        &self,
        feel: &mut Evaluator,
        table: &'a DecisionTable,
        rules: &[MatchedRule<'a>],
        scope: &Scope<'a>,
    ) -> Result<Vec<usize>, Failed> {
        let mut listed = Vec::with_capacity(table.outputs.len());
        for output in &table.outputs {
            let values: Result<Vec<_>, _> =
                output.values.iter().map(|value| self.expression(feel, value, scope)).collect();
            listed.push(values?);
        }
        let priority = |rule: &MatchedRule<'a>| -> Vec<usize> {
            let columns = rule.outputs.iter().zip(&listed);
            let position = |value: &Value<'a>, listed: &[Value<'a>]| {
                listed.iter().position(|known| known.equals(value)).unwrap_or(usize::MAX)
            };
            columns.map(|(output, listed)| position(&output.value, listed)).collect()
        };
        let mut order: Vec<usize> = (0..rules.len()).collect();
        order.sort_by_cached_key(|at| priority(&rules[*at]));
        Ok(order)
    }
}

/// One output is its value, several are a context.
fn single<'a>(rule: &MatchedRule<'a>) -> Value<'a> {
    if let [output] = &rule.outputs[..] {
        return output.value.clone();
    }
    let mut entries = Entries::default();
    for output in &rule.outputs {
        entries.insert(Text::Borrowed(&output.output.name), output.value.clone());
    }
    Value::Context(Context::from(entries))
}

fn list<'a>(values: impl Iterator<Item = Value<'a>>) -> Value<'a> {
    Value::List(List::from(values.collect::<Vec<_>>()))
}

fn same_outputs(left: &MatchedRule<'_>, right: &MatchedRule<'_>) -> bool {
    let mut pairs = left.outputs.iter().zip(&right.outputs);
    pairs.all(|(left, right)| left.value.equals(&right.value))
}

fn aggregate<'a>(aggregation: Aggregation, rules: &[MatchedRule<'a>]) -> Outcome<'a> {
    let fold = |combine: &dyn Fn(Decimal, &Decimal) -> Result<Decimal, Failed>| {
        let mut result = number(&rules[0])?.clone();
        for rule in &rules[1..] {
            result = combine(result, number(rule)?)?;
        }
        Ok(Value::Number(result))
    };
    match aggregation {
        Aggregation::List => Ok(list(rules.iter().map(single))),
        Aggregation::Count => Ok(Value::Number(Decimal::from(rules.len()))),
        Aggregation::Sum => {
            fold(&|sum, next| sum.add(next).map_err(|overflow| Failed(format!("cannot add up: {overflow}"))))
        }
        Aggregation::Min => fold(&|least, next| Ok(if *next < least { next.clone() } else { least })),
        Aggregation::Max => fold(&|most, next| Ok(if *next > most { next.clone() } else { most })),
    }
}

fn number<'r>(rule: &'r MatchedRule<'_>) -> Result<&'r Decimal, Failed> {
    let [output] = &rule.outputs[..] else {
        return Err(Failed("multiple values aren't allowed for an aggregation".into()));
    };
    match &output.value {
        Value::Number(number) => Ok(number),
        other => Err(Failed(format!("expected number but found '{}'", shown(other)))),
    }
}

/// The outputs of rules as messages show them.
fn all(rules: &[MatchedRule<'_>]) -> String {
    let rule = |rule: &MatchedRule<'_>| {
        let outputs = rule.outputs.iter();
        let outputs: Vec<String> =
            outputs.map(|output| format!("{} -> {}", output.output.name, shown(&output.value))).collect();
        format!("Map({})", outputs.join(", "))
    };
    let rules: Vec<String> = rules.iter().take(100).map(rule).collect();
    format!("List({})", rules.join(", "))
}
