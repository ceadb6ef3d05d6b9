//! COMMAND_DISTRIBUTION, DEPLOYMENT_DISTRIBUTION and ERROR.

use super::record_value;
use crate::{Document, ValueType};

record_value! {
    /// A command that goes from one partition to the others until each has acknowledged it.
    CommandDistributionValue {
        /// The partition meant.
        shown partition_id: i32 = -1, "partitionId";
        /// Which queue keeps its order; empty for none.
        shown queue_id: &'a str = "", "queueId";
        /// The command's value type.
        shown value_type: ValueType = ValueType::Deployment, "valueType";
        /// The command's intent, by number; JSON output names it.
        hidden intent: i32 = 0, "intentNumber";
        /// The command's encoded value.
        hidden command_value: &'a [u8] = &[], "commandValueBytes";
    }
}

record_value! {
    /// The state of a deployment on another partition.
    DeploymentDistributionValue {
        /// The partition meant.
        shown partition_id: i32 = -1, "partitionId";
        /// Unused by the protocol; keeps the value a borrowed view like all others.
        hidden reserved: Document<'a> = Document::EMPTY, "reserved";
    }
}

record_value! {
    /// A failure of processing itself, with the instance that was set aside for it.
    ErrorValue {
        /// What happened.
        shown exception_message: &'a str = "", "exceptionMessage";
        /// Where.
        shown stacktrace: &'a str = "", "stacktrace";
        /// The command that failed.
        shown error_event_position: i64 = -1, "errorEventPosition";
        /// The instance that is set aside; -1 for none.
        shown process_instance_key: i64 = -1, "processInstanceKey";
    }
}
