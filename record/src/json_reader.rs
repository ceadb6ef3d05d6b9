//! Values given as JSON, the way tests and tools hand in commands.

use crate::ValueType;
use crate::print::with_value;
use crate::value::{self, Value};

/// Appends the encoding of a JSON value of `value_type`.
///
/// # Errors
/// What is unusable: a type this broker has no commands of, or a field that is not what it should be.
pub fn put_json_value(
    value_type: ValueType,
    json: &serde_json::Value,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    with_value!(
        value_type,
        View => <View<'_> as Value>::put_json(json, out),
        Err(format!("records of type {} are not supported yet", value_type.name()))
    )
}
