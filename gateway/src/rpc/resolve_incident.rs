//! ResolveIncident.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::IncidentValue;
use tidemill_record::{IncidentIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, put_value};
use crate::proto::gateway::{ResolveIncidentRequest, ResolveIncidentResponse};

/// The RPC.
pub struct ResolveIncident;

impl Rpc for ResolveIncident {
    type Request = ResolveIncidentRequest;
    type Response = ResolveIncidentResponse;

    fn command(request: &ResolveIncidentRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        put_value(&IncidentValue::default(), &mut scratch.value);
        let key = request.incident_key;
        let command = Command::for_key(ValueType::Incident, IncidentIntent::Resolve, key, Lane::Normal);
        Ok(command.referring_to(request.operation_reference))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<ResolveIncidentResponse, Status> {
        Ok(ResolveIncidentResponse {})
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json};
    use super::*;
    use serde_json::json;

    #[test]
    fn the_key_names_the_incident() {
        let request = ResolveIncidentRequest { incident_key: 4, operation_reference: Some(u64::MAX) };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<ResolveIncident, IncidentValue<'_>>(&request, &mut scratch);
        assert_eq!((command.key, command.operation_reference), (4, -1));
        assert_fields(&value, json!({"errorType": "UNKNOWN", "jobKey": -1}));
    }
}
