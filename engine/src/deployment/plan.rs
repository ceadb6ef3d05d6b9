//! Versions and keys of a deployment's processes.

use md5::{Digest, Md5};
use tidemill_model::Process;
use tidemill_record::ListBuffer;
use tidemill_record::value::{DeploymentResource, ProcessMetadata};

use super::ReadResource;
use crate::context::Context;

/// One process of the deployment and what becomes of it.
pub struct Planned<'r> {
    /// Its file.
    pub resource: DeploymentResource<'r>,
    /// MD5 of the file.
    pub checksum: [u8; 16],
    /// The process.
    pub process: Process,
    /// Its key.
    pub key: i64,
    /// Its version.
    pub version: i32,
    /// The deployment that brought it before, when it is there already.
    pub duplicate_of: Option<i64>,
}

/// Decides keys and versions. What is there already, with the same file name and content, keeps both; but
/// processes deployed together are versioned together: where one is new, the rest becomes new with it.
pub fn plan<'r>(context: &mut Context<'_, '_, '_>, read: Vec<ReadResource<'r>>) -> Vec<Planned<'r>> {
    let mut planned: Vec<Planned<'r>> = Vec::new();
    for (resource, definitions) in read {
        let checksum: [u8; 16] = Md5::digest(resource.resource).into();
        for process in definitions.processes.into_iter().filter(|process| process.is_executable) {
            planned.push(plan_one(context, resource, checksum, process));
        }
    }
    if planned.iter().any(|planned| planned.duplicate_of.is_none()) {
        // Keys of what is new by itself were drawn first.
        for planned in planned.iter_mut().filter(|planned| planned.duplicate_of.is_some()) {
            (planned.key, planned.version, planned.duplicate_of) =
                (context.next_key(), planned.version + 1, None);
        }
    }
    planned
}

fn plan_one<'r>(
    context: &mut Context<'_, '_, '_>,
    resource: DeploymentResource<'r>,
    checksum: [u8; 16],
    process: Process,
) -> Planned<'r> {
    let latest = context.state.latest_process(&process.id);
    let Some((version, key)) = latest.map(|latest| (latest.version, latest.process_definition_key)) else {
        return Planned {
            resource,
            checksum,
            process,
            key: context.next_key(),
            version: 1,
            duplicate_of: None,
        };
    };
    let row = context.state.process(key).expect("the latest version is there");
    if row.checksum == checksum && row.resource_name == resource.resource_name {
        let duplicate_of = Some(row.deployment_key);
        return Planned { resource, checksum, process, key, version, duplicate_of };
    }
    Planned { resource, checksum, process, key: context.next_key(), version: version + 1, duplicate_of: None }
}

/// The metadata of a deployment's record.
pub fn metadata(planned: &[Planned<'_>], deployment_key: i64) -> ListBuffer {
    let mut metadata = ListBuffer::default();
    for planned in planned {
        metadata.push(&ProcessMetadata {
            bpmn_process_id: &planned.process.id,
            version: planned.version,
            version_tag: planned.process.version_tag.as_deref().unwrap_or_default(),
            process_definition_key: planned.key,
            resource_name: planned.resource.resource_name,
            checksum: &planned.checksum,
            is_duplicate: planned.duplicate_of.is_some(),
            deployment_key: planned.duplicate_of.unwrap_or(deployment_key),
            ..ProcessMetadata::default()
        });
    }
    metadata
}
