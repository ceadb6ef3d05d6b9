//! BPMN and DMN XML read into executable graphs, with deployment-time validation.
//!
//! The way of a resource: bytes → [`xml`] tree → [`bpmn`] checks (schema, then element rules) → [`graph`]
//! (elements with precomputed relations) → checks on the graph. Sans-io: no clock, no randomness, no files.
//! This room knows nothing of records, storage or the engine; whether the engine can *execute* an element is
//! answered separately by [`supported`].

pub mod bpmn;
pub mod dmn;
pub mod graph;
pub mod limits;
pub mod messagepack;
pub mod supported;
pub mod text;
pub mod timer;
pub mod violation;
pub mod xml;

pub use bpmn::{Definitions, duplicate_process_ids, read_bpmn};
pub use dmn::{DecisionRequirements, read_dmn, read_dmn_without_logic};
pub use graph::{Element, ElementIndex, ElementType, EventType, Process};
pub use text::Text;
pub use violation::{Violation, render};
