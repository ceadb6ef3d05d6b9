//! An evaluation as JSON, for people and scripts.

use crate::audit::Outcome;
use tidemill_feel::{Context, Entries, List, Text, Value};

/// Output or failure, and the evaluated decisions in order, as one JSON object.
pub fn report(outcome: &Outcome<'_>) -> String {
    let (output, failure) = match &outcome.result {
        Ok(value) => (value.clone(), None),
        Err(failure) => (Value::Null, Some(failure)),
    };
    let mut entries = vec![("output", output)];
    if let Some(failure) = failure {
        entries.push(("failedDecisionId", string(&failure.failed_decision_id)));
        entries.push(("failureMessage", string(&failure.message)));
    }
    let evaluated = outcome.evaluated.iter().map(|element| {
        let inputs = element.inputs.iter().map(|evaluated| {
            let input = evaluated.input;
            object(vec![
                ("inputId", string(&input.id)),
                ("inputName", string(&input.name)),
                ("inputValue", evaluated.value.clone()),
            ])
        });
        let rules = element.matched_rules.iter().map(|matched| {
            let outputs = matched.outputs.iter().map(|evaluated| {
                object(vec![
                    ("outputId", string(&evaluated.output.id)),
                    ("outputName", string(&evaluated.output.label)),
                    ("outputValue", evaluated.value.clone()),
                ])
            });
            object(vec![
                ("ruleId", string(&matched.rule.id)),
                ("ruleIndex", Value::Number(i64::from(matched.index).into())),
                ("evaluatedOutputs", list(outputs)),
            ])
        });
        object(vec![
            ("decisionId", string(element.id)),
            ("decisionName", string(element.name)),
            ("decisionType", string(&element.kind.to_string())),
            ("decisionOutput", element.output.clone()),
            ("evaluatedInputs", list(inputs)),
            ("matchedRules", list(rules)),
        ])
    });
    entries.push(("evaluatedDecisions", list(evaluated)));
    json(&object(entries))
}

/// A value as JSON, with temporal values in the form that they have in variables.
pub fn json(value: &Value<'_>) -> String {
    let mut encoded = Vec::new();
    value.write_message_pack(&mut encoded);
    Value::from_message_pack(&encoded).to_json()
}

fn string<'a>(text: &str) -> Value<'a> {
    Value::String(Text::Shared(text.into()))
}

fn list<'a>(items: impl Iterator<Item = Value<'a>>) -> Value<'a> {
    Value::List(List::from(items.collect::<Vec<_>>()))
}

fn object<'a>(named: Vec<(&'static str, Value<'a>)>) -> Value<'a> {
    let mut entries = Entries::default();
    for (name, value) in named {
        entries.insert(Text::Borrowed(name), value);
    }
    Value::Context(Context::from(entries))
}
