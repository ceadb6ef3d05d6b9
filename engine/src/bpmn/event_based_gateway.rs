//! The event-based gateway: waits for the events behind it; the first one goes on.

use super::{Instance, Step};
use crate::behavior::{events, transitions};
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    events::subscribe(context, instance)?;
    transitions::activated(context, instance);
    Ok(())
}

pub fn complete(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    events::unsubscribe(context, instance);
    // The event goes with the gateway: it is read before.
    let trigger = events::take_trigger(context, instance.key);
    transitions::completed(context, instance);
    let trigger = trigger.expect("only an event completes the gateway");
    events::activate_triggered_event(context, instance, trigger);
    Ok(())
}
