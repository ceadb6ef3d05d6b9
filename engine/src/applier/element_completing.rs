//! PROCESS_INSTANCE ELEMENT_COMPLETING: the instance is being finished.

use super::Applying;
use crate::state::ElementState;

pub fn apply(applying: &mut Applying<'_, '_>) {
    applying.set_element_state(ElementState::Completing);
}
