//! Any bytes as the message of any RPC: decoding and the way to a command never panic, and a command's value
//! can be read by whoever processes it. `cargo +nightly fuzz run request`, from the folder above.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prost::Message;
use tidemill_gateway::rpc::{self, Rpc, Scratch};
use tidemill_record::message_pack::is_document;
use tidemill_record::value::*;

fuzz_target!(|data: &[u8]| {
    let Some((rpc, message)) = data.split_first() else { return };
    let mut scratch = Scratch::default();
    match rpc % 13 {
        0 => check::<rpc::CompleteJob>(message, &mut scratch, job),
        1 => check::<rpc::FailJob>(message, &mut scratch, job),
        2 => check::<rpc::ThrowError>(message, &mut scratch, job),
        3 => check::<rpc::UpdateJobRetries>(message, &mut scratch, job),
        4 => check::<rpc::UpdateJobTimeout>(message, &mut scratch, job),
        5 => check::<rpc::ResolveIncident>(message, &mut scratch, |value| IncidentValue::take(value).is_ok()),
        6 => check::<rpc::CancelProcessInstance>(message, &mut scratch, |value| {
            ProcessInstanceValue::take(value).is_ok()
        }),
        7 => check::<rpc::SetVariables>(message, &mut scratch, |value| {
            VariableDocumentValue::take(value).is_ok_and(|value| is_document(value.variables.0))
        }),
        8 => check::<rpc::PublishMessage>(message, &mut scratch, |value| {
            MessageValue::take(value).is_ok_and(|value| is_document(value.variables.0))
        }),
        9 => check::<rpc::CreateProcessInstance>(message, &mut scratch, creation),
        10 => check::<rpc::CreateProcessInstanceWithResult>(message, &mut scratch, creation),
        11 => {
            check::<rpc::DeployResource>(message, &mut scratch, |value| DeploymentValue::take(value).is_ok())
        }
        _ => check::<rpc::ActivateJobs>(message, &mut scratch, |value| JobBatchValue::take(value).is_ok()),
    }
});

fn check<R: Rpc>(message: &[u8], scratch: &mut Scratch, is_readable: fn(&[u8]) -> bool)
where
    R::Request: Message + Default,
{
    let Ok(request) = R::Request::decode(message) else { return };
    scratch.clear();
    if R::command(&request, scratch).is_ok() {
        assert!(is_readable(&scratch.value), "a command that nobody can read");
    }
}

fn job(value: &[u8]) -> bool {
    JobValue::take(value).is_ok_and(|value| is_document(value.variables.0))
}

fn creation(value: &[u8]) -> bool {
    ProcessInstanceCreationValue::take(value).is_ok_and(|value| is_document(value.variables.0))
}
