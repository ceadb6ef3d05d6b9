//! All state of a partition: the tables, and reading them in the engine's terms. Writing is the appliers'
//! alone.
//!
//! Texts in keys stand as 128-bit hashes, wide enough that two of one partition do not meet.

mod counters;
mod decisions;
mod elements;
mod jobs;
mod messages;
mod processes;
mod rows;
mod states;
mod variables;

pub use messages::texts_hash;
pub use rows::{
    BytesRow, ElementRow, JobRow, LatestDecisionRow, LatestRow, MessageSubscriptionRow, NumberRow,
    ProcessMessageSubscriptionRow, TriggerRow, VariableRow,
};
pub use states::{ElementState, JobState, SubscriptionState};
pub use variables::Collection;

use crate::table::{Ordered, Table, tables};

tables! {
    /// The state of one partition.
    pub struct State {
        /// Counters by [`Counter`] number.
        1 => counters: Table<u8> = Table::new;
        /// Commands left over from batches, by position: whole records.
        2 => pending: Table<i64> = Table::ordered;
        /// Deployed processes: `ProcessValue`.
        3 => processes: Table<i64> = Table::new;
        /// Latest versions by hash of the process id.
        4 => latest: Table<u128> = Table::new;
        /// Keys of processes by process id and version.
        5 => versions: Table<(u128, i64)> = Table::new;
        /// Element instances.
        6 => elements: Table<i64> = Table::new;
        /// Parent and child.
        7 => children: Ordered<(i64, i64)> = Ordered::new;
        /// Taken flows that wait at a join: scope, index of the gateway, index of the flow.
        8 => taken_flows: Table<(i64, u32, u32)> = Table::ordered;
        /// Variables by scope and name.
        9 => variables: Table<(i64, u128)> = Table::ordered;
        /// Events that reached a scope, by scope and event key.
        10 => triggers: Table<(i64, i64)> = Table::ordered;
        /// Jobs.
        11 => jobs: Table<i64> = Table::new;
        /// Activatable jobs by type.
        12 => activatable: Ordered<(u128, i64)> = Ordered::new;
        /// Deadlines of activated jobs.
        13 => deadlines: Ordered<(i64, i64)> = Ordered::new;
        /// Ends of back-offs.
        14 => backoffs: Ordered<(i64, i64)> = Ordered::new;
        /// Timers: `TimerValue`.
        15 => timers: Table<i64> = Table::new;
        /// Timers by due date.
        16 => due_timers: Ordered<(i64, i64)> = Ordered::new;
        /// Timers by element instance.
        17 => element_timers: Ordered<(i64, i64)> = Ordered::new;
        /// Messages: `MessageValue`.
        18 => messages: Table<i64> = Table::new;
        /// Messages by name and correlation key.
        19 => messages_by_name: Ordered<(u128, i64)> = Ordered::new;
        /// Messages by deadline.
        20 => message_deadlines: Ordered<(i64, i64)> = Ordered::new;
        /// Messages by name, correlation key and id.
        21 => message_ids: Table<u128> = Table::new;
        /// Message and process id that it was correlated to.
        22 => correlated: Ordered<(i64, u128)> = Ordered::new;
        /// Subscriptions on the message's side, by element instance and message name.
        23 => message_subscriptions: Table<(i64, u128)> = Table::new;
        /// The same by name and correlation key: hash, element instance.
        24 => subscriptions_by_name: Ordered<(u128, i64)> = Ordered::new;
        /// Subscriptions on the instance's side, by element instance and message name.
        25 => process_subscriptions: Table<(i64, u128)> = Table::ordered;
        /// Incidents: `IncidentValue`.
        26 => incidents: Table<i64> = Table::ordered;
        /// Incidents by element instance.
        27 => element_incidents: Table<i64> = Table::new;
        /// Incidents by job.
        28 => job_incidents: Table<i64> = Table::new;
        /// Instances set aside.
        29 => banned: Ordered<i64> = Ordered::new;
        /// Commands under distribution: `CommandDistributionValue`.
        30 => distributions: Table<i64> = Table::ordered;
        /// Distributions that a partition has not acknowledged.
        31 => pending_distributions: Ordered<(i64, i64)> = Ordered::new;
        /// Subscription commands on the way to other partitions: when they were sent, element instance, name,
        /// kind.
        32 => pending_subscriptions: Ordered<(i64, i64, u128, u8)> = Ordered::new;
        /// Commands of other partitions that were taken, by their distribution key.
        33 => received: Ordered<i64> = Ordered::new;
        /// When the subscription command of an element instance was sent last, to find it in the table
        /// before.
        34 => sent_at: Table<(i64, u128, u8)> = Table::new;
        /// Deployed decision requirements: `DecisionRequirementsValue`.
        35 => requirements: Table<i64> = Table::new;
        /// Their latest versions by hash of the id.
        36 => latest_requirements: Table<u128> = Table::new;
        /// Deployed decisions: `DecisionValue`.
        37 => decisions: Table<i64> = Table::new;
        /// Their latest versions by hash of the id.
        38 => latest_decisions: Table<u128> = Table::new;
        /// Keys of decisions by requirements graph and hash of the id.
        39 => decisions_of_requirements: Table<(i64, u128)> = Table::new;
    }
}

pub use counters::Counter;
