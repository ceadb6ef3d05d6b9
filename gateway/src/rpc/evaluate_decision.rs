//! EvaluateDecision.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::{DecisionEvaluationValue, EvaluatedDecisionValue, MatchedRuleValue};
use tidemill_record::{
    DecisionEvaluationIntent, Document, Intent, PackedValue, ValueType, message_pack_to_json,
};
use tonic::Status;

use super::{Command, Rpc, Scratch, check_name, put_value, take};
use crate::proto::gateway::{
    EvaluateDecisionRequest, EvaluateDecisionResponse, EvaluatedDecision, EvaluatedDecisionInput,
    EvaluatedDecisionOutput, MatchedDecisionRule,
};
use crate::route::Route;
use crate::tenant::check_tenant;
use crate::variables::read_document;

/// The RPC.
pub struct EvaluateDecision;

impl Rpc for EvaluateDecision {
    type Request = EvaluateDecisionRequest;
    type Response = EvaluateDecisionResponse;

    fn command(request: &EvaluateDecisionRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        check_tenant("EvaluateDecision", &request.tenant_id)?;
        check_name("decisionId", &request.decision_id)?;
        read_document(&request.variables, &mut scratch.document)?;
        let value = DecisionEvaluationValue {
            decision_key: request.decision_key,
            decision_id: &request.decision_id,
            variables: Document(&scratch.document),
            ..Default::default()
        };
        put_value(&value, &mut scratch.value);
        // Every partition has every decision.
        let intent = DecisionEvaluationIntent::Evaluate;
        Ok(Command::without_key(ValueType::DecisionEvaluation, intent, Route::Anywhere))
    }

    /// A failed evaluation is an answer too: without an output, but with the reason.
    fn reply(answer: &AnswerFrame<'_>) -> Result<EvaluateDecisionResponse, Status> {
        let value: DecisionEvaluationValue<'_> = take(answer)?;
        let is_failed = answer.intent == i32::from(Intent::from(DecisionEvaluationIntent::Failed).0);
        Ok(EvaluateDecisionResponse {
            decision_key: value.decision_key,
            decision_id: value.decision_id.to_owned(),
            decision_name: value.decision_name.to_owned(),
            decision_version: value.decision_version,
            decision_requirements_id: value.decision_requirements_id.to_owned(),
            decision_requirements_key: value.decision_requirements_key,
            decision_output: if is_failed { String::new() } else { json(value.decision_output) },
            evaluated_decisions: value.evaluated_decisions.iter().map(evaluated_decision).collect(),
            failed_decision_id: value.failed_decision_id.to_owned(),
            failure_message: value.evaluation_failure_message.to_owned(),
            tenant_id: value.tenant_id.to_owned(),
            decision_instance_key: answer.key,
            ..Default::default()
        })
    }
}

fn json(value: PackedValue<'_>) -> String {
    let mut text = String::new();
    message_pack_to_json(value.0, &mut text);
    text
}

fn evaluated_decision(value: EvaluatedDecisionValue<'_>) -> EvaluatedDecision {
    let inputs = value.evaluated_inputs.iter().map(|input| EvaluatedDecisionInput {
        input_id: input.input_id.to_owned(),
        input_name: input.input_name.to_owned(),
        input_value: json(input.input_value),
    });
    EvaluatedDecision {
        decision_key: value.decision_key,
        decision_id: value.decision_id.to_owned(),
        decision_name: value.decision_name.to_owned(),
        decision_version: value.decision_version,
        decision_type: value.decision_type.to_owned(),
        decision_output: json(value.decision_output),
        matched_rules: value.matched_rules.iter().map(matched_rule).collect(),
        evaluated_inputs: inputs.collect(),
        tenant_id: value.tenant_id.to_owned(),
        ..Default::default()
    }
}

fn matched_rule(value: MatchedRuleValue<'_>) -> MatchedDecisionRule {
    let outputs = value.evaluated_outputs.iter().map(|output| EvaluatedDecisionOutput {
        output_id: output.output_id.to_owned(),
        output_name: output.output_name.to_owned(),
        output_value: json(output.output_value),
    });
    MatchedDecisionRule {
        rule_id: value.rule_id.to_owned(),
        rule_index: value.rule_index,
        evaluated_outputs: outputs.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json, refusal};
    use super::*;
    use serde_json::json;
    use tidemill_record::ListBuffer;
    use tidemill_record::frame::encoded;
    use tidemill_record::value::{EvaluatedInputValue, EvaluatedOutputValue};

    #[test]
    fn any_partition_can_decide() {
        let request = EvaluateDecisionRequest {
            decision_id: "discount".to_owned(),
            variables: r#"{"total":2}"#.to_owned(),
            ..Default::default()
        };
        let mut scratch = Scratch::default();
        let (command, value) =
            command_json::<EvaluateDecision, DecisionEvaluationValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.route), (-1, Route::Anywhere));
        assert_fields(
            &value,
            json!({"decisionId": "discount", "decisionKey": 0, "variables": {"total": 2},
                   "decisionOutput": "null"}),
        );
    }

    #[test]
    fn a_list_is_no_document() {
        let request = EvaluateDecisionRequest { variables: "[1]".to_owned(), ..Default::default() };
        assert_eq!(
            refusal::<EvaluateDecision>(&request).1,
            "Property 'variables' is invalid: Expected document to be a root level object, but was 'ARRAY'"
        );
    }

    fn check(intent: DecisionEvaluationIntent, expected_output: &str, expected_message: &str) {
        let (mut inputs, mut outputs, mut rules, mut decisions) =
            (ListBuffer::default(), ListBuffer::default(), ListBuffer::default(), ListBuffer::default());
        let text = PackedValue(&[0xa1, b'g']);
        inputs.push(&EvaluatedInputValue { input_id: "i", input_name: "Input", input_value: text });
        outputs.push(&EvaluatedOutputValue {
            output_id: "o",
            output_name: "Output",
            output_value: PackedValue(&[20]),
        });
        rules.push(&MatchedRuleValue { rule_id: "r", rule_index: 2, evaluated_outputs: outputs.as_list() });
        decisions.push(&EvaluatedDecisionValue {
            decision_id: "d",
            decision_key: 5,
            decision_output: PackedValue(&[20]),
            evaluated_inputs: inputs.as_list(),
            matched_rules: rules.as_list(),
            ..Default::default()
        });
        let value = encoded(&DecisionEvaluationValue {
            decision_id: "d",
            decision_output: PackedValue(&[0x81, 0xa1, b'x', 1]),
            evaluated_decisions: decisions.as_list(),
            evaluation_failure_message: expected_message,
            ..Default::default()
        });
        let intent = i32::from(Intent::from(intent).0);
        let answer = AnswerFrame { key: 9, intent, value: &value, ..Default::default() };
        let response = EvaluateDecision::reply(&answer).unwrap();
        assert_eq!((response.decision_instance_key, response.decision_output.as_str()), (9, expected_output));
        assert_eq!(response.failure_message, expected_message);
        let decision = &response.evaluated_decisions[0];
        assert_eq!((decision.decision_key, decision.decision_output.as_str()), (5, "20"));
        assert_eq!(decision.evaluated_inputs[0].input_value, "\"g\"");
        let rule = &decision.matched_rules[0];
        assert_eq!((rule.rule_index, rule.evaluated_outputs[0].output_value.as_str()), (2, "20"));
    }

    #[test]
    fn an_answer_shows_all_that_was_evaluated() {
        check(DecisionEvaluationIntent::Evaluated, "{\"x\":1}", "");
        check(DecisionEvaluationIntent::Failed, "", "no rule");
    }
}
