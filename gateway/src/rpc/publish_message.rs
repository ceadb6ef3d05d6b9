//! PublishMessage.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::MessageValue;
use tidemill_record::{DEFAULT_TENANT, Document, MessageIntent, ValueType};
use tonic::Status;

use super::{Command, Rpc, Scratch, check_name, put_value};
use crate::proto::gateway::{PublishMessageRequest, PublishMessageResponse};
use crate::route::{Route, correlation_hash};
use crate::tenant::check_tenant;
use crate::variables::read_document;

/// The RPC.
pub struct PublishMessage;

impl Rpc for PublishMessage {
    type Request = PublishMessageRequest;
    type Response = PublishMessageResponse;

    fn command(request: &PublishMessageRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        check_tenant("PublishMessage", &request.tenant_id)?;
        check_name("name", &request.name)?;
        check_name("correlationKey", &request.correlation_key)?;
        check_name("messageId", &request.message_id)?;
        read_document(&request.variables, &mut scratch.document)?;
        let value = MessageValue {
            name: &request.name,
            correlation_key: &request.correlation_key,
            time_to_live: request.time_to_live,
            message_id: &request.message_id,
            variables: Document(&scratch.document),
            ..Default::default()
        };
        put_value(&value, &mut scratch.value);
        let route = Route::Correlation(correlation_hash(&request.correlation_key));
        Ok(Command::without_key(ValueType::Message, MessageIntent::Publish, route))
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<PublishMessageResponse, Status> {
        Ok(PublishMessageResponse { key: answer.key, tenant_id: DEFAULT_TENANT.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json, refusal};
    use super::*;
    use serde_json::json;

    #[test]
    fn the_correlation_key_routes_the_message() {
        let request = PublishMessageRequest {
            name: "paid".to_owned(),
            correlation_key: "a".to_owned(),
            time_to_live: 1000,
            message_id: "m".to_owned(),
            variables: String::new(),
            tenant_id: String::new(),
        };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<PublishMessage, MessageValue<'_>>(&request, &mut scratch);
        assert_eq!(command.route, Route::Correlation(97));
        assert_fields(
            &value,
            json!({"name": "paid", "correlationKey": "a", "timeToLive": 1000, "messageId": "m",
                   "deadline": -1}),
        );
    }

    #[test]
    fn names_are_bounded() {
        let request = PublishMessageRequest { name: "n".repeat(40_000), ..Default::default() };
        assert_eq!(
            refusal::<PublishMessage>(&request).1,
            "'name' has 40000 bytes; at most 32768 are allowed"
        );
    }
}
