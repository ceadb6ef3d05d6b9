//! The service task: a job for a worker.

use super::{Instance, Step};
use crate::behavior::{events, incidents, jobs, transitions, variables};
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_inputs(context, instance)?;
    let properties = jobs::evaluate(context, instance)?;
    events::subscribe(context, instance)?;
    jobs::create(context, instance, properties);
    transitions::activated(context, instance);
    Ok(())
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_outputs(context, instance)?;
    events::unsubscribe(context, instance);
    transitions::completed(context, instance);
    transitions::take_outgoing_flows(context, instance);
    Ok(())
}

pub fn terminate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    jobs::cancel_of(context, instance);
    events::unsubscribe(context, instance);
    incidents::resolve_of(context, instance);
    transitions::end_terminated(context, instance);
}
