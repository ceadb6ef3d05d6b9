//! CompleteJob.

use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::JobValue;
use tidemill_record::{Document, JobIntent, ValueType};
use tonic::Status;

use super::{Command, Lane, Rpc, Scratch, put_value};
use crate::proto::gateway::{CompleteJobRequest, CompleteJobResponse, JobResult};
use crate::status::unimplemented;
use crate::variables::read_document;

/// The RPC.
pub struct CompleteJob;

impl Rpc for CompleteJob {
    type Request = CompleteJobRequest;
    type Response = CompleteJobResponse;

    fn command(request: &CompleteJobRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        request.result.as_ref().map_or(Ok(()), check_result)?;
        read_document(&request.variables, &mut scratch.document)?;
        let value = JobValue { variables: Document(&scratch.document), ..Default::default() };
        put_value(&value, &mut scratch.value);
        Ok(Command::for_key(ValueType::Job, JobIntent::Complete, request.job_key, Lane::Reserved))
    }

    fn reply(_answer: &AnswerFrame<'_>) -> Result<CompleteJobResponse, Status> {
        Ok(CompleteJobResponse {})
    }
}

/// Newer clients send results of listeners and ad-hoc sub-processes. Those that ask for nothing are fine.
fn check_result(result: &JobResult) -> Result<(), Status> {
    let asks_for_something = result.denied == Some(true)
        || result.denied_reason.as_ref().is_some_and(|reason| !reason.is_empty())
        || result.corrections.is_some()
        || !result.activate_elements.is_empty()
        || result.is_completion_condition_fulfilled == Some(true)
        || result.is_cancel_remaining_instances == Some(true);
    if asks_for_something { Err(unimplemented("The job result of CompleteJob")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json, refusal};
    use super::*;
    use crate::route::Route;
    use serde_json::json;

    #[test]
    fn variables_go_to_the_partition_of_the_key() {
        let request = CompleteJobRequest { job_key: 5, variables: r#"{"a":1}"#.to_owned(), result: None };
        let mut scratch = Scratch::default();
        let (command, value) = command_json::<CompleteJob, JobValue<'_>>(&request, &mut scratch);
        assert_eq!((command.route, command.lane, command.key), (Route::Key(5), Lane::Reserved, 5));
        assert_fields(
            &value,
            json!({"variables": {"a": 1}, "retries": -1, "timeout": -1, "tenantId": "<default>"}),
        );
    }

    #[test]
    fn results_of_listeners_are_not_dropped_silently() {
        let result = JobResult { denied: Some(true), ..Default::default() };
        let request = CompleteJobRequest { result: Some(result), ..Default::default() };
        assert_eq!(refusal::<CompleteJob>(&request).0, tonic::Code::Unimplemented);
        let result = JobResult { denied: Some(false), ..Default::default() };
        let request = CompleteJobRequest { result: Some(result), ..Default::default() };
        assert!(CompleteJob::command(&request, &mut Scratch::default()).is_ok());
    }
}
