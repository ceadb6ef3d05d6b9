//! ActivateJobs, one partition at a time: the command that asks for jobs, and jobs as clients see them.

use tidemill_core::limits::ACTIVATE_JOB_COUNT_MAX;
use tidemill_record::frame::AnswerFrame;
use tidemill_record::value::{JobBatchValue, JobValue};
use tidemill_record::{DEFAULT_TENANT, JobBatchIntent, JobKind, ValueType};
use tonic::Status;

use super::{Command, Rpc, Scratch, check_name, put_value, take};
use crate::proto::gateway::{ActivateJobsRequest, ActivateJobsResponse, ActivatedJob, activated_job};
use crate::route::Route;
use crate::tenant::check_tenants;
use crate::variables::document_text;

/// The RPC. `maxJobsToActivate` of the request is how many are still wanted; the route is filled in by
/// whoever goes round the partitions.
pub struct ActivateJobs;

/// What one partition gave.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivatedBatch {
    /// The jobs.
    pub response: ActivateJobsResponse,
    /// Whether there were more than fit into the answer.
    pub truncated: bool,
}

impl Rpc for ActivateJobs {
    type Request = ActivateJobsRequest;
    type Response = ActivatedBatch;

    fn command(request: &ActivateJobsRequest, scratch: &mut Scratch) -> Result<Command, Status> {
        check_tenants("ActivateJobs", &request.tenant_ids)?;
        check_name("type", &request.r#type)?;
        check_name("worker", &request.worker)?;
        scratch.list.clear();
        for name in &request.fetch_variable {
            scratch.list.push(&name.as_str());
        }
        scratch.other_list.clear();
        scratch.other_list.push(&DEFAULT_TENANT);
        let value = JobBatchValue {
            job_type: &request.r#type,
            worker: &request.worker,
            timeout: request.timeout,
            max_jobs_to_activate: request.max_jobs_to_activate.min(ACTIVATE_JOB_COUNT_MAX as i32),
            tenant_ids: scratch.other_list.as_list(),
            variables: scratch.list.as_list(),
            ..Default::default()
        };
        put_value(&value, &mut scratch.value);
        Ok(Command::without_key(ValueType::JobBatch, JobBatchIntent::Activate, Route::Anywhere))
    }

    fn reply(answer: &AnswerFrame<'_>) -> Result<ActivatedBatch, Status> {
        let value: JobBatchValue<'_> = take(answer)?;
        let jobs = value.job_keys.iter().zip(value.jobs.iter());
        let jobs = jobs.map(|(key, job)| activated_job(key, &job)).collect();
        Ok(ActivatedBatch { response: ActivateJobsResponse { jobs }, truncated: value.truncated })
    }
}

/// A job as clients see it.
pub fn activated_job(key: i64, job: &JobValue<'_>) -> ActivatedJob {
    let kind = match job.job_kind {
        JobKind::BpmnElement => activated_job::JobKind::BpmnElement,
        JobKind::ExecutionListener => activated_job::JobKind::ExecutionListener,
        JobKind::TaskListener => activated_job::JobKind::TaskListener,
        JobKind::AdHocSubProcess => activated_job::JobKind::AdHocSubProcess,
    };
    ActivatedJob {
        key,
        r#type: job.job_type.to_owned(),
        process_instance_key: job.process_instance_key,
        bpmn_process_id: job.bpmn_process_id.to_owned(),
        process_definition_version: job.process_definition_version,
        process_definition_key: job.process_definition_key,
        element_id: job.element_id.to_owned(),
        element_instance_key: job.element_instance_key,
        custom_headers: document_text(job.custom_headers.0),
        worker: job.worker.to_owned(),
        retries: job.retries,
        deadline: job.deadline,
        variables: document_text(job.variables.0),
        tenant_id: job.tenant_id.to_owned(),
        kind: kind.into(),
        ..Default::default()
    }
}

/// The keys of the jobs in an answer that nobody waits for any more; none when the answer is of another kind.
pub fn job_keys_of(answer: &AnswerFrame<'_>) -> Vec<i64> {
    if answer.value_type != ValueType::JobBatch {
        return Vec::new();
    }
    take::<JobBatchValue<'_>>(answer).map_or(Vec::new(), |batch| batch.job_keys.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_fields, command_json, refusal};
    use super::*;
    use serde_json::json;
    use tidemill_record::frame::encoded;
    use tidemill_record::{Document, ListBuffer};

    #[test]
    fn the_command_asks_for_what_the_worker_wants() {
        let request = ActivateJobsRequest {
            r#type: "ty".to_owned(),
            worker: "w".to_owned(),
            timeout: 1000,
            max_jobs_to_activate: 1_000_000,
            ..Default::default()
        };
        let mut scratch = Scratch::default();
        let (_, value) = command_json::<ActivateJobs, JobBatchValue<'_>>(&request, &mut scratch);
        assert_fields(
            &value,
            json!({"type": "ty", "worker": "w", "timeout": 1000, "maxJobsToActivate": 1024, "jobs": [],
                   "tenantIds": ["<default>"]}),
        );
    }

    #[test]
    fn other_tenants_are_refused() {
        let request = ActivateJobsRequest { tenant_ids: vec!["abc".to_owned()], ..Default::default() };
        let (_, text) = refusal::<ActivateJobs>(&request);
        assert!(text.contains("ActivateJobs with tenant identifier 'abc'"), "{text}");
    }

    #[test]
    fn jobs_come_with_keys_headers_and_variables() {
        let (mut keys, mut jobs) = (ListBuffer::default(), ListBuffer::default());
        keys.push(&42i64);
        let variables = Document(&[0x81, 0xa1, b'a', 1]);
        jobs.push(&JobValue { job_type: "ty", retries: 3, variables, ..Default::default() });
        let value = encoded(&JobBatchValue {
            job_keys: keys.as_list(),
            jobs: jobs.as_list(),
            truncated: true,
            ..Default::default()
        });
        let answer = AnswerFrame { value_type: ValueType::JobBatch, value: &value, ..Default::default() };
        let batch = ActivateJobs::reply(&answer).unwrap();
        let job = &batch.response.jobs[0];
        assert!(batch.truncated);
        assert_eq!((job.key, job.retries, job.r#type.as_str()), (42, 3, "ty"));
        assert_eq!((job.variables.as_str(), job.custom_headers.as_str()), ("{\"a\":1}", "{}"));
        assert_eq!(job_keys_of(&answer), [42]);
    }
}
