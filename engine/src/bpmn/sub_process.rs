//! The embedded sub-process; terminating it is terminating a scope, as for the process itself.

use super::{Instance, Step};
use crate::behavior::{events, incidents, results, scopes, transitions, variables};
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_inputs(context, instance)?;
    events::subscribe(context, instance)?;
    transitions::activated(context, instance);
    transitions::activate_start_event(context, instance);
    Ok(())
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_outputs(context, instance)?;
    events::unsubscribe(context, instance);
    transitions::completed(context, instance);
    transitions::take_outgoing_flows(context, instance);
    Ok(())
}

/// Children first; the scope ends when the last of them has.
pub fn terminate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    events::unsubscribe(context, instance);
    incidents::resolve_of(context, instance);
    if !scopes::terminate_children(context, instance) {
        terminated(context, instance);
    }
}

/// The last child of a scope that is being cancelled has ended.
pub fn terminated(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) {
    if instance.flow_scope_key < 0 {
        results::forget(context, instance);
    }
    transitions::end_terminated(context, instance);
}
