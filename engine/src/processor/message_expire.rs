//! MESSAGE EXPIRE and MESSAGE_BATCH EXPIRE: messages whose time to live is over are gone.

use tidemill_record::value::{MessageBatchValue, MessageValue};
use tidemill_record::{MessageIntent, RejectionType, ValueType};

use super::decode;
use crate::context::{Context, Outcome};

/// MESSAGE_BATCH EXPIRE: messages that are gone already are passed over.
pub fn batch(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let value: MessageBatchValue<'_> = decode(context, body)?;
    for key in value.message_keys.iter() {
        if context.state.messages.contains(&key) {
            context.event(key, ValueType::Message, MessageIntent::Expired, &MessageValue::default());
        }
    }
    Ok(())
}

/// MESSAGE EXPIRE
pub fn one(context: &mut Context<'_, '_, '_>, body: &[u8]) -> Outcome {
    let key = context.head.key;
    let Some(message) = context.state.message(key) else {
        let reason = format!("Expected to expire message with key '{key}', but no such message was found");
        return context.reject(RejectionType::NotFound, &reason, body);
    };
    let written = context.log.event(key, ValueType::Message, MessageIntent::Expired, &message);
    context.apply(written);
    Ok(())
}
