//! PROCESS_INSTANCE ELEMENT_COMPLETED: the instance and all that it held is gone.

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    applying.remove_element();
}
