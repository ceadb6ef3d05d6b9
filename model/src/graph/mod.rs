//! The executable graph: elements addressed by small indexes, with the relations an engine walks precomputed.
//!
//! Invariants (asserted when a process is built):
//! 1. element 0 is the process; every other element's `scope` has a smaller index than the element itself;
//! 2. a sequence flow is an element of type SEQUENCE_FLOW whose `flow` names source and target;
//! 3. an activity with multi-instance characteristics is two elements with one id: the body (type
//!    MULTI_INSTANCE_BODY, found by id, owner of flows and boundary events) and, as its only child, the
//!    activity;
//! 4. `subscriptions` lists exactly the events that wait for something outside while the element is active.

mod details;
mod element;
mod element_type;
mod event_type;
mod process;

pub use details::*;
pub use element::{Element, SequenceFlow};
pub use element_type::ElementType;
pub use event_type::EventType;
pub use process::Process;

/// Position of an element in [`Process::elements`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementIndex(pub u32);

impl ElementIndex {
    /// The process itself.
    pub const PROCESS: Self = Self(0);

    /// As an index into a slice.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
