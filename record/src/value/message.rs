//! MESSAGE, its subscriptions on both sides, and batches.

use super::record_value;
use crate::{DEFAULT_TENANT, Document, List};

record_value! {
    /// A published message.
    MessageValue {
        /// Its name.
        shown name: &'a str = "", "name";
        /// Which instance it is for.
        shown correlation_key: &'a str = "", "correlationKey";
        /// How long it waits for a subscription, ms.
        shown time_to_live: i64 = -1, "timeToLive";
        /// When it expires, epoch ms.
        shown deadline: i64 = -1, "deadline";
        /// What it carries.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Unique while the message lives; empty for none.
        shown message_id: &'a str = "", "messageId";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// A subscription on the partition of the message.
    MessageSubscriptionValue {
        /// The waiting instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The waiting element instance.
        shown element_instance_key: i64 = -1, "elementInstanceKey";
        /// Its process.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// The correlated message; -1 for none.
        shown message_key: i64 = -1, "messageKey";
        /// Which messages.
        shown message_name: &'a str = "", "messageName";
        /// Which of them.
        shown correlation_key: &'a str = "", "correlationKey";
        /// Whether the message ends the waiting.
        shown interrupting: bool = true, "interrupting";
        /// What the correlated message carries.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// A subscription on the partition of the instance.
    ProcessMessageSubscriptionValue {
        /// The waiting instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The waiting element instance.
        shown element_instance_key: i64 = -1, "elementInstanceKey";
        /// Its process.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// The correlated message; -1 for none.
        shown message_key: i64 = -1, "messageKey";
        /// Which messages.
        shown message_name: &'a str = "", "messageName";
        /// What the correlated message carries.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Whether the message ends the waiting.
        shown interrupting: bool = true, "interrupting";
        /// Which of them.
        shown correlation_key: &'a str = "", "correlationKey";
        /// The element to trigger.
        shown element_id: &'a str = "", "elementId";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
        /// The partition of the message.
        hidden subscription_partition_id: i32 = -1, "subscriptionPartitionId";
    }
}

record_value! {
    /// A message start event that waits.
    MessageStartEventSubscriptionValue {
        /// The process.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// Its id.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// The start event.
        shown start_event_id: &'a str = "", "startEventId";
        /// Which messages.
        shown message_name: &'a str = "", "messageName";
        /// The instance that a message started; -1 for none.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The message's correlation key.
        shown correlation_key: &'a str = "", "correlationKey";
        /// The message; -1 for none.
        shown message_key: i64 = -1, "messageKey";
        /// What it carries.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// Messages that expire together.
    MessageBatchValue {
        /// Their keys.
        shown message_keys: List<'a, i64> = List::EMPTY, "messageKeys";
    }
}
