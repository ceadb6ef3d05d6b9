//! Decisions found and evaluated, for clients and for business rule tasks.

use tidemill_dmn::{EvaluatedElement, MatchedRule, Outcome, Program};
use tidemill_feel::{MessagePackMap, Value, Variables};
use tidemill_record::value::{
    DecisionEvaluationValue, EvaluatedDecisionValue, EvaluatedInputValue, EvaluatedOutputValue,
    MatchedRuleValue,
};
use tidemill_record::{DecisionEvaluationIntent, ListBuffer, PackedValue, ValueType};

use super::incidents::truncated;
use crate::context::Context;
use crate::expression::{self, ScopeVariables};
use crate::log::Written;
use crate::state::State;

/// What a decision decides about.
#[derive(Clone, Copy, Debug)]
pub enum Source<'s> {
    /// A document.
    Document(&'s [u8]),
    /// The variables seen from a scope.
    Scope(i64),
}

/// An evaluation and its record.
#[derive(Debug)]
pub struct Evaluated {
    /// EVALUATED or FAILED.
    pub written: Written,
    /// The value in MessagePack, or why there is none.
    pub result: Result<Vec<u8>, String>,
}

/// The key of a decision's latest version.
///
/// # Errors
/// What clients and incidents say when there is none.
pub fn find_by_id(context: &Context<'_, '_, '_>, id: &str) -> Result<i64, String> {
    let latest = context.state.latest_decision(id).map(|latest| latest.key);
    latest.ok_or_else(|| format!("Expected to evaluate decision '{id}', but no decision found for id '{id}'"))
}

/// The key, if there is such a decision.
///
/// # Errors
/// What clients hear when there is none.
pub fn find_by_key(context: &Context<'_, '_, '_>, key: i64) -> Result<i64, String> {
    let found = context.state.decision(key).map(|_| key);
    found.ok_or_else(|| {
        format!("Expected to evaluate decision '{key}', but no decision found for key '{key}'")
    })
}

/// What an evaluation gave, out of the way of the state that it read.
struct Evaluation {
    evaluated: ListBuffer,
    output: Vec<u8>,
    /// The decision that failed, and why.
    failure: Option<(String, String)>,
}

/// Evaluates a decision that is there and tells of it; `caller` says who asked.
pub fn evaluate(
    context: &mut Context<'_, '_, '_>,
    decision_key: i64,
    source: Source<'_>,
    caller: &DecisionEvaluationValue<'_>,
) -> Evaluated {
    let row = context.state.decision(decision_key).expect("the caller has found the decision");
    let requirements_key = row.decision_requirements_key;
    let Evaluation { evaluated, output, failure } =
        match context.definitions.decisions(context.state, requirements_key) {
            Some(program) => run(context, &program, decision_key, source),
            None => unreadable(row.decision_id),
        };
    let key = context.next_key();
    let row = context.state.decision(decision_key).expect("nothing has changed");
    let (failed_decision_id, message) =
        failure.as_ref().map_or(("", ""), |(id, message)| (id.as_str(), message.as_str()));
    let value = DecisionEvaluationValue {
        decision_key,
        decision_id: row.decision_id,
        decision_name: row.decision_name,
        decision_version: row.version,
        decision_requirements_id: row.decision_requirements_id,
        decision_requirements_key: requirements_key,
        decision_output: PackedValue(&output),
        evaluated_decisions: evaluated.as_list(),
        evaluation_failure_message: message,
        failed_decision_id,
        ..*caller
    };
    let intent = match failure {
        None => DecisionEvaluationIntent::Evaluated,
        Some(_) => DecisionEvaluationIntent::Failed,
    };
    let written = context.log.event(key, ValueType::DecisionEvaluation, intent, &value);
    context.apply(written);
    Evaluated { written, result: failure.map_or(Ok(output), |(_, message)| Err(message)) }
}

fn unreadable(decision_id: &str) -> Evaluation {
    let message =
        format!("Expected to evaluate decision '{decision_id}', but its requirements graph cannot be read");
    let failure = Some((decision_id.to_owned(), message));
    Evaluation { evaluated: ListBuffer::default(), output: packed(&Value::Null), failure }
}

fn run(
    context: &mut Context<'_, '_, '_>,
    program: &Program,
    decision_key: i64,
    source: Source<'_>,
) -> Evaluation {
    let environment = expression::environment(context);
    let state = &*context.state;
    let row = state.decision(decision_key).expect("the caller has found the decision");
    let (in_scope, in_document);
    let variables: &dyn Variables = match source {
        Source::Scope(scope_key) => {
            in_scope = ScopeVariables { state, scope_key };
            &in_scope
        }
        Source::Document(document) => {
            in_document = MessagePackMap(document);
            &in_document
        }
    };
    let outcome = context.decision_evaluator.evaluate(program, row.decision_id, variables, &environment);
    let evaluated = list(state, row.decision_requirements_key, &outcome);
    let failure = outcome.result.as_ref().err();
    let failure =
        failure.map(|failure| (failure.failed_decision_id.clone(), truncated(&failure.message).to_owned()));
    let mut output = Vec::new();
    outcome.write_output(&mut output);
    Evaluation { evaluated, output, failure }
}

fn packed(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    value.write_message_pack(&mut out);
    out
}

fn list(state: &State, requirements_key: i64, outcome: &Outcome<'_>) -> ListBuffer {
    let mut list = ListBuffer::default();
    for element in &outcome.evaluated {
        put_element(state, requirements_key, element, &mut list);
    }
    list
}

fn put_element(state: &State, requirements_key: i64, element: &EvaluatedElement<'_>, out: &mut ListBuffer) {
    let row = element.decision.and_then(|_| state.decision_of(requirements_key, element.id));
    let (mut inputs, mut rules) = (ListBuffer::default(), ListBuffer::default());
    for evaluated in &element.inputs {
        inputs.push(&EvaluatedInputValue {
            input_id: &evaluated.input.id,
            input_name: &evaluated.input.name,
            input_value: PackedValue(&packed(&evaluated.value)),
        });
    }
    for matched in &element.matched_rules {
        put_rule(matched, &mut rules);
    }
    out.push(&EvaluatedDecisionValue {
        decision_id: element.id,
        decision_name: element.name,
        decision_key: row.map_or(-1, |row| row.decision_key),
        decision_version: row.map_or(-1, |row| row.version),
        decision_type: &element.kind.to_string(),
        decision_output: PackedValue(&packed(&element.output)),
        evaluated_inputs: inputs.as_list(),
        matched_rules: rules.as_list(),
        ..EvaluatedDecisionValue::default()
    });
}

fn put_rule(matched: &MatchedRule<'_>, out: &mut ListBuffer) {
    let mut outputs = ListBuffer::default();
    for evaluated in &matched.outputs {
        outputs.push(&EvaluatedOutputValue {
            output_id: &evaluated.output.id,
            output_name: &evaluated.output.label,
            output_value: PackedValue(&packed(&evaluated.value)),
        });
    }
    out.push(&MatchedRuleValue {
        rule_id: &matched.rule.id,
        rule_index: matched.index as i32,
        evaluated_outputs: outputs.as_list(),
    });
}
