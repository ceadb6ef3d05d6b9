//! Commands to other partitions that were not answered are sent again. Which ones stands in tables; when, is
//! volatile: sending twice changes nothing, because the receivers know what they have taken.

use tidemill_record::value::{CommandDistributionValue, DeploymentValue, Value};
use tidemill_record::{
    DeploymentIntent, Intent, MessageSubscriptionIntent, ProcessMessageSubscriptionIntent, ValueType,
    partition_of_key,
};

use super::Engine;
use crate::applier::Pending;
use crate::behavior::{messages, partitions, subscriptions};
use crate::effects::{Effects, SendFrame};
use crate::limits::{DUE_IN_SWEEP_MAX, RESEND_INTERVAL_MS};
use crate::state::{MessageSubscriptionRow, ProcessMessageSubscriptionRow};

impl Engine {
    fn has_unanswered(&self) -> bool {
        !self.state.pending_subscriptions.is_empty() || !self.state.pending_distributions.is_empty()
    }

    /// When to look for unanswered commands next.
    pub(super) fn next_resend_ms(&self) -> Option<i64> {
        self.has_unanswered().then_some(self.resend_at_ms)
    }

    /// Starts or stops the clock of unanswered commands after an entry.
    pub(super) fn plan_resend(&mut self, timestamp: i64) {
        if !self.has_unanswered() {
            self.resend_at_ms = i64::MAX;
        } else if self.resend_at_ms == i64::MAX {
            self.resend_at_ms = timestamp.saturating_add(RESEND_INTERVAL_MS);
        }
    }

    /// Sends a bounded number of unanswered commands again, the oldest first.
    pub(super) fn resend(&mut self, now_ms: i64, effects: &mut Effects) {
        if !self.has_unanswered() || now_ms < self.resend_at_ms {
            return;
        }
        let before = now_ms.saturating_sub(RESEND_INTERVAL_MS);
        let mut at = self.resend_from;
        for _ in 0..DUE_IN_SWEEP_MAX {
            let next =
                self.state.pending_subscriptions.first_from(at).filter(|(sent_ms, ..)| *sent_ms <= before);
            let Some((sent_ms, instance, name, kind)) = next else {
                self.resend_distributions(now_ms, effects);
                (self.resend_from, self.resend_at_ms) = (FIRST, now_ms.saturating_add(RESEND_INTERVAL_MS));
                return;
            };
            self.resend_subscription((instance, name), kind, now_ms, effects);
            at = (sent_ms, instance, name, kind + 1);
        }
        self.resend_from = at;
    }

    fn resend_subscription(&mut self, key: (i64, u128), kind: u8, now_ms: i64, effects: &mut Effects) {
        let own = self.config.partition_id as i32;
        if kind == Pending::Correlating as u8 {
            let Some(row) = self.state.message_subscriptions.row::<MessageSubscriptionRow<'_>>(&key) else {
                return;
            };
            let subscription = row.decoded();
            let partition = partition_of_key(subscription.process_instance_key) as i32;
            let intent = ProcessMessageSubscriptionIntent::Correlate.into();
            let command = messages::correlate_command(&subscription, own);
            send(effects, partition, (-1, ValueType::ProcessMessageSubscription, intent), now_ms, &command);
            return;
        }
        let row = self.state.process_subscriptions.row::<ProcessMessageSubscriptionRow<'_>>(&key);
        let Some(value) = row.map(|row| row.decoded()) else { return };
        let (intent, command) = if kind == Pending::Opening as u8 {
            (MessageSubscriptionIntent::Create, subscriptions::create_command(&value))
        } else {
            (MessageSubscriptionIntent::Delete, subscriptions::delete_command(&value))
        };
        let what = (-1, ValueType::MessageSubscription, intent.into());
        send(effects, value.subscription_partition_id, what, now_ms, &command);
    }

    fn resend_distributions(&mut self, now_ms: i64, effects: &mut Effects) {
        let pending = self.state.pending_distributions.range_from((i64::MIN, 0));
        for (key, partition) in pending.take(DUE_IN_SWEEP_MAX) {
            let row: CommandDistributionValue<'_> =
                self.state.distributions.row(&key).expect("a pending distribution has its command");
            assert_eq!(row.value_type, ValueType::Deployment, "only deployments are distributed");
            let Ok(value) = DeploymentValue::take(row.command_value) else { continue };
            let what = (key, ValueType::Deployment, DeploymentIntent::Create.into());
            send(effects, partition as i32, what, now_ms, &value);
        }
    }
}

/// Where a round of sending again begins.
pub(super) const FIRST: (i64, i64, u128, u8) = (i64::MIN, i64::MIN, 0, 0);

fn send<'a>(
    effects: &mut Effects,
    partition_id: i32,
    (key, value_type, intent): (i64, ValueType, Intent),
    now_ms: i64,
    value: &impl Value<'a>,
) {
    let mut record = Vec::new();
    partitions::put_command(&mut record, key, value_type, intent, now_ms, value);
    effects.send(&SendFrame { partition_id, record: &record });
}
