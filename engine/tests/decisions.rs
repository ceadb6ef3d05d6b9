//! Decisions by example: deployed, evaluated, called by tasks. What the real broker's streams show is in the
//! golden scenarios; here is the rest.

mod common;

use common::harness::Harness;
use common::script::{expect, find};
use serde_json::{Value, json};
use tidemill_record::RejectionType;

fn with(files: &[&str]) -> Option<Harness> {
    common::scenarios()?;
    let mut harness = Harness::new();
    harness.deploy(files);
    Some(harness)
}

fn evaluate(harness: &mut Harness, decision: &str, variables: Value) -> Vec<Value> {
    let value = json!({"decisionId": decision, "variables": variables});
    harness.command("DECISION_EVALUATION", "EVALUATE", -1, &value)
}

/// A model of one requirements graph, `id`.
fn model(id: &str, content: &str) -> (String, Vec<u8>) {
    let text = format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"{id}\" name=\"G\" \
         namespace=\"n\">{content}</definitions>"
    );
    (format!("{id}.dmn"), text.into_bytes())
}

fn literal(id: &str, expression: &str) -> String {
    format!(
        "<decision id=\"{id}\" name=\"{id}\"><variable name=\"{id}\"/>\
         <literalExpression><text>{expression}</text></literalExpression></decision>"
    )
}

#[test]
fn a_decision_is_deployed_and_evaluated() {
    let mut harness = Harness::new();
    let caused = harness.deploy_bytes(&[model("g", &literal("sum", "a + b"))]);
    expect(
        &caused,
        "C DEPLOYMENT CREATE
         E DECISION_REQUIREMENTS CREATED
         E DECISION CREATED
         E DEPLOYMENT CREATED",
    );
    let caused = evaluate(&mut harness, "sum", json!({"a": 2, "b": 3}));
    let value = &find(&caused, "DECISION_EVALUATION", "EVALUATED").unwrap()["value"];
    assert_eq!(value["decisionOutput"], "5");
    assert_eq!(value["evaluatedDecisions"][0]["decisionType"], "LITERAL_EXPRESSION");
    harness.check_replay();
}

#[test]
fn a_failed_evaluation_is_answered_and_not_rejected() {
    let Some(mut harness) = with(&["decision_evaluate.dmn"]) else { return };
    let variables = json!({"status": "gold", "total": 200_000});
    let caused = evaluate(&mut harness, "decision_evaluate_price", variables);
    let value = &find(&caused, "DECISION_EVALUATION", "FAILED").unwrap()["value"];
    assert_eq!(value["failedDecisionId"], "decision_evaluate_discount");
    let answer = harness.answers.last().unwrap();
    assert_eq!(answer.rejection_type, RejectionType::NullVal);
    assert_eq!(answer.key, harness.keys_of("DECISION_EVALUATION", "FAILED")[0]);
}

#[test]
fn what_cannot_be_found_is_rejected() {
    let mut harness = Harness::new();
    harness.command("DECISION_EVALUATION", "EVALUATE", -1, &json!({"decisionKey": -1}));
    let answer = harness.answers.last().unwrap();
    assert_eq!(answer.rejection_type, RejectionType::InvalidArgument);
    assert_eq!(answer.reason, "Expected either a decision id or a valid decision key, but none provided");
    evaluate(&mut harness, "nothing", json!({}));
    let reason = "Expected to evaluate decision 'nothing', but no decision found for id 'nothing'";
    assert_eq!(harness.answers.last().unwrap().reason, reason);
}

#[test]
fn a_model_that_does_not_parse_is_rejected_and_takes_no_key() {
    let mut harness = Harness::new();
    harness.deploy_bytes(&[model("good", &literal("good", "1")), model("bad", &literal("bad", "1 +"))]);
    let reason = &harness.answers.last().unwrap().reason;
    let expected = "Expected to deploy new resources, but encountered the following errors:\n\
                    'bad.dmn': FEEL expression: failed to parse expression '1 +'";
    assert!(reason.starts_with(expected), "{reason}");
    assert!(harness.keys_of("DECISION", "CREATED").is_empty());
    let caused = harness.deploy_bytes(&[model("good", &literal("good", "1"))]);
    let first = find(&caused, "DEPLOYMENT", "CREATED").unwrap()["key"].as_i64();
    assert_eq!(first, Some(common::script::KEY_BASE + 1));
}

#[test]
fn a_knowledge_model_is_told_without_a_key() {
    let mut harness = Harness::new();
    let content = "<decision id=\"d\" name=\"d\"><variable name=\"d\"/>\
        <knowledgeRequirement><requiredKnowledge href=\"#m\"/></knowledgeRequirement>\
        <literalExpression><text>twice(a)</text></literalExpression></decision>\
        <businessKnowledgeModel id=\"m\" name=\"twice\"><variable name=\"twice\"/><encapsulatedLogic>\
        <formalParameter name=\"n\"/><literalExpression><text>n * 2</text></literalExpression>\
        </encapsulatedLogic></businessKnowledgeModel>";
    harness.deploy_bytes(&[model("g", content)]);
    let caused = evaluate(&mut harness, "d", json!({"a": 4}));
    let value = &find(&caused, "DECISION_EVALUATION", "EVALUATED").unwrap()["value"];
    assert_eq!(value["decisionOutput"], "8");
    for decision in value["evaluatedDecisions"].as_array().unwrap() {
        assert_eq!(decision["decisionKey"] == -1, decision["decisionId"] == "m", "{decision}");
    }
}

#[test]
fn the_latest_version_decides_until_it_is_taken_back() {
    let mut harness = Harness::new();
    let output = |harness: &mut Harness| {
        let caused = evaluate(harness, "d", json!({}));
        find(&caused, "DECISION_EVALUATION", "EVALUATED").unwrap()["value"]["decisionOutput"].clone()
    };
    harness.deploy_bytes(&[model("g", &literal("d", "1"))]);
    let kept = harness.log.len();
    harness.deploy_bytes(&[model("g", &literal("d", "2"))]);
    assert_eq!(output(&mut harness), "2");
    harness.undo_to(kept);
    assert_eq!(output(&mut harness), "1");
    harness.deploy_bytes(&[model("g", &literal("d", "3"))]);
    assert_eq!(output(&mut harness), "3");
    harness.check_replay();
}

#[test]
fn a_business_rule_task_waits_with_an_incident_until_its_decision_is_there() {
    let Some(mut harness) = with(&["business_rule_incident.bpmn"]) else { return };
    let variables = json!({"which": "business_rule_incident_price", "status": "gold", "total": 10});
    let instance = harness.create("business_rule_incident", variables);
    let incidents = harness.keys_of("INCIDENT", "CREATED").to_vec();
    assert_eq!(incidents.len(), 1);
    harness.deploy(&["business_rule_incident.dmn"]);
    let caused = harness.resolve(incidents[0]);
    assert!(find(&caused, "DECISION_EVALUATION", "EVALUATED").is_some());
    assert!(harness.is_completed(instance));
    harness.check_replay();
}

#[test]
fn another_binding_than_latest_is_refused() {
    let Some(mut harness) = with(&[]) else { return };
    let text = String::from_utf8(common::process("business_rule_incident.bpmn")).unwrap();
    let bound = text.replace("resultVariable=", "bindingType=\"deployment\" resultVariable=");
    harness.deploy_bytes(&[("bound.bpmn".to_owned(), bound.into_bytes())]);
    let reason = &harness.answers.last().unwrap().reason;
    assert!(reason.contains("by deployment or version tag) is not supported yet"), "{reason}");
}
