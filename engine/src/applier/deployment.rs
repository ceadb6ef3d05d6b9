//! DEPLOYMENT CREATED: tells only; the processes have events of their own.

use super::Applying;

/// CREATED
pub fn apply_created(_applying: &mut Applying<'_, '_>) {}
