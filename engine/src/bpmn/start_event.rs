//! What is passed through at once: the none start event, the undefined and the manual task, the none throw
//! event.

use super::{Instance, Step};
use crate::behavior::{transitions, variables};
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    transitions::activated(context, instance);
    transitions::ask_to_complete(context, instance);
    Ok(())
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_outputs(context, instance)?;
    transitions::completed(context, instance);
    transitions::take_outgoing_flows(context, instance);
    Ok(())
}
