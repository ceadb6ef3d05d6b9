//! Reading messages and subscriptions.

use tidemill_record::value::{
    MessageSubscriptionValue, MessageValue, ProcessMessageSubscriptionValue, Value,
};

use super::{MessageSubscriptionRow, ProcessMessageSubscriptionRow, State};
use crate::table::text_hash_wide;

/// The hash of several texts, each apart from the next.
pub fn texts_hash(texts: &[&str]) -> u128 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let join = |hash: u128, text: &&str| (hash.rotate_left(41) ^ text_hash_wide(text)).wrapping_mul(ODD);
    texts.iter().fold(0, join)
}

impl<'a> MessageSubscriptionRow<'a> {
    /// The value as on records.
    pub fn decoded(&self) -> MessageSubscriptionValue<'a> {
        MessageSubscriptionValue::take(self.value).expect("rows hold what records held")
    }
}

impl<'a> ProcessMessageSubscriptionRow<'a> {
    /// The value as on records.
    pub fn decoded(&self) -> ProcessMessageSubscriptionValue<'a> {
        ProcessMessageSubscriptionValue::take(self.value).expect("rows hold what records held")
    }
}

impl State {
    /// A message.
    pub fn message(&self, key: i64) -> Option<MessageValue<'_>> {
        self.messages.row(&key)
    }

    /// A subscription on the message's side.
    pub fn message_subscription(
        &self,
        element_instance_key: i64,
        name: &str,
    ) -> Option<MessageSubscriptionRow<'_>> {
        self.message_subscriptions.row(&(element_instance_key, text_hash_wide(name)))
    }

    /// A subscription on the instance's side.
    pub fn process_subscription(
        &self,
        element_instance_key: i64,
        name: &str,
    ) -> Option<ProcessMessageSubscriptionRow<'_>> {
        self.process_subscriptions.row(&(element_instance_key, text_hash_wide(name)))
    }
}
