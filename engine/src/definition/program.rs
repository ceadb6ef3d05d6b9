//! What an element evaluates, compiled once.

use tidemill_model::graph::Mapping;
use tidemill_model::{Element, Text};

use crate::expression::{MappingProgram, Property};

/// Expressions of one element.
#[derive(Debug)]
pub struct ElementProgram {
    /// Input mappings.
    pub inputs: Option<MappingProgram>,
    /// Output mappings.
    pub outputs: Option<MappingProgram>,
    /// The job.
    pub job: Option<JobProgram>,
    /// Id of the decision that it calls.
    pub decision: Option<Property>,
    /// Condition of a sequence flow.
    pub condition: Option<Property>,
    /// Text of a timer.
    pub timer: Option<Property>,
    /// Code of an error that is thrown.
    pub error: Option<Property>,
    /// Name and correlation key of a message.
    pub message: Option<(Property, Option<Property>)>,
}

/// A job definition.
#[derive(Debug)]
pub struct JobProgram {
    /// Its type.
    pub job_type: Property,
    /// Its retries.
    pub retries: Property,
    /// Its retries where they are static.
    pub static_retries: Option<i32>,
}

impl ElementProgram {
    /// Compiles what an element says. Expressions were parsed when the process was deployed.
    pub fn new(element: &Element) -> Self {
        let message = element.message.as_ref();
        Self {
            inputs: mapping(&element.inputs, false),
            outputs: mapping(&element.outputs, true),
            job: element.task_definition.as_ref().map(|definition| JobProgram {
                job_type: Property::new(&definition.job_type),
                retries: Property::new(&definition.retries),
                static_retries: static_number(&definition.retries),
            }),
            decision: element.called_decision.as_ref().map(|called| Property::new(&called.decision_id)),
            condition: element.flow.as_ref().and_then(|flow| flow.condition.as_ref()).map(Property::new),
            timer: element.timer.as_ref().map(|timer| Property::new(&timer.text)),
            error: element.error.as_ref().and_then(|error| error.code.as_ref()).map(Property::new),
            message: message.map(|message| {
                (Property::new(&message.name), message.correlation_key.as_ref().map(Property::new))
            }),
        }
    }

    /// Expressions that do not parse.
    pub fn parse_errors(&self) -> Vec<String> {
        let mappings = self.inputs.iter().chain(&self.outputs).filter_map(MappingProgram::parse_error);
        let job = self.job.iter().flat_map(|job| [&job.job_type, &job.retries]);
        let message = self.message.iter().flat_map(|(name, key)| std::iter::once(name).chain(key));
        let properties = self
            .condition
            .iter()
            .chain(&self.decision)
            .chain(&self.timer)
            .chain(&self.error)
            .chain(job)
            .chain(message);
        properties.filter_map(Property::parse_error).chain(mappings).map(str::to_owned).collect()
    }
}

fn mapping(mappings: &[Mapping], merge: bool) -> Option<MappingProgram> {
    (!mappings.is_empty()).then(|| MappingProgram::new(mappings, merge))
}

fn static_number(text: &Text) -> Option<i32> {
    text.static_value().and_then(|text| text.trim().parse().ok())
}
