//! Straight-through loops: cycles of elements that never wait, so that an instance would spin forever inside
//! one batch of processing.
//!
//! Tasks without work, gateways, throw events and embedded sub-processes pass a token on at once. A search
//! starts at each task and throw event; through a sub-process it goes by its start event, and leaves at an
//! element without outgoing flow. Script tasks, business rule tasks and links also pass straight through, but
//! the reference broker (8.6) accepts loops of them.

use crate::graph::{Element, ElementIndex, ElementType, EventType, Process};
use crate::violation::Violation;

/// Kind of the violations found here, rendered under the process instead of an element.
pub(crate) const LOOP: &str = "loop";
/// Longest path shown in a message.
const SHOWN_MAX: usize = 100;

/// The first loop of a process.
pub(super) fn find(process: &Process) -> Option<Violation> {
    let mut search = Search { process, finished: vec![false; process.elements.len()] };
    let is =
        |element: &&Element, kind: ElementType| element.element_type == kind && is_straight(process, element);
    let kinds = [ElementType::ManualTask, ElementType::Task, ElementType::IntermediateThrowEvent];
    for kind in kinds {
        for start in process.elements.iter().filter(|element| is(element, kind)) {
            if let Some(path) = search.from(start.index) {
                // A multi-instance body and its activity are one element in the model.
                let is_inner = |at: usize| at > 0 && process.element(path[at]).scope == path[at - 1];
                let is_body =
                    |at: usize| process.element(path[at]).element_type == ElementType::MultiInstanceBody;
                let shown = (0..path.len().min(SHOWN_MAX)).filter(|at| !(is_inner(*at) && is_body(*at - 1)));
                let ids: Vec<&str> = shown.map(|at| &*process.element(path[at]).id).collect();
                let message = format!(
                    "Processes are not allowed to contain a straight-through processing loop: {}",
                    ids.join(" > ")
                );
                return Some(Violation::new(&*process.id, LOOP, message));
            }
        }
    }
    None
}

fn is_straight(process: &Process, element: &Element) -> bool {
    match element.element_type {
        ElementType::MultiInstanceBody => {
            element.children.first().is_some_and(|inner| is_straight(process, process.element(*inner)))
        }
        ElementType::IntermediateThrowEvent => true,
        ElementType::ManualTask
        | ElementType::Task
        | ElementType::ExclusiveGateway
        | ElementType::ParallelGateway
        | ElementType::InclusiveGateway
        | ElementType::SubProcess => true,
        ElementType::StartEvent | ElementType::EndEvent => element.event_type == EventType::None,
        _ => false,
    }
}

struct Search<'a> {
    process: &'a Process,
    /// Elements known to lead into no loop.
    finished: Vec<bool>,
}

impl Search<'_> {
    /// Depth-first search without recursion. Returns the loop, its first element repeated at the end.
    fn from(&mut self, start: ElementIndex) -> Option<Vec<ElementIndex>> {
        let mut path = vec![start];
        let mut open = vec![self.next(start)];
        let mut on_path = vec![false; self.finished.len()];
        on_path[start.index()] = true;
        while let Some(successors) = open.last_mut() {
            assert!(!path.is_empty(), "the path is as long as the list of open successors");
            let Some(next) = successors.pop() else {
                open.pop();
                if let Some(left) = path.pop() {
                    on_path[left.index()] = false;
                    self.finished[left.index()] = true;
                }
                continue;
            };
            if on_path[next.index()] {
                let first = path.iter().position(|index| *index == next).unwrap_or(0);
                path.push(next);
                return Some(path.split_off(first));
            }
            if !self.finished[next.index()] {
                on_path[next.index()] = true;
                path.push(next);
                open.push(self.next(next));
            }
        }
        None
    }

    /// Where a token goes at once, last one first.
    fn next(&self, index: ElementIndex) -> Vec<ElementIndex> {
        let process = self.process;
        let element = process.element(index);
        let mut found: Vec<ElementIndex> = match element.element_type {
            ElementType::SubProcess => element.start_event.into_iter().collect(),
            ElementType::MultiInstanceBody => element.children.to_vec(),
            _ => self.after(element),
        };
        found.retain(|next| is_straight(process, process.element(*next)));
        found.reverse();
        found
    }

    /// Targets of outgoing flows; at the end of a sub-process those of the sub-process.
    fn after(&self, element: &Element) -> Vec<ElementIndex> {
        let mut element = element;
        while element.outgoing.is_empty() {
            let scope = self.process.element(element.scope);
            if !matches!(scope.element_type, ElementType::SubProcess | ElementType::MultiInstanceBody) {
                return Vec::new();
            }
            element = scope;
        }
        element.outgoing.iter().map(|flow| self.process.flow(*flow).target).collect()
    }
}
