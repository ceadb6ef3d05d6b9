//! The exclusive gateway: the first flow whose condition holds, else the default flow. Conditions are asked
//! from the last flow of the document to the first.

use tidemill_model::ElementIndex;
use tidemill_record::ErrorType;

use super::{Instance, Step};
use crate::behavior::{Failure, transitions};
use crate::context::Context;
use crate::expression;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    let flow = find_flow(context, instance)?;
    transitions::activated(context, instance);
    transitions::completing(context, instance);
    transitions::completed(context, instance);
    match flow {
        Some(flow) => transitions::take_flow(context, instance, flow),
        None => transitions::take_outgoing_flows(context, instance),
    }
    Ok(())
}

/// The flow to take; `None` where there is nothing to choose from.
fn find_flow(
    context: &mut Context<'_, '_, '_>,
    instance: &Instance<'_>,
) -> Result<Option<ElementIndex>, Failure> {
    let element = instance.element;
    let definition = instance.definition;
    let unconditional = |flow: &ElementIndex| definition.program(*flow).condition.is_none();
    match &*element.outgoing {
        [] => return Ok(None),
        [only] if unconditional(only) => return Ok(Some(*only)),
        _ => {}
    }
    for flow in element.outgoing.iter().rev().filter(|flow| element.default_flow != Some(**flow)) {
        let Some(condition) = &definition.program(*flow).condition else { continue };
        if expression::boolean(context, condition, instance.key)? {
            return Ok(Some(*flow));
        }
    }
    element.default_flow.map(Some).ok_or_else(|| {
        let message = "Expected at least one condition to evaluate to true, or to have a default flow";
        Failure::new(ErrorType::ConditionError, message)
    })
}
