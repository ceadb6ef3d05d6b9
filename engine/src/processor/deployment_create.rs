//! DEPLOYMENT CREATE: new versions of processes from resources. What is there already, with the same name and
//! content, keeps its version and key.

use md5::{Digest, Md5};
use tidemill_model::{Definitions, Process, Violation, duplicate_process_ids, read_bpmn, render, supported};
use tidemill_record::value::{DeploymentResource, DeploymentValue, ProcessMetadata, ProcessValue};
use tidemill_record::{DeploymentIntent, List, ListBuffer, ProcessIntent, RejectionType, ValueType};

use super::decode;
use crate::behavior::distribute;
use crate::context::{Context, Outcome};
use crate::definition::Definition;

/// One process of the deployment and what becomes of it.
struct Planned<'r> {
    resource: DeploymentResource<'r>,
    checksum: [u8; 16],
    process: Process,
    key: i64,
    version: i32,
    duplicate_of: Option<i64>,
}

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: DeploymentValue<'_> = decode(context, body)?;
    let read = match read_all(&value) {
        Ok(read) => read,
        Err(reason) => return context.reject(RejectionType::InvalidArgument, &reason, body),
    };
    let deployment_key = context.next_key();
    let planned = plan(context, read);
    let mut metadata = ListBuffer::default();
    for planned in &planned {
        metadata.push(&process_metadata(planned, deployment_key));
    }
    for planned in planned.iter().filter(|planned| planned.duplicate_of.is_none()) {
        tell(context, planned, deployment_key);
    }
    let created = DeploymentValue {
        resources: List::EMPTY,
        processes_metadata: metadata.as_list(),
        deployment_key,
        ..value
    };
    let written = context.event(deployment_key, ValueType::Deployment, DeploymentIntent::Created, &created);
    distribute::deployment(context, deployment_key, &value, &planned_list(&planned), written);
    Ok(())
}

/// What other partitions need to create the same processes: keys and versions as decided here.
fn planned_list(planned: &[Planned<'_>]) -> Vec<(i64, i32)> {
    planned.iter().map(|planned| (planned.key, planned.version)).collect()
}

fn read_all<'r>(value: &DeploymentValue<'r>) -> Result<Vec<(DeploymentResource<'r>, Definitions)>, String> {
    if value.resources.is_empty() {
        return Err("Expected to deploy at least one resource, but none given".to_owned());
    }
    let mut read = Vec::new();
    let mut problems = String::new();
    for resource in value.resources.iter() {
        match read_one(&resource) {
            Ok(definitions) => read.push((resource, definitions)),
            Err(problem) => {
                problems.push('\n');
                problems.push_str(problem.trim_end_matches('\n'));
            }
        }
    }
    if problems.is_empty() {
        let definitions: Vec<&Definitions> = read.iter().map(|(_, definitions)| definitions).collect();
        if let Some(duplicate) = duplicate_process_ids(&definitions).first() {
            problems = format!("\n{duplicate}");
        }
    }
    if problems.is_empty() {
        return Ok(read);
    }
    Err(format!("Expected to deploy new resources, but encountered the following errors:{problems}"))
}

fn read_one(resource: &DeploymentResource<'_>) -> Result<Definitions, String> {
    let name = resource.resource_name;
    if !(name.ends_with(".bpmn") || name.ends_with(".xml")) {
        return Err(format!("\n'{name}': unknown resource type"));
    }
    let definitions = read_bpmn(name, resource.resource).map_err(|violations| render(name, &violations))?;
    let mut violations: Vec<Violation> = Vec::new();
    for process in definitions.executable_processes() {
        violations.extend(supported::unsupported_elements(process));
        violations.extend(Definition::parse_errors(process));
    }
    if violations.is_empty() { Ok(definitions) } else { Err(render(name, &violations)) }
}

/// Decides keys and versions; keys are drawn in the order of the resources.
fn plan<'r>(
    context: &mut Context<'_, '_, '_>,
    read: Vec<(DeploymentResource<'r>, Definitions)>,
) -> Vec<Planned<'r>> {
    let mut planned: Vec<Planned<'r>> = Vec::new();
    for (resource, definitions) in read {
        let checksum: [u8; 16] = Md5::digest(resource.resource).into();
        for process in definitions.processes.into_iter().filter(|process| process.is_executable) {
            let latest = context.state.latest_process(&process.id);
            let latest = latest.map(|latest| (latest.version, latest.process_definition_key));
            let same = latest.filter(|(_, key)| {
                let row = context.state.process(*key).expect("the latest version is there");
                row.checksum == checksum && row.resource_name == resource.resource_name
            });
            planned.push(Planned { resource, checksum, process, key: -1, version: 0, duplicate_of: None });
            let last = planned.last_mut().expect("pushed before");
            match same {
                Some((version, key)) => {
                    let row = context.state.process(key).expect("the latest version is there");
                    (last.version, last.key, last.duplicate_of) = (version, key, Some(row.deployment_key));
                }
                None => last.version = latest.map_or(1, |(version, _)| version + 1),
            }
        }
    }
    // Keys of what is new come first. Processes deployed together are versioned together: where one is new, the rest
    // becomes new with it.
    for planned in planned.iter_mut().filter(|planned| planned.duplicate_of.is_none()) {
        planned.key = context.next_key();
    }
    if planned.iter().any(|planned| planned.duplicate_of.is_none()) {
        for planned in planned.iter_mut().filter(|planned| planned.duplicate_of.is_some()) {
            (planned.key, planned.version, planned.duplicate_of) = (context.next_key(), planned.version + 1, None);
        }
    }
    planned
}

fn process_metadata<'p>(planned: &'p Planned<'p>, deployment_key: i64) -> ProcessMetadata<'p> {
    ProcessMetadata {
        bpmn_process_id: &planned.process.id,
        version: planned.version,
        version_tag: planned.process.version_tag.as_deref().unwrap_or_default(),
        process_definition_key: planned.key,
        resource_name: planned.resource.resource_name,
        checksum: &planned.checksum,
        is_duplicate: planned.duplicate_of.is_some(),
        deployment_key: planned.duplicate_of.unwrap_or(deployment_key),
        ..ProcessMetadata::default()
    }
}

fn tell(context: &mut Context<'_, '_, '_>, planned: &Planned<'_>, deployment_key: i64) {
    let value = ProcessValue {
        bpmn_process_id: &planned.process.id,
        version: planned.version,
        version_tag: planned.process.version_tag.as_deref().unwrap_or_default(),
        process_definition_key: planned.key,
        resource_name: planned.resource.resource_name,
        checksum: &planned.checksum,
        resource: planned.resource.resource,
        deployment_key,
        ..ProcessValue::default()
    };
    context.event(planned.key, ValueType::Process, ProcessIntent::Created, &value);
}
