//! PROCESS_INSTANCE ELEMENT_ACTIVATED: the instance is at work.

use super::Applying;
use crate::state::ElementState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    applying.set_element_state(ElementState::Activated);
}
