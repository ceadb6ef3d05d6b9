//! Compiled process definitions: a cache beside the table of processes, never state. It is filled from the
//! resource's bytes whenever a definition is asked for, after a replay or an undo too.

mod program;

use std::sync::Arc;

use hashbrown::HashMap;
use tidemill_dmn::Program;
use tidemill_model::{
    Element, ElementIndex, ElementType, EventType, Process, Violation, read_bpmn, read_dmn,
};
use tidemill_record::value::ProcessInstanceValue;
use tidemill_record::{BpmnElementType, BpmnEventType};

pub use program::ElementProgram;

use crate::state::State;

/// One version of a process, ready to run.
#[derive(Debug)]
pub struct Definition {
    /// Its key.
    pub key: i64,
    /// Its version.
    pub version: i32,
    /// The graph.
    pub process: Process,
    /// What each element evaluates, by index.
    programs: Box<[ElementProgram]>,
    types: Box<[(BpmnElementType, BpmnEventType)]>,
}

impl Definition {
    /// Compiles a checked process.
    pub fn new(key: i64, version: i32, process: Process) -> Self {
        let programs = process.elements.iter().map(ElementProgram::new).collect();
        let types = process.elements.iter().map(record_types).collect();
        Self { key, version, process, programs, types }
    }

    /// Expressions of a process that do not parse.
    pub fn parse_errors(process: &Process) -> Vec<Violation> {
        let errors = process.elements.iter().flat_map(|element| {
            let errors = ElementProgram::new(element).parse_errors();
            errors.into_iter().map(|error| Violation::new(&*element.id, element.element_type.name(), error))
        });
        errors.collect()
    }

    /// The element at an index.
    pub fn element(&self, index: ElementIndex) -> &Element {
        self.process.element(index)
    }

    /// What the element evaluates.
    pub fn program(&self, index: ElementIndex) -> &ElementProgram {
        &self.programs[index.index()]
    }

    /// The value of a record about an instance of an element.
    pub fn value(
        &self,
        index: ElementIndex,
        process_instance_key: i64,
        flow_scope_key: i64,
    ) -> ProcessInstanceValue<'_> {
        let (bpmn_element_type, bpmn_event_type) = self.types[index.index()];
        ProcessInstanceValue {
            bpmn_process_id: &self.process.id,
            version: self.version,
            process_definition_key: self.key,
            process_instance_key,
            element_id: &self.element(index).id,
            flow_scope_key,
            bpmn_element_type,
            bpmn_event_type,
            ..ProcessInstanceValue::default()
        }
    }

    /// The element that a record speaks of.
    pub fn find(&self, value: &ProcessInstanceValue<'_>) -> Option<ElementIndex> {
        let index = self.process.find(value.element_id)?.index;
        if self.types[index.index()].0 == value.bpmn_element_type {
            return Some(index);
        }
        let element_type =
            ElementType::ALL.into_iter().find(|t| t.name() == value.bpmn_element_type.name())?;
        self.process.find_typed(value.element_id, element_type).map(|element| element.index)
    }
}

fn record_types(element: &Element) -> (BpmnElementType, BpmnEventType) {
    let element_type = BpmnElementType::from_name(element.element_type.name());
    let waits_for_message = element.element_type == ElementType::ReceiveTask && element.message.is_some();
    let event_type = if waits_for_message { EventType::Message } else { element.event_type };
    let event_type = BpmnEventType::from_name(event_type.name());
    (
        element_type.expect("records know every type of the model"),
        event_type.expect("records know every event type of the model"),
    )
}

/// The definitions in use.
#[derive(Debug, Default)]
pub struct Definitions {
    by_key: HashMap<i64, Arc<Definition>>,
    decisions: HashMap<i64, Arc<Program>>,
}

impl Definitions {
    /// The definition with this key, compiled on first use. `None` when the state has none.
    pub fn get(&mut self, state: &State, key: i64) -> Option<Arc<Definition>> {
        if let Some(definition) = self.by_key.get(&key) {
            return Some(definition.clone());
        }
        let row = state.process(key)?;
        let definitions = read_bpmn(row.resource_name, row.resource)
            .unwrap_or_else(|_| panic!("process {key} was checked when it was deployed"));
        let process = definitions
            .processes
            .into_iter()
            .find(|process| *process.id == *row.bpmn_process_id)
            .unwrap_or_else(|| panic!("the resource of process {key} holds it"));
        let definition = Arc::new(Definition::new(key, row.version, process));
        self.by_key.insert(key, definition.clone());
        Some(definition)
    }

    /// The requirements graph with this key, prepared on first use. `None` when the state has none that can
    /// be read.
    pub fn decisions(&mut self, state: &State, requirements_key: i64) -> Option<Arc<Program>> {
        if let Some(program) = self.decisions.get(&requirements_key) {
            return Some(program.clone());
        }
        let row = state.requirements(requirements_key)?;
        let program = Arc::new(Program::new(read_dmn(row.resource_name, row.resource).ok()?));
        self.decisions.insert(requirements_key, program.clone());
        Some(program)
    }

    /// Forgets everything: the state went back, keys may mean other processes now.
    pub fn clear(&mut self) {
        self.by_key.clear();
        self.decisions.clear();
    }
}
