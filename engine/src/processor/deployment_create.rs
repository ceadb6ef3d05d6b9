//! DEPLOYMENT CREATE: new versions of processes from resources. From another partition it brings what that
//! one decided, and may come twice.

use tidemill_record::value::{DeploymentResource, DeploymentValue, ProcessMetadata, ProcessValue, Value};
use tidemill_record::{DeploymentIntent, List, ProcessIntent, RejectionType, ValueType, partition_of_key};

use super::decode;
use crate::behavior::distribute;
use crate::context::{Context, Outcome};
use crate::deployment::{metadata, plan, read_all};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: DeploymentValue<'_> = decode(context, body)?;
    let from = partition_of_key(context.head.key);
    if from > 0 && from != i64::from(context.config.partition_id) {
        return take_distributed(context, &value, body);
    }
    let read = read_all(&value);
    let keys = *context.keys;
    let deployment_key = context.next_key();
    let planned = plan(context, read.resources);
    let list = metadata(&planned, deployment_key);
    let decided = DeploymentValue { processes_metadata: list.as_list(), deployment_key, ..value };
    if let Some(problem) = read.problem {
        // The rejection shows what had been decided; the keys are free again.
        *context.keys = keys;
        let mut encoded = context.buffers.take();
        decided.put(&mut encoded);
        let outcome = context.reject(RejectionType::InvalidArgument, &problem, &encoded);
        context.buffers.give(encoded);
        return outcome;
    }
    tell_processes(context, &decided);
    let created = DeploymentValue { resources: List::EMPTY, ..decided };
    let written = context.event(deployment_key, ValueType::Deployment, DeploymentIntent::Created, &created);
    distribute::deployment(context, deployment_key, &decided, written);
    Ok(())
}

/// PROCESS CREATED for each process that is new.
fn tell_processes(context: &mut Context<'_, '_, '_>, value: &DeploymentValue<'_>) {
    for metadata in value.processes_metadata.iter().filter(|metadata| !metadata.is_duplicate) {
        let resource =
            value.resources.iter().find(|resource| resource.resource_name == metadata.resource_name);
        let resource = resource.expect("metadata names a resource of its deployment");
        tell_process(context, &metadata, &resource);
    }
}

fn tell_process(
    context: &mut Context<'_, '_, '_>,
    metadata: &ProcessMetadata<'_>,
    resource: &DeploymentResource<'_>,
) {
    let value = ProcessValue {
        bpmn_process_id: metadata.bpmn_process_id,
        version: metadata.version,
        version_tag: metadata.version_tag,
        process_definition_key: metadata.process_definition_key,
        resource_name: metadata.resource_name,
        checksum: metadata.checksum,
        resource: resource.resource,
        deployment_key: metadata.deployment_key,
        ..ProcessValue::default()
    };
    context.event(metadata.process_definition_key, ValueType::Process, ProcessIntent::Created, &value);
}

/// A deployment that another partition has decided.
fn take_distributed(context: &mut Context<'_, '_, '_>, value: &DeploymentValue<'_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let mut new = value.processes_metadata.iter().filter(|metadata| !metadata.is_duplicate);
    let is_known = new.any(|metadata| context.state.process(metadata.process_definition_key).is_some());
    if is_known {
        distribute::acknowledge(context, key);
        let reason = format!("Expected to create deployment with key '{key}', but it exists already");
        return context.reject(RejectionType::AlreadyExists, &reason, body);
    }
    if !value
        .processes_metadata
        .iter()
        .all(|m| value.resources.iter().any(|r| r.resource_name == m.resource_name))
    {
        let reason = "Expected the resources of a distributed deployment, but not all are there";
        return context.reject(RejectionType::InvalidArgument, reason, body);
    }
    tell_processes(context, value);
    let created = DeploymentValue { resources: List::EMPTY, ..*value };
    context.event(key, ValueType::Deployment, DeploymentIntent::Created, &created);
    distribute::acknowledge(context, key);
    Ok(())
}
