//! ERROR CREATED: the instance whose processing failed is set aside.

use tidemill_record::value::ErrorValue;

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: ErrorValue<'_> = applying.value();
    if value.process_instance_key >= 0 {
        let state = &mut *applying.state;
        state.banned.insert(&mut state.undo, value.process_instance_key);
    }
}
