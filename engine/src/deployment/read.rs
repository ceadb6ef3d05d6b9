//! Reading the resources of a deployment, and wording what is wrong with them.

use std::collections::HashMap;

use tidemill_model::{Definitions, Violation, read_bpmn, render, supported};
use tidemill_record::value::{DeploymentResource, DeploymentValue};

use crate::definition::Definition;

/// A resource and what it defines.
pub type ReadResource<'r> = (DeploymentResource<'r>, Definitions);

/// What was read before the deployment failed, or all of it.
pub struct Read<'r> {
    /// The resources that are good.
    pub resources: Vec<ReadResource<'r>>,
    /// Why the deployment is rejected.
    pub problem: Option<String>,
}

/// Reads all resources.
pub fn read_all<'r>(value: &DeploymentValue<'r>) -> Read<'r> {
    let mut resources: Vec<ReadResource<'r>> = Vec::new();
    if value.resources.is_empty() {
        let problem = Some("Expected to deploy at least one resource, but none given".to_owned());
        return Read { resources, problem };
    }
    let mut problems = String::new();
    let mut seen = HashMap::new();
    for resource in value.resources.iter() {
        let read = read_one(&resource).and_then(|definitions| {
            check_ids(resource.resource_name, &definitions, &mut seen)?;
            Ok(definitions)
        });
        match read {
            Ok(definitions) => resources.push((resource, definitions)),
            Err(problem) => {
                problems.push('\n');
                problems.push_str(problem.trim_end_matches('\n'));
            }
        }
    }
    let problem = (!problems.is_empty()).then(|| {
        format!("Expected to deploy new resources, but encountered the following errors:{problems}")
    });
    Read { resources, problem }
}

/// A process id stands in one resource of a deployment only.
fn check_ids<'r>(
    name: &'r str,
    definitions: &Definitions,
    seen: &mut HashMap<String, &'r str>,
) -> Result<(), String> {
    for process in definitions.executable_processes() {
        if let Some(first) = seen.insert(process.id.to_string(), name) {
            return Err(format!("Duplicated process id in resources '{first}' and '{name}'"));
        }
    }
    Ok(())
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
