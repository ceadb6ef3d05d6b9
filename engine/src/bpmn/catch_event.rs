//! The intermediate catch event, which waits for a timer or a message, and the receive task.

use super::{Instance, Step};
use crate::behavior::{events, transitions, variables};
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_inputs(context, instance)?;
    events::subscribe(context, instance)?;
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
