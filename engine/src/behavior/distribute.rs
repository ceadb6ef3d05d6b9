//! Commands that all partitions have to know: answered only when every partition has taken them.

use tidemill_record::value::DeploymentValue;

use crate::context::Context;
use crate::log::Written;

/// Gives a deployment to the other partitions; with one partition it is answered at once.
pub fn deployment(
    context: &mut Context<'_, '_, '_>,
    _key: i64,
    _value: &DeploymentValue<'_>,
    _planned: &[(i64, i32)],
    created: Written,
) {
    context.respond(created);
}
