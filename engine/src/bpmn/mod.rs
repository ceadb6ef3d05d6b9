//! What elements do in each step of their life: one file per element.
//!
//! A step may fail on what the model or its variables say; the failure becomes an incident, and resolving it
//! takes the step again from where it failed.

mod boundary_event;
mod business_rule_task;
mod catch_event;
mod end_event;
mod event_based_gateway;
mod exclusive_gateway;
mod parallel_gateway;
mod process;
mod service_task;
mod start_event;
mod sub_process;

use tidemill_model::{Element, ElementIndex, ElementType};
use tidemill_record::value::ProcessInstanceValue;

use crate::behavior::{Failure, incidents, transitions};
use crate::context::Context;
use crate::definition::Definition;
use crate::state::{ElementRow, ElementState};

/// An element instance at hand.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'d> {
    /// Its definition.
    pub definition: &'d Definition,
    /// Its element.
    pub element: &'d Element,
    /// Its key.
    pub key: i64,
    /// The process instance.
    pub process_instance_key: i64,
    /// The instance around it; -1 for the process.
    pub flow_scope_key: i64,
}

impl<'d> Instance<'d> {
    /// The value of records about it.
    pub fn value(&self) -> ProcessInstanceValue<'d> {
        self.definition.value(self.element.index, self.process_instance_key, self.flow_scope_key)
    }

    /// Another element in the same scope, with its own key.
    pub fn sibling(&self, index: ElementIndex, key: i64) -> Self {
        Self { element: self.definition.element(index), key, ..*self }
    }
}

/// How a step went: a failure becomes an incident.
pub type Step = Result<(), Failure>;

/// Works on an instance that is there.
pub fn with_instance(
    context: &mut Context<'_, '_, '_>,
    key: i64,
    work: fn(&mut Context<'_, '_, '_>, &Instance<'_>),
) {
    let row = context.state.element(key).expect("the caller has seen the instance");
    let definition =
        context.definition(row.process_definition_key).expect("instances are of deployed processes");
    work(context, &instance(&definition, key, &row));
}

/// An instance from its row.
pub fn instance<'d>(definition: &'d Definition, key: i64, row: &ElementRow) -> Instance<'d> {
    assert_eq!(definition.key, row.process_definition_key, "the row's own definition");
    Instance {
        definition,
        element: definition.element(ElementIndex(row.element_index as u32)),
        key,
        process_instance_key: row.process_instance_key,
        flow_scope_key: row.flow_scope_key,
    }
}

/// Activates an instance; again after an incident.
pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    if !context.state.elements.contains(&instance.key) {
        transitions::activating(context, instance);
    }
    let step = match instance.element.element_type {
        ElementType::Process => process::activate(context, instance),
        ElementType::SubProcess => sub_process::activate(context, instance),
        ElementType::StartEvent
        | ElementType::Task
        | ElementType::ManualTask
        | ElementType::IntermediateThrowEvent => start_event::activate(context, instance),
        ElementType::EndEvent => end_event::activate(context, instance),
        ElementType::ServiceTask => service_task::activate(context, instance),
        ElementType::BusinessRuleTask => business_rule_task::activate(context, instance),
        ElementType::ExclusiveGateway => exclusive_gateway::activate(context, instance),
        ElementType::ParallelGateway => parallel_gateway::activate(context, instance),
        ElementType::EventBasedGateway => event_based_gateway::activate(context, instance),
        ElementType::IntermediateCatchEvent | ElementType::ReceiveTask => {
            catch_event::activate(context, instance)
        }
        ElementType::BoundaryEvent => boundary_event::activate(context, instance),
        other => panic!("element type {} is refused at deployment", other.name()),
    };
    incidents::raise(context, instance, step);
}

/// Completes an instance; again after an incident.
pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    let row = context.state.element(instance.key).expect("the guard has seen the instance");
    if row.element_state() == ElementState::Activated {
        transitions::completing(context, instance);
    }
    let step = match instance.element.element_type {
        ElementType::Process => process::complete(context, instance),
        ElementType::SubProcess => sub_process::complete(context, instance),
        ElementType::StartEvent
        | ElementType::Task
        | ElementType::ManualTask
        | ElementType::IntermediateThrowEvent => start_event::complete(context, instance),
        ElementType::EndEvent => end_event::complete(context, instance),
        ElementType::ServiceTask | ElementType::BusinessRuleTask => service_task::complete(context, instance),
        ElementType::EventBasedGateway => event_based_gateway::complete(context, instance),
        ElementType::IntermediateCatchEvent | ElementType::ReceiveTask => {
            catch_event::complete(context, instance)
        }
        ElementType::BoundaryEvent => boundary_event::complete(context, instance),
        other => panic!("element type {} completes by itself", other.name()),
    };
    incidents::raise(context, instance, step);
}

/// Cancels an instance.
pub fn terminate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    transitions::terminating(context, instance);
    match instance.element.element_type {
        ElementType::Process | ElementType::SubProcess => sub_process::terminate(context, instance),
        ElementType::ServiceTask | ElementType::BusinessRuleTask => {
            service_task::terminate(context, instance)
        }
        _ => transitions::terminate_leaf(context, instance),
    }
}

/// The last child of a scope that is being cancelled has ended.
pub fn scope_terminated(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    sub_process::terminated(context, instance);
}
