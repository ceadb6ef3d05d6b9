//! PROCESS_INSTANCE ELEMENT_TERMINATING: the instance is being cancelled.

use super::Applying;
use crate::state::ElementState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    applying.set_element_state(ElementState::Terminating);
}
