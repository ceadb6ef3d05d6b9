//! What replicas say to each other. `Copy`: entries and snapshots are named, the driver fills in their bytes.

pub mod batch;
pub mod codec;

use tidemill_core::ids::{Index, Term};

use crate::entry::Place;
use crate::ids::{Chain, NodeId, RequestId};

/// A message, without the bytes that travel with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// Who sent it.
    pub from: NodeId,
    /// Who gets it.
    pub to: NodeId,
    /// The sender's term; for a pre-vote the term that would be started; 0 where terms do not matter.
    pub term: Term,
    /// What it says.
    pub body: Body,
}

/// Entries that go on from `previous`: the driver sends those of `first..first + count` from its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Append {
    /// The entry before the first one.
    pub previous_index: Index,
    /// Its term.
    pub previous_term: Term,
    /// Its chain value, where the leader remembers it.
    pub previous_chain: Option<Chain>,
    /// How many entries follow it.
    pub count: u64,
    /// Chain value of the last of them, where the leader remembers it.
    pub last_chain: Option<Chain>,
    /// The leader's commit index.
    pub commit: Index,
}

impl Append {
    /// The last entry, or the one before when there are none.
    pub fn last_index(&self) -> Index {
        Index::new(self.previous_index.get().saturating_add(self.count))
    }
}

/// The answer to an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendReply {
    /// Durable up to here; or, when rejected, the `previous_index` that did not fit.
    pub index: Index,
    /// It did not fit.
    pub rejected: bool,
    /// Where the logs may agree.
    pub hint_index: Index,
    /// The term there, 0 when not known.
    pub hint_term: Term,
    /// What the sender lost.
    pub losses: Losses,
}

/// What a replica lost, told with every answer until it is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses {
    /// Acknowledged entries behind `last` may be gone.
    pub tail: bool,
    /// The disk: acknowledgements count for nothing.
    pub amnesia: bool,
    /// The last entry that is there.
    pub last: Index,
}

/// A piece of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotChunk {
    /// What the snapshot stands for.
    pub place: Place,
    /// Where the piece begins.
    pub offset: u64,
    /// Its length.
    pub length: u64,
    /// The length of the whole.
    pub total: u64,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Entries from the leader, or none, to probe or to tell the commit index.
    Append(Append),
    /// Its answer.
    AppendReply(AppendReply),
    /// The leader lives. A driver may merge those of many partitions ([`batch`]).
    Heartbeat {
        /// Committed, as far as the receiver is known to have it.
        commit: Index,
        /// The round of reads that the answer confirms; 0 for none.
        read_round: u64,
        /// A receiver that lost its disk may count again once it has applied this; 0 for not yet.
        rejoin: Index,
    },
    /// Its answer.
    HeartbeatReply {
        /// The round of reads.
        read_round: u64,
        /// What the sender lost.
        losses: Losses,
    },
    /// A candidate asks for a vote.
    Vote {
        /// Only whether it would get it.
        pre: bool,
        /// The leader asked for this election: a lease does not count.
        transfer: bool,
        /// The candidate's last entry.
        last_index: Index,
        /// Its term.
        last_term: Term,
    },
    /// Its answer.
    VoteReply {
        /// To a pre-vote.
        pre: bool,
        /// No.
        rejected: bool,
    },
    /// A piece of a snapshot.
    Snapshot(SnapshotChunk),
    /// Pieces up to `offset` arrived: go on from there.
    SnapshotReply {
        /// Which snapshot.
        index: Index,
        /// The next byte wanted.
        offset: u64,
        /// It cannot be used.
        rejected: bool,
    },
    /// The leader asks the receiver to campaign at once.
    TimeoutNow,
    /// To the leader: hand over to the sender.
    TransferLeader,
    /// To the leader: up to where must be applied for this read?
    Read {
        /// The sender's name for it.
        request: RequestId,
    },
    /// The answer.
    ReadReply {
        /// The sender's name for it.
        request: RequestId,
        /// Applied up to here, the read sees all that was answered before it.
        index: Index,
    },
    /// From a replica that lost the end of its log: up to where do you have entries?
    DoubtQuery,
    /// The answer: none behind `last` was ever acknowledged by the sender and is still to be reckoned with.
    DoubtReply {
        /// The sender's last entry.
        last: Index,
    },
    /// Send this entry, whose bytes are damaged here.
    RepairRequest {
        /// Which one.
        index: Index,
        /// Its chain value, by which it is known whoever sends it.
        chain: Chain,
    },
    /// The entry travels with this.
    RepairReply {
        /// Which one.
        index: Index,
        /// Its chain value.
        chain: Chain,
    },
}

impl Body {
    /// Whether terms matter for it.
    pub(crate) fn has_term(&self) -> bool {
        !matches!(self, Self::Read { .. } | Self::RepairRequest { .. } | Self::RepairReply { .. })
    }

    /// Whether only the leader of the message's term says so.
    pub(crate) fn is_from_leader(&self) -> bool {
        matches!(self, Self::Append(_) | Self::Heartbeat { .. } | Self::Snapshot(_))
    }
}
