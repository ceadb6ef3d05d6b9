//! The process itself.

use super::{Instance, Step};
use crate::behavior::{results, transitions};
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    transitions::activated(context, instance);
    transitions::activate_start_event(context, instance);
    Ok(())
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    // The result is read before the variables go with the instance.
    let result = results::prepare(context, instance);
    transitions::completed(context, instance);
    results::answer(context, instance, result);
    Ok(())
}
