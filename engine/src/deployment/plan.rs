//! Versions and keys of what a deployment brings.

use md5::{Digest, Md5};
use tidemill_model::Process;
use tidemill_record::ListBuffer;
use tidemill_record::value::{DeploymentResource, ProcessMetadata};

use super::read::Content;
use super::{PlannedDecisions, ReadResource, decisions};
use crate::context::Context;

/// One process of the deployment and what becomes of it.
pub struct PlannedProcess<'r> {
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

/// Something of the deployment and what becomes of it.
pub enum Planned<'r> {
    /// A process.
    Process(PlannedProcess<'r>),
    /// All decisions of a resource.
    Decisions(PlannedDecisions<'r>),
}

impl Planned<'_> {
    fn is_duplicate(&self) -> bool {
        match self {
            Self::Process(planned) => planned.duplicate_of.is_some(),
            Self::Decisions(planned) => planned.is_duplicate,
        }
    }

    /// Makes a further version of what is there already.
    fn renew(&mut self, context: &mut Context<'_, '_, '_>) {
        match self {
            Self::Process(planned) => {
                (planned.key, planned.version, planned.duplicate_of) =
                    (context.next_key(), planned.version + 1, None);
            }
            Self::Decisions(planned) => planned.renew(context),
        }
    }
}

/// MD5 of a resource.
pub fn checksum(resource: &DeploymentResource<'_>) -> [u8; 16] {
    Md5::digest(resource.resource).into()
}

/// Decides keys and versions. What is there already, with the same file name and content, keeps both; but
/// what is deployed together is versioned together: where something is new, the rest becomes new with it.
pub fn plan<'r>(context: &mut Context<'_, '_, '_>, read: Vec<ReadResource<'r>>) -> Vec<Planned<'r>> {
    let mut planned: Vec<Planned<'r>> = Vec::new();
    for (resource, content) in read {
        let checksum = checksum(&resource);
        match content {
            Content::Processes(definitions) => {
                for process in definitions.processes.into_iter().filter(|process| process.is_executable) {
                    planned.push(Planned::Process(plan_process(context, resource, checksum, process)));
                }
            }
            Content::Decisions(graph) => {
                planned.push(Planned::Decisions(decisions::plan(context, resource, checksum, graph)));
            }
        }
    }
    if !planned.iter().all(Planned::is_duplicate) {
        // Keys of what is new by itself were drawn first.
        for planned in planned.iter_mut().filter(|planned| planned.is_duplicate()) {
            planned.renew(context);
        }
    }
    planned
}

fn plan_process<'r>(
    context: &mut Context<'_, '_, '_>,
    resource: DeploymentResource<'r>,
    checksum: [u8; 16],
    process: Process,
) -> PlannedProcess<'r> {
    let latest = context.state.latest_process(&process.id);
    let latest = latest.map(|latest| (latest.version, latest.process_definition_key));
    if let Some((version, key)) = latest {
        let row = context.state.process(key).expect("the latest version is there");
        if row.checksum == checksum && row.resource_name == resource.resource_name {
            let duplicate_of = Some(row.deployment_key);
            return PlannedProcess { resource, checksum, process, key, version, duplicate_of };
        }
    }
    let version = latest.map_or(1, |(version, _)| version + 1);
    PlannedProcess { resource, checksum, process, key: context.next_key(), version, duplicate_of: None }
}

/// The metadata of a deployment's record.
#[derive(Default)]
pub struct Metadata {
    /// Of processes.
    pub processes: ListBuffer,
    /// Of decisions.
    pub decisions: ListBuffer,
    /// Of decision requirements.
    pub requirements: ListBuffer,
}

/// What stands on the deployment's record.
pub fn metadata(planned: &[Planned<'_>], deployment_key: i64) -> Metadata {
    let mut metadata = Metadata::default();
    for planned in planned {
        match planned {
            Planned::Process(planned) => metadata.processes.push(&ProcessMetadata {
                bpmn_process_id: &planned.process.id,
                version: planned.version,
                version_tag: planned.process.version_tag.as_deref().unwrap_or_default(),
                process_definition_key: planned.key,
                resource_name: planned.resource.resource_name,
                checksum: &planned.checksum,
                is_duplicate: planned.duplicate_of.is_some(),
                deployment_key: planned.duplicate_of.unwrap_or(deployment_key),
                ..ProcessMetadata::default()
            }),
            Planned::Decisions(planned) => planned.put_metadata(deployment_key, &mut metadata),
        }
    }
    metadata
}
