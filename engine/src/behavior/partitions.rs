//! Commands for the partition that keeps an entity: the own one gets a follow-up, another one a record.

use tidemill_record::value::Value;
use tidemill_record::{Intent, RecordHeader, RecordType, RejectionType, ValueType, put_record};

use crate::context::{Context, Outcome};
use crate::effects::SendFrame;

/// The partition of messages with this correlation key: the hash that Zeebe's gateways use.
pub fn of_correlation_key(correlation_key: &str, partition_count: u32) -> i32 {
    let hash = correlation_key
        .bytes()
        .fold(0i32, |hash, byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte as i8)));
    (hash.wrapping_rem(partition_count as i32)).abs() + 1
}

/// Rejects the command at hand when it names a partition that does not exist: nobody could be told.
pub fn check(context: &mut Context<'_, '_, '_>, partition_id: i64, body: &[u8]) -> Outcome {
    if (1..=i64::from(context.config.partition_count)).contains(&partition_id) {
        return Ok(());
    }
    let reason = format!("Expected to answer partition '{partition_id}', but there is no such partition");
    context.reject(RejectionType::InvalidArgument, &reason, body)
}

/// Gives a command without a key to a partition.
pub fn send<'a>(
    context: &mut Context<'_, '_, '_>,
    partition_id: i32,
    value_type: ValueType,
    intent: impl Into<Intent>,
    value: &impl Value<'a>,
) {
    send_keyed(context, partition_id, -1, value_type, intent.into(), value);
}

/// Gives a command to a partition.
pub fn send_keyed<'a>(
    context: &mut Context<'_, '_, '_>,
    partition_id: i32,
    key: i64,
    value_type: ValueType,
    intent: Intent,
    value: &impl Value<'a>,
) {
    if context.is_own_partition(partition_id) {
        return context.command(key, value_type, intent, value);
    }
    let mut record = context.buffers.take();
    put_command(&mut record, key, value_type, intent, context.log.timestamp, value);
    context.effects.send(&SendFrame { partition_id, record: &record });
    context.buffers.give(record);
}

/// Encodes a command for another partition.
pub fn put_command<'a>(
    out: &mut Vec<u8>,
    key: i64,
    value_type: ValueType,
    intent: Intent,
    timestamp: i64,
    value: &impl Value<'a>,
) {
    let header = RecordHeader {
        position: -1,
        key,
        source_position: -1,
        timestamp,
        operation_reference: -1,
        value_type,
        intent,
        record_type: RecordType::Command,
        rejection_type: RejectionType::NullVal,
        record_version: 1,
        flags: 0,
    };
    put_record(out, &header, "", |out| value.put(out));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_keys_spread_as_the_gateway_spreads_them() {
        assert_eq!(of_correlation_key("", 3), 1);
        assert_eq!(of_correlation_key("a", 3), 97 % 3 + 1);
        assert_eq!(of_correlation_key("ä", 1), 1);
        assert!((1..=7).contains(&of_correlation_key("order-123456789", 7)));
    }
}
