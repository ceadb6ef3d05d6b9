//! PROCESS_INSTANCE ELEMENT_TERMINATED: the instance and all that it held is gone; a boundary event that
//! triggered it keeps its event until it is activated.

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    applying.remove_element();
}
