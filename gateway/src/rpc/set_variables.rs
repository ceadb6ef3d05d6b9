//! SetVariables.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::VariableDocumentValue;
use tidemill_record::{Document, ValueType, VariableDocumentIntent, VariableDocumentUpdateSemantic};
use tonic::Status;

use super::{Command, Rpc, Scratch, put_value};
use crate::proto::gateway::{SetVariablesRequest, SetVariablesResponse};
use crate::route::Route;
use crate::variables::read_document;

/// The RPC.
pub struct SetVariables;

impl Rpc for SetVariables {
    type Request = SetVariablesRequest;
    type Response = SetVariablesResponse;

    fn command(request: &SetVariablesRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        read_document(&request.variables, &mut scratch.document)?;
        let update_semantics = if request.local {
            VariableDocumentUpdateSemantic::Local
        } else {
            VariableDocumentUpdateSemantic::Propagate
        };
        let value = VariableDocumentValue {
            scope_key: request.element_instance_key,
            update_semantics,
            variables: Document(&scratch.document),
            ..Default::default()
        };
        put_value(&value, &mut scratch.value);
        // The record of this command has no key; the scope only routes it.
        let route = Route::Key(request.element_instance_key);
        let command =
            Command::without_key(ValueType::VariableDocument, VariableDocumentIntent::Update, route);
        Ok(command.referring_to(request.operation_reference))
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<SetVariablesResponse, Status> {
        Ok(SetVariablesResponse { key: answer.key })
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json, refusal};
    use super::*;
    use serde_json::json;

    #[test]
    fn the_scope_routes_the_command() {
        let request = SetVariablesRequest {
            element_instance_key: 8,
            variables: r#"{"v":2}"#.to_owned(),
            local: true,
            operation_reference: None,
        };
        let mut scratch = Scratch::default();
        let (command, value) =
            command_json::<SetVariables, VariableDocumentValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.route), (-1, Route::Key(8)));
        assert_fields(&value, json!({"scopeKey": 8, "updateSemantics": "LOCAL", "variables": {"v": 2}}));
    }

    #[test]
    fn a_number_is_no_document() {
        let request = SetVariablesRequest { variables: "3".to_owned(), ..Default::default() };
        let (_, text) = refusal::<SetVariables>(&request);
        assert_eq!(
            text,
            "Property 'variables' is invalid: Expected document to be a root level object, but was 'INTEGER'"
        );
    }
}
