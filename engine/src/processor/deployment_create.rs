//! DEPLOYMENT CREATE: new versions of processes and decisions from resources. From another partition it
//! brings what that one decided, and may come twice.

use tidemill_record::value::{
    DecisionRequirementsMetadata, DecisionRequirementsValue, DecisionValue, DeploymentResource,
    DeploymentValue, ProcessMetadata, ProcessValue, Value,
};
use tidemill_record::{
    DecisionIntent, DecisionRequirementsIntent, DeploymentIntent, List, ProcessIntent, RejectionType,
    ValueType, partition_of_key,
};

use super::decode;
use crate::behavior::distribute;
use crate::context::{Context, Outcome};
use crate::deployment::{checksum, metadata, plan, read_all};

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
    let lists = metadata(&planned, deployment_key);
    let decided = DeploymentValue {
        processes_metadata: lists.processes.as_list(),
        decisions_metadata: lists.decisions.as_list(),
        decision_requirements_metadata: lists.requirements.as_list(),
        deployment_key,
        ..value
    };
    if let Some(problem) = read.problem {
        // The rejection shows what had been decided; the keys are free again.
        *context.keys = keys;
        let mut encoded = context.buffers.take();
        decided.put(&mut encoded);
        let outcome = context.reject(RejectionType::InvalidArgument, &problem, &encoded);
        context.buffers.give(encoded);
        return outcome;
    }
    tell_new(context, &decided);
    let created = DeploymentValue { resources: List::EMPTY, ..decided };
    let written = context.event(deployment_key, ValueType::Deployment, DeploymentIntent::Created, &created);
    distribute::deployment(context, deployment_key, &decided, written);
    Ok(())
}

/// Tells of what is new, resource by resource.
fn tell_new(context: &mut Context<'_, '_, '_>, value: &DeploymentValue<'_>) {
    for resource in value.resources.iter() {
        let checksum = checksum(&resource);
        let is_of = |name: &str, other: &[u8]| name == resource.resource_name && other == checksum;
        for metadata in value.processes_metadata.iter().filter(|metadata| !metadata.is_duplicate) {
            if is_of(metadata.resource_name, metadata.checksum) {
                tell_process(context, &metadata, &resource);
            }
        }
        for metadata in value.decision_requirements_metadata.iter() {
            if is_of(metadata.resource_name, metadata.checksum) && !metadata.is_duplicate {
                tell_requirements(context, &metadata, &resource);
                tell_decisions(context, metadata.decision_requirements_key, value);
            }
        }
    }
}

/// DECISION_REQUIREMENTS CREATED
fn tell_requirements(
    context: &mut Context<'_, '_, '_>,
    metadata: &DecisionRequirementsMetadata<'_>,
    resource: &DeploymentResource<'_>,
) {
    let value = DecisionRequirementsValue {
        decision_requirements_id: metadata.decision_requirements_id,
        decision_requirements_name: metadata.decision_requirements_name,
        decision_requirements_version: metadata.decision_requirements_version,
        decision_requirements_key: metadata.decision_requirements_key,
        namespace: metadata.namespace,
        resource_name: metadata.resource_name,
        checksum: metadata.checksum,
        resource: resource.resource,
        ..DecisionRequirementsValue::default()
    };
    let intent = DecisionRequirementsIntent::Created;
    context.event(value.decision_requirements_key, ValueType::DecisionRequirements, intent, &value);
}

/// DECISION CREATED for each new decision of a graph.
fn tell_decisions(context: &mut Context<'_, '_, '_>, requirements_key: i64, value: &DeploymentValue<'_>) {
    let of_graph = |decision: &DecisionValue<'_>| decision.decision_requirements_key == requirements_key;
    for decision in value.decisions_metadata.iter().filter(of_graph).filter(|new| !new.is_duplicate) {
        context.event(decision.decision_key, ValueType::Decision, DecisionIntent::Created, &decision);
    }
}

/// PROCESS CREATED
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
    let mut new_graphs =
        value.decision_requirements_metadata.iter().filter(|metadata| !metadata.is_duplicate);
    let is_known = new.any(|metadata| context.state.process(metadata.process_definition_key).is_some())
        || new_graphs.any(|new| context.state.requirements(new.decision_requirements_key).is_some());
    if is_known {
        distribute::acknowledge(context, key);
        let reason = format!("Expected to create deployment with key '{key}', but it exists already");
        return context.reject(RejectionType::AlreadyExists, &reason, body);
    }
    let is_there = |name: &str| value.resources.iter().any(|resource| resource.resource_name == name);
    let processes_are_there = value.processes_metadata.iter().all(|of| is_there(of.resource_name));
    let mut graphs = value.decision_requirements_metadata.iter();
    if !processes_are_there || !graphs.all(|of| is_there(of.resource_name)) {
        let reason = "Expected the resources of a distributed deployment, but not all are there";
        return context.reject(RejectionType::InvalidArgument, reason, body);
    }
    tell_new(context, value);
    let created = DeploymentValue { resources: List::EMPTY, ..*value };
    context.event(key, ValueType::Deployment, DeploymentIntent::Created, &created);
    distribute::acknowledge(context, key);
    Ok(())
}
