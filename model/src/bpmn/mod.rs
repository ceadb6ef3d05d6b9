//! BPMN: from bytes to executable graphs. The steps, each in a file or folder of its own: [`crate::xml`]
//! tree, [`model`] (ids and references resolved), checks, [`build`] (the graph).

mod build;
mod loops;
mod model;
mod rules;
mod schema;

pub(crate) use loops::LOOP;
pub(crate) use model::Model;

use crate::violation::Violation;
use crate::{Process, xml};
use std::collections::HashMap;
use std::sync::Arc;

/// Everything one BPMN resource defines.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// Name the resource was deployed under.
    pub resource_name: Arc<str>,
    /// All processes in document order, executable or not.
    pub processes: Vec<Process>,
}

impl Definitions {
    /// The executable processes, in document order.
    pub fn executable_processes(&self) -> impl Iterator<Item = &Process> {
        self.processes.iter().filter(|process| process.is_executable)
    }
}

/// Reads and checks one BPMN resource.
///
/// # Errors
/// All violations found (bounded by [`crate::limits::VIOLATIONS_MAX`]); broken XML is a single one that names
/// line and column.
pub fn read_bpmn(resource_name: &str, bytes: &[u8]) -> Result<Definitions, Vec<Violation>> {
    let document = xml::parse(bytes).map_err(|error| vec![Violation::resource(error.to_string())])?;
    schema::check(&document).map_err(|error| vec![Violation::resource(error.to_string())])?;
    let model = Model::new(&document);
    let violations = rules::check(&model);
    if !violations.is_empty() {
        return Err(violations);
    }
    let processes = build::processes(&model)?;
    let executable = processes.iter().filter(|process| process.is_executable);
    let loops: Vec<Violation> = executable.filter_map(loops::find).collect();
    if !loops.is_empty() {
        return Err(loops);
    }
    Ok(Definitions { resource_name: resource_name.into(), processes })
}

/// Executable processes of one deployment that share an id: one message for each second resource.
pub fn duplicate_process_ids(resources: &[&Definitions]) -> Vec<String> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    let mut messages = Vec::new();
    for resource in resources {
        for process in resource.executable_processes() {
            if let Some(first) = seen.insert(&process.id, &resource.resource_name) {
                messages.push(format!(
                    "Duplicated process id in resources '{first}' and '{}'",
                    resource.resource_name
                ));
            }
        }
    }
    messages
}
