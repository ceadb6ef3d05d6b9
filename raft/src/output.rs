//! What the driver has to do: one reusable buffer. Nothing in it waits for anything else in it, save that log
//! operations happen in their order and before entries are taken for the messages of a later input.

use tidemill_core::ids::{Index, Term};

use crate::entry::{HardState, Place};
use crate::ids::{Chain, NodeId, RequestId};
use crate::message::Message;

/// What a replica is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Follows a leader, or waits for one.
    Follower,
    /// Asks whether an election could be won.
    PreCandidate,
    /// Asks for votes.
    Candidate,
    /// Leads.
    Leader,
}

/// Who leads, as this replica sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leadership {
    /// In this term.
    pub term: Term,
    /// Who; [`NodeId::NONE`] when nobody is known.
    pub leader: NodeId,
    /// What this replica is.
    pub role: Role,
}

/// A hard state to make durable; then tell with [`crate::Raft::hard_state_durable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HardStateWrite {
    /// Grows with each change; a later one covers those before.
    pub version: u64,
    /// What to write.
    pub state: HardState,
}

/// What to do to the journal, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogOperation {
    /// Remove all entries behind `last`.
    Truncate {
        /// The last one to keep.
        last: Index,
    },
    /// Append entries `first..=last` of the message that was stepped. Tell [`crate::Raft::log_durable`] when
    /// they are durable.
    Store {
        /// The first one.
        first: Index,
        /// The last one.
        last: Index,
    },
    /// Put the entry of the message that was stepped in the place of a damaged one.
    Repair {
        /// Which one.
        index: Index,
        /// Its chain value.
        chain: Chain,
    },
}

/// An entry that the leader has to append, for consensus itself. See [`crate::Raft::wanted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An empty entry, the first one of the term. Nothing else can be proposed before it.
    TermStart,
    /// A change of the configuration: [`crate::ConfigurationChange::LEAVE`].
    LeaveJoint,
}

/// What happens to snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotEvent {
    /// `to` needs one: answer with [`crate::Raft::send_snapshot`] when there is one.
    Wanted {
        /// Who.
        to: NodeId,
    },
    /// Write the piece that travels with the message; the first one (offset 0) starts the snapshot anew.
    Write {
        /// Which snapshot.
        index: Index,
        /// Where the piece begins.
        offset: u64,
        /// Its length.
        length: u64,
    },
    /// It is complete: check and install it, restart the journal behind it, all durable; then
    /// [`crate::Raft::snapshot_installed`], or [`crate::Raft::snapshot_refused`].
    Install {
        /// What it stands for.
        place: Place,
    },
    /// It is no longer being sent to `to`.
    Finished {
        /// Who.
        to: NodeId,
    },
}

/// The answer to [`crate::Raft::read`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAnswer {
    /// The driver's name for it.
    pub request: RequestId,
    /// Read when this is applied; `None` when leadership was lost before it was confirmed.
    pub index: Option<Index>,
}

/// What an operator should know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// An append from `from` does not hold together; it was dropped.
    BrokenAppend {
        /// Who sent it.
        from: NodeId,
    },
    /// A committed entry differs between this replica and `from`.
    Diverged {
        /// The other one.
        from: NodeId,
        /// Which entry.
        index: Index,
    },
    /// Acknowledged entries at the end of the log are gone; found by a leader's word.
    TailLost {
        /// The last one that was acknowledged.
        last: Index,
    },
    /// A voter lost its disk: make it a learner, then a voter again once it has caught up.
    PeerLostDisk {
        /// Who.
        peer: NodeId,
    },
    /// No leader repaired the end of the log, and nobody else ever could have; it is taken as it is.
    DoubtOverruled {
        /// Entries up to here may have been acknowledged and are lost.
        last: Index,
    },
}

/// All that an input caused. Clear it when it is done.
#[derive(Debug, Default)]
pub struct Output {
    /// To send. Appends name the entries that the driver takes from its journal now.
    pub messages: Vec<Message>,
    /// To make durable.
    pub hard_state: Option<HardStateWrite>,
    /// To do to the journal.
    pub log: Vec<LogOperation>,
    /// The commit index moved to here.
    pub commit: Option<Index>,
    /// Who leads changed.
    pub leadership: Option<Leadership>,
    /// Snapshots to send, write or install.
    pub snapshots: Vec<SnapshotEvent>,
    /// Reads that are answered.
    pub reads: Vec<ReadAnswer>,
    /// What to tell the operator.
    pub alarms: Vec<Alarm>,
}

impl Output {
    /// Forgets all, keeps the room.
    pub fn clear(&mut self) {
        self.messages.clear();
        self.hard_state = None;
        self.log.clear();
        self.commit = None;
        self.leadership = None;
        self.snapshots.clear();
        self.reads.clear();
        self.alarms.clear();
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
            && self.hard_state.is_none()
            && self.log.is_empty()
            && self.commit.is_none()
            && self.leadership.is_none()
            && self.snapshots.is_empty()
            && self.reads.is_empty()
            && self.alarms.is_empty()
    }
}
