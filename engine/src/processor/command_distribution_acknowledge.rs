//! COMMAND_DISTRIBUTION ACKNOWLEDGE: a partition has taken a command; when it was the last, the distribution
//! is over and its client is answered.

use tidemill_record::value::CommandDistributionValue;
use tidemill_record::{CommandDistributionIntent, RejectionType, ValueType};

use super::decode;
use crate::context::{Context, Outcome};

pub fn process(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: CommandDistributionValue<'_> = decode(context, body)?;
    let key = context.head.key;
    if !context.state.pending_distributions.contains(&(key, i64::from(value.partition_id))) {
        let reason = format!(
            "Expected to find pending distribution with key '{key}' for partition {}, \
             but no pending distribution was found",
            value.partition_id
        );
        return context.reject(RejectionType::NotFound, &reason, body);
    }
    let value_type = ValueType::CommandDistribution;
    context.event(key, value_type, CommandDistributionIntent::Acknowledged, &value);
    let rest = context.state.pending_distributions.first_from((key, 0));
    if rest.is_none_or(|(other, _)| other != key) {
        let finished = CommandDistributionValue { partition_id: context.config.partition_id as i32, ..value };
        context.event(key, value_type, CommandDistributionIntent::Finished, &finished);
        context.answer_distribution(key);
    }
    Ok(())
}
