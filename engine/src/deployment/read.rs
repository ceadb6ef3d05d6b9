//! Reading the resources of a deployment, and wording what is wrong with them.

use std::collections::HashMap;
use std::sync::Arc;

use tidemill_model::{DecisionRequirements, Definitions, Violation, read_bpmn, read_dmn, render, supported};
use tidemill_record::value::{DeploymentResource, DeploymentValue};

use crate::definition::Definition;

/// What a resource defines.
pub enum Content {
    /// Processes.
    Processes(Definitions),
    /// Decisions.
    Decisions(Arc<DecisionRequirements>),
}

/// A resource and what it defines.
pub type ReadResource<'r> = (DeploymentResource<'r>, Content);

/// What was read before the deployment failed, or all of it.
pub struct Read<'r> {
    /// The resources that are good.
    pub resources: Vec<ReadResource<'r>>,
    /// Why the deployment is rejected.
    pub problem: Option<String>,
}

/// Ids seen so far, each with its resource: they are unique within a deployment.
#[derive(Default)]
struct Seen<'r> {
    processes: HashMap<String, &'r str>,
    requirements: HashMap<Arc<str>, &'r str>,
    decisions: HashMap<Arc<str>, &'r str>,
}

/// Reads all resources.
pub fn read_all<'r>(value: &DeploymentValue<'r>) -> Read<'r> {
    let mut resources: Vec<ReadResource<'r>> = Vec::new();
    if value.resources.is_empty() {
        let problem = Some("Expected to deploy at least one resource, but none given".to_owned());
        return Read { resources, problem };
    }
    let mut problems = String::new();
    let mut seen = Seen::default();
    for resource in value.resources.iter() {
        match read_one(&resource, &mut seen) {
            Ok(content) => resources.push((resource, content)),
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

impl<'r> Seen<'r> {
    fn processes(&mut self, name: &'r str, definitions: &Definitions) -> Result<(), String> {
        for process in definitions.executable_processes() {
            if let Some(first) = self.processes.insert(process.id.to_string(), name) {
                return Err(format!("Duplicated process id in resources '{first}' and '{name}'"));
            }
        }
        Ok(())
    }

    fn decisions(&mut self, name: &'r str, graph: &DecisionRequirements) -> Result<(), String> {
        let duplicated = |what: &str, id: &str, first: &str| {
            format!(
                "Expected the {what} ids to be unique within a deployment \
                 but found a duplicated id '{id}' in the resources '{first}' and '{name}'."
            )
        };
        if let Some(first) = self.requirements.insert(graph.id.clone(), name) {
            return Err(duplicated("decision requirements", &graph.id, first));
        }
        for decision in &graph.decisions {
            if let Some(first) = self.decisions.insert(decision.id.clone(), name) {
                return Err(duplicated("decision", &decision.id, first));
            }
        }
        Ok(())
    }
}

fn read_one<'r>(resource: &DeploymentResource<'r>, seen: &mut Seen<'r>) -> Result<Content, String> {
    let name = resource.resource_name;
    if name.ends_with(".bpmn") || name.ends_with(".xml") {
        let definitions = read_processes(resource)?;
        seen.processes(name, &definitions)?;
        return Ok(Content::Processes(definitions));
    }
    if name.ends_with(".dmn") {
        let graph = read_dmn(name, resource.resource).map_err(|violations| wording(name, &violations))?;
        seen.decisions(name, &graph)?;
        return Ok(Content::Decisions(Arc::new(graph)));
    }
    Err(format!("\n'{name}': unknown resource type"))
}

fn read_processes(resource: &DeploymentResource<'_>) -> Result<Definitions, String> {
    let name = resource.resource_name;
    let definitions = read_bpmn(name, resource.resource).map_err(|violations| render(name, &violations))?;
    let mut violations: Vec<Violation> = Vec::new();
    for process in definitions.executable_processes() {
        violations.extend(supported::unsupported_elements(process));
        violations.extend(Definition::parse_errors(process));
    }
    if violations.is_empty() { Ok(definitions) } else { Err(render(name, &violations)) }
}

/// The first violation alone is told, as the reference does.
fn wording(name: &str, violations: &[Violation]) -> String {
    assert!(!violations.is_empty(), "what cannot be read says why");
    format!("'{name}': {}", violations[0].message)
}
