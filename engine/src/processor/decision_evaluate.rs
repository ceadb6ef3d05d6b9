//! DECISION_EVALUATION EVALUATE: a client asks what a decision gives. An evaluation that fails is answered
//! too; its answer says why there is no result.

use tidemill_record::RejectionType;
use tidemill_record::value::DecisionEvaluationValue;

use super::decode;
use crate::behavior::decisions::{self, Source};
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: DecisionEvaluationValue<'_> = decode(context, body)?;
    if !value.variables.is_well_formed() {
        let reason = "Expected to evaluate a decision with variables, but they are no document";
        return context.reject(RejectionType::InvalidArgument, reason, body);
    }
    let found = if !value.decision_id.is_empty() {
        decisions::find_by_id(context, value.decision_id)
    } else if value.decision_key >= 0 {
        decisions::find_by_key(context, value.decision_key)
    } else {
        Err("Expected either a decision id or a valid decision key, but none provided".to_owned())
    };
    let decision_key = match found {
        Ok(key) => key,
        Err(reason) => return context.reject(RejectionType::InvalidArgument, &reason, body),
    };
    let nobody = DecisionEvaluationValue::default();
    let source = Source::Document(value.variables.0);
    let evaluated = decisions::evaluate(context, decision_key, source, &nobody);
    context.respond(evaluated.written);
    Ok(())
}
