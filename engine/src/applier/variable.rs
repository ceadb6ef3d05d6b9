//! VARIABLE CREATED and UPDATED: the scope has the value.

use tidemill_record::value::VariableValue;

use super::Applying;
use crate::state::VariableRow;
use crate::table::text_hash_wide;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let value: VariableValue<'_> = applying.value();
    let row = VariableRow { key: applying.key(), name: value.name, value: value.value };
    let state = &mut *applying.state;
    state.variables.put(&mut state.undo, (value.scope_key, text_hash_wide(value.name)), &row);
}
