//! Consensus of one partition: a plain state machine after etcd/raft. Input goes in through methods of
//! [`Raft`], what has to be done comes out in its [`Output`]. It knows no disks, sockets, threads, clocks or
//! chance (the driver gives a seed), and it never sees the bytes of an entry: an entry is its place, term,
//! chain value and length.
//!
//! # Driving it
//!
//! ```text
//! step(message, entries)  tick()  propose(entry)  log_durable(index, epoch)  hard_state_durable(version)
//! applied(index)
//!    └──────────────────────────────────────┬────────────────────────────────────────────────┘
//!                                           ▼
//! output(): log operations ─▶ journal   hard state ─▶ vote file   messages ─▶ peers   commit ─▶ state machine
//! wanted(): an entry that the leader has to append for consensus itself
//! ```
//!
//! After each input: do the log operations in their order, with the bytes of the message that was stepped;
//! fill the messages from the journal and send them; start writing the hard state; append what is
//! [`Raft::wanted`]. Messages may leave at once: those that promise something were held back until it was
//! durable. Durability is reported when it is reached, in any later turn.
//!
//! # Fault model
//!
//! Messages get lost, repeated, reordered and delayed; a corrupted one is found by its checksum
//! ([`message::codec`]). Replicas stop and start again with what was durable. A disk may lose acknowledged
//! entries at the end of the log ([`Doubt`]), in its middle ([`Damage`]), or everything (amnesia); see
//! [`Boot`]. Replicas do not lie.
//!
//! # Invariants
//!
//! 1. One leader a term: votes leave when they are durable, and nobody votes twice in a term, nor with
//!    amnesia.
//! 2. Acknowledged is durable: up to that index, in this log, which agrees with the leader's.
//! 3. What is committed never changes: truncation below the commit index is asserted against.
//! 4. A leader commits only entries of its own term, which commit those before.
//! 5. Entries that agree in index and term agree in chain value, hence in all before them; where they do not,
//!    it is reported, and nothing that is committed is given up.
//! 6. Nothing allocates in steady state: windows, queues and the output keep their room. Changes of the
//!    configuration do.

mod confchange;
mod configuration;
mod election;
mod entry;
mod follower;
mod heartbeat;
mod ids;
mod inflights;
pub mod limits;
mod log;
mod member_set;
mod membership;
pub mod message;
mod options;
mod output;
mod progress;
pub mod quorum;
mod raft;
mod read_index;
mod recovery;
mod repair;
mod replication;
mod replies;
mod snapshot;
mod transfer;

pub use confchange::{ChangeError, Changer, fresh_progress};
pub use configuration::{Change, Configuration, ConfigurationChange, Transition};
pub use entry::{EntryKind, EntryMeta, HardState, Place};
pub use ids::{Chain, NodeId, RequestId};
pub use inflights::Inflights;
pub use log::Log;
pub use member_set::{MEMBER_COUNT_MAX, MemberSet};
#[cfg(feature = "sabotage")]
pub use options::Sabotage;
pub use options::{Boot, Damage, Doubt, Options, ReadMode};
pub use output::{
    Alarm, HardStateWrite, Leadership, LogOperation, Output, ReadAnswer, Role, SnapshotEvent, Wanted,
};
pub use progress::{Progress, ProgressState};
pub use raft::Raft;
pub use replication::ProposeError;
