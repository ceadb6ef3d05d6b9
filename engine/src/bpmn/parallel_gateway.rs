//! The parallel gateway: passed through in one go, fork and join alike. Whether a join may be passed was
//! asked before.

use super::{Instance, Step};
use crate::behavior::transitions;
use crate::context::Context;

pub fn activate(context: &mut Context<'_, '_, '_>, instance: &Instance<'_>) -> Step {
    transitions::activated(context, instance);
    transitions::completing(context, instance);
    transitions::completed(context, instance);
    transitions::take_outgoing_flows(context, instance);
    Ok(())
}
