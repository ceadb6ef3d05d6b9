//! Builds small models and evaluates them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use tidemill_dmn::{DecisionEvaluator, Program};
use tidemill_feel::{Environment, MessagePackMap, Value};
use tidemill_model::read_dmn;

/// A resource with this content.
pub fn model(content: &str) -> String {
    format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"g\" name=\"g\" \
         namespace=\"n\">{content}</definitions>"
    )
}

/// A resource with one table `d`: attributes, input expressions, output elements, and rules with their input
/// entries before their output entries.
pub fn table(attributes: &str, inputs: &[&str], outputs: &str, rules: &[&[&str]]) -> String {
    model(&format!(
        "<decision id=\"d\" name=\"D\">{}</decision>",
        bare_table(attributes, inputs, outputs, rules)
    ))
}

/// The element `decisionTable` alone.
pub fn bare_table(attributes: &str, inputs: &[&str], outputs: &str, rules: &[&[&str]]) -> String {
    let mut text = format!("<decisionTable {attributes}>");
    for input in inputs {
        let expression = format!("<inputExpression><text>{input}</text></inputExpression>");
        text.push_str(&format!("<input id=\"in-{input}\" label=\"the {input}\">{expression}</input>"));
    }
    text.push_str(outputs);
    for (at, rule) in rules.iter().enumerate() {
        text.push_str(&format!("<rule id=\"rule{}\">", at + 1));
        for (column, entry) in rule.iter().enumerate() {
            let name = if column < inputs.len() { "inputEntry" } else { "outputEntry" };
            let entry = entry.replace('<', "&lt;");
            text.push_str(&format!("<{name}><text>{entry}</text></{name}>"));
        }
        text.push_str("</rule>");
    }
    text + "</decisionTable>"
}

/// Reads and prepares a resource that is valid.
pub fn program(resource: &str) -> Program {
    match read_dmn("test.dmn", resource.as_bytes()) {
        Ok(graph) => Program::new(graph),
        Err(violations) => panic!("the model is invalid: {violations:?}\n{resource}"),
    }
}

/// The result as JSON (or `failure in <id>: <message>`) and the report of a decision of a resource, with
/// variables given as JSON and passed as MessagePack.
pub fn evaluate(resource: &str, decision: &str, variables: &str) -> (String, String) {
    let program = program(resource);
    let mut document = Vec::new();
    Value::from_json(variables).expect("variables are JSON").write_message_pack(&mut document);
    let variables = MessagePackMap(&document);
    let mut evaluator = DecisionEvaluator::new();
    let outcome = evaluator.evaluate(&program, decision, &variables, &Environment::default());
    let result = match &outcome.result {
        Ok(value) => tidemill_dmn::json(value),
        Err(failure) => format!("failure in {}: {failure}", failure.failed_decision_id),
    };
    (result, tidemill_dmn::report(&outcome))
}
