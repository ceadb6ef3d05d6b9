//! The boundary event: activated by what it caught, completed at once.

use super::{Instance, Step};
use crate::behavior::{transitions, variables};
use crate::context::Context;

pub fn activate(_context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    panic!("boundary event '{}' is activated by its event, never by a token", instance.element.id);
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    variables::apply_outputs(context, instance)?;
    transitions::completed(context, instance);
    transitions::take_outgoing_flows(context, instance);
    Ok(())
}
