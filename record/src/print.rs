//! Records as the JSON lines that Zeebe's exporters deliver.

use crate::value::{self, Value};
use crate::{COMPATIBLE_VERSION, DEFAULT_TENANT, Field, Intent, Malformed, RecordView, ValueType};

/// Runs `$use` with the view type of a value type; `$otherwise` where this broker has none.
macro_rules! with_value {
    ($value_type:expr, $view:ident => $use:expr, $otherwise:expr) => {
        match $value_type {
            ValueType::Job => {
                type $view<'v> = value::JobValue<'v>;
                $use
            }
            ValueType::JobBatch => {
                type $view<'v> = value::JobBatchValue<'v>;
                $use
            }
            ValueType::Deployment => {
                type $view<'v> = value::DeploymentValue<'v>;
                $use
            }
            ValueType::DeploymentDistribution => {
                type $view<'v> = value::DeploymentDistributionValue<'v>;
                $use
            }
            ValueType::Process => {
                type $view<'v> = value::ProcessValue<'v>;
                $use
            }
            ValueType::ProcessInstance => {
                type $view<'v> = value::ProcessInstanceValue<'v>;
                $use
            }
            ValueType::ProcessInstanceCreation => {
                type $view<'v> = value::ProcessInstanceCreationValue<'v>;
                $use
            }
            ValueType::ProcessInstanceResult => {
                type $view<'v> = value::ProcessInstanceResultValue<'v>;
                $use
            }
            ValueType::ProcessInstanceBatch => {
                type $view<'v> = value::ProcessInstanceBatchValue<'v>;
                $use
            }
            ValueType::ProcessEvent => {
                type $view<'v> = value::ProcessEventValue<'v>;
                $use
            }
            ValueType::Incident => {
                type $view<'v> = value::IncidentValue<'v>;
                $use
            }
            ValueType::Message => {
                type $view<'v> = value::MessageValue<'v>;
                $use
            }
            ValueType::MessageBatch => {
                type $view<'v> = value::MessageBatchValue<'v>;
                $use
            }
            ValueType::MessageSubscription => {
                type $view<'v> = value::MessageSubscriptionValue<'v>;
                $use
            }
            ValueType::ProcessMessageSubscription => {
                type $view<'v> = value::ProcessMessageSubscriptionValue<'v>;
                $use
            }
            ValueType::MessageStartEventSubscription => {
                type $view<'v> = value::MessageStartEventSubscriptionValue<'v>;
                $use
            }
            ValueType::Timer => {
                type $view<'v> = value::TimerValue<'v>;
                $use
            }
            ValueType::Variable => {
                type $view<'v> = value::VariableValue<'v>;
                $use
            }
            ValueType::VariableDocument => {
                type $view<'v> = value::VariableDocumentValue<'v>;
                $use
            }
            ValueType::CommandDistribution => {
                type $view<'v> = value::CommandDistributionValue<'v>;
                $use
            }
            ValueType::Error => {
                type $view<'v> = value::ErrorValue<'v>;
                $use
            }
            _ => $otherwise,
        }
    };
}
pub(crate) use with_value;

/// Appends the JSON of an encoded value; `{}` for types that this broker never writes.
///
/// # Errors
/// [`Malformed`] when the bytes are not the value.
pub fn print_value(value_type: ValueType, body: &[u8], out: &mut String) -> Result<(), Malformed> {
    if value_type == ValueType::CommandDistribution {
        return print_distribution(body, out);
    }
    with_value!(value_type, View => Value::print(&<View<'_> as Value>::take(body)?, out), out.push_str("{}"));
    Ok(())
}

/// Whether an encoded value can be read and printed; what a door hands in is checked with it before it is written.
///
/// # Errors
/// [`Malformed`] when the bytes are not the value.
pub fn check_value(value_type: ValueType, body: &[u8]) -> Result<(), Malformed> {
    if value_type == ValueType::CommandDistribution {
        let distribution = value::CommandDistributionValue::take(body)?;
        // A distribution never carries another one.
        if distribution.value_type != value_type && !distribution.command_value.is_empty() {
            return check_value(distribution.value_type, distribution.command_value);
        }
        let nested = distribution.value_type == value_type;
        return if nested {
            Err(crate::Input::new(body).malformed("a command's value type"))
        } else {
            Ok(())
        };
    }
    with_value!(value_type, View => <View<'_> as Value>::take(body).map(drop), Ok(()))
}

/// A distribution shows the value of the command that it carries.
fn print_distribution(body: &[u8], out: &mut String) -> Result<(), Malformed> {
    let distribution = value::CommandDistributionValue::take(body)?;
    distribution.print(out);
    assert_eq!(out.pop(), Some('}'), "a value ends as an object");
    out.push_str(",\"intent\":");
    crate::escape_json(Intent(distribution.intent as u8).name(distribution.value_type), out);
    out.push_str(",\"commandValue\":");
    if distribution.command_value.is_empty() {
        out.push_str("null");
    } else {
        print_value(distribution.value_type, distribution.command_value, out)?;
    }
    out.push('}');
    Ok(())
}

/// Appends one line (without its end) for a record of `partition_id`.
///
/// # Errors
/// [`Malformed`] when the value's bytes are not what the header says.
pub fn print_record(partition_id: u32, record: &RecordView<'_>, out: &mut String) -> Result<(), Malformed> {
    let header = &record.header;
    out.push_str("{\"partitionId\":");
    i64::from(partition_id).print(out);
    out.push_str(",\"value\":");
    print_value(header.value_type, record.body, out)?;
    let numbers = [
        (",\"key\":", header.key),
        (",\"timestamp\":", header.timestamp),
        (",\"position\":", header.position),
        (",\"sourceRecordPosition\":", header.source_position),
        (",\"operationReference\":", header.operation_reference),
        (",\"recordVersion\":", i64::from(header.record_version)),
    ];
    for (name, number) in numbers {
        out.push_str(name);
        number.print(out);
    }
    let names = [
        (",\"valueType\":", header.value_type.name()),
        (",\"intent\":", header.intent.name(header.value_type)),
        (",\"recordType\":", header.record_type.name()),
        (",\"rejectionType\":", header.rejection_type.name()),
        (",\"rejectionReason\":", record.rejection_reason),
        (",\"brokerVersion\":", COMPATIBLE_VERSION),
    ];
    for (name, text) in names {
        out.push_str(name);
        crate::escape_json(text, out);
    }
    out.push_str(",\"authorizations\":{\"authorized_tenants\":[");
    crate::escape_json(DEFAULT_TENANT, out);
    out.push_str("]}}");
    Ok(())
}
