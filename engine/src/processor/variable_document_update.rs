//! VARIABLE_DOCUMENT UPDATE: variables from outside, in one scope or where they are found.

use tidemill_record::value::VariableDocumentValue;
use tidemill_record::{RejectionType, ValueType, VariableDocumentIntent, VariableDocumentUpdateSemantic};

use super::decode;
use crate::behavior::variables;
use crate::bpmn;
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: VariableDocumentValue<'_> = decode(context, body)?;
    let scope_key = value.scope_key;
    let Some(row) = context.state.element(scope_key) else {
        let reason = format!(
            "Expected to update variables for element with key '{scope_key}', but no such element was found"
        );
        return context.reject(RejectionType::NotFound, &reason, body);
    };
    if !value.variables.is_well_formed() {
        let reason = "Expected to update variables, but they are no document";
        return context.reject(RejectionType::InvalidArgument, reason, body);
    }
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    let instance = bpmn::instance(&definition, scope_key, &row);
    let merge = match value.update_semantics {
        VariableDocumentUpdateSemantic::Local => variables::merge_local,
        VariableDocumentUpdateSemantic::Propagate => variables::merge,
    };
    merge(context, &(&instance).into(), scope_key, value.variables.0);
    let key = context.next_key();
    let written = context.event(key, ValueType::VariableDocument, VariableDocumentIntent::Updated, &value);
    context.respond(written);
    Ok(())
}
