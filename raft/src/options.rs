//! What a replica is started with.

use tidemill_core::ids::{Index, Term};
use tidemill_core::limits::{
    BATCH_BYTES_SOFT_MAX, SNAPSHOT_SLICE_BYTES, UNCOMMITTED_BYTES_MAX, UNCOMMITTED_ENTRY_COUNT_MAX,
};

use crate::configuration::Configuration;
use crate::entry::HardState;
use crate::ids::{Chain, NodeId};
use crate::limits::{APPEND_ENTRY_COUNT_MAX, INFLIGHT_COUNT_MAX};
use crate::log::Log;

/// How reads are confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadMode {
    /// A round of heartbeats proves that the leader still is one.
    #[default]
    Quorum,
    /// The lease of check-quorum is believed. A paused process may answer with what is old.
    Lease,
}

/// A fault that the simulator must find.
#[cfg(feature = "sabotage")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sabotage {
    /// None.
    #[default]
    None,
    /// Votes leave before they are durable.
    SkipDurableVote,
    /// The leader commits what one replica has.
    AcknowledgeBeforeQuorum,
    /// Appended entries are not held against their chain.
    DropChainCheck,
}

/// How a replica behaves. Times are ticks of the driver.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which replica this is.
    pub id: NodeId,
    /// Without a leader for so long (and up to twice, by chance) a replica campaigns.
    pub election_ticks: u32,
    /// A leader shows itself so often.
    pub heartbeat_ticks: u32,
    /// Ask whether an election could be won before starting one.
    pub pre_vote: bool,
    /// A leader that hears of no quorum steps down, and who hears of a leader does not vote.
    pub check_quorum: bool,
    /// How reads are confirmed.
    pub read_mode: ReadMode,
    /// A leader that is removed becomes a follower at once.
    pub step_down_on_removal: bool,
    /// 0 for the replica that should lead, 1 for the next, and so on: each waits `rank_ticks` longer.
    pub rank: u32,
    /// What a rank costs.
    pub rank_ticks: u32,
    /// Entries of one append.
    pub append_entry_count_max: u64,
    /// Bytes of one append; the first entry may go over it.
    pub append_bytes_max: u64,
    /// Appends under way to one replica.
    pub inflight_count_max: usize,
    /// Their bytes.
    pub inflight_bytes_max: u64,
    /// Entries that the leader may be ahead of the commit index.
    pub uncommitted_entry_count_max: u64,
    /// Their bytes; the first entry may go over it.
    pub uncommitted_bytes_max: u64,
    /// Bytes of one piece of a snapshot.
    pub snapshot_chunk_bytes: u64,
    /// Pieces under way.
    pub snapshot_chunk_count_max: u64,
    /// Where the chances of election timeouts come from.
    pub seed: u64,
    /// Which fault to have.
    #[cfg(feature = "sabotage")]
    pub sabotage: Sabotage,
}

impl Options {
    /// The defaults.
    pub fn new(id: NodeId) -> Self {
        Self {
            id,
            election_ticks: 10,
            heartbeat_ticks: 1,
            pre_vote: true,
            check_quorum: true,
            read_mode: ReadMode::Quorum,
            step_down_on_removal: true,
            rank: 0,
            rank_ticks: 3,
            append_entry_count_max: 256,
            append_bytes_max: BATCH_BYTES_SOFT_MAX as u64,
            inflight_count_max: 64,
            inflight_bytes_max: 8 * BATCH_BYTES_SOFT_MAX as u64,
            uncommitted_entry_count_max: UNCOMMITTED_ENTRY_COUNT_MAX as u64,
            uncommitted_bytes_max: UNCOMMITTED_BYTES_MAX as u64,
            snapshot_chunk_bytes: SNAPSHOT_SLICE_BYTES as u64,
            snapshot_chunk_count_max: 4,
            seed: id.get(),
            #[cfg(feature = "sabotage")]
            sabotage: Sabotage::None,
        }
    }

    pub(crate) fn assert_sound(&self) {
        assert!(self.id.is_some(), "a replica has an id");
        assert!(self.heartbeat_ticks >= 1 && self.election_ticks > self.heartbeat_ticks, "ticks");
        assert!((1..=INFLIGHT_COUNT_MAX).contains(&self.inflight_count_max), "window of appends");
        assert!((1..=APPEND_ENTRY_COUNT_MAX).contains(&self.append_entry_count_max), "entries of an append");
        assert!(self.append_bytes_max >= 1, "appends hold something");
        assert!(
            self.snapshot_chunk_bytes >= 1 && self.snapshot_chunk_count_max >= 1,
            "pieces hold something"
        );
        assert!(self.read_mode == ReadMode::Quorum || self.check_quorum, "a lease needs check-quorum");
    }
}

/// Entries of this replica that were lost at the end of its log and may have been acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// Term of the last of them as far as headers tell; the term of the hard state otherwise.
    pub last_term: Term,
    /// The last of them.
    pub last_index: Index,
}

/// Entries in the middle of the log that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// The first of them.
    pub first: Index,
    /// The last of them.
    pub last: Index,
    /// Chain value of the last one: the entry behind it knows.
    pub chain_of_last: Chain,
}

/// What a replica goes on from.
#[derive(Debug)]
pub struct Boot<'a> {
    /// As last made durable.
    pub hard_state: HardState,
    /// All entries that the journal has, which are durable.
    pub log: Log,
    /// Applied to the state that was restored; at least the base of the log.
    pub applied: Index,
    /// Known committed when the disk was last written to: a hint, which spares an election the wait for a
    /// configuration that is committed but not applied yet. At least `applied`.
    pub commit: Index,
    /// The configuration as of `applied`.
    pub configuration: Configuration,
    /// What the journal lost at its end.
    pub doubt: Option<Doubt>,
    /// What it lost before.
    pub damages: &'a [Damage],
    /// The disk was lost: neither votes nor acknowledgements of this replica count until it has rejoined.
    pub amnesia: bool,
}

impl<'a> Boot<'a> {
    /// A sound start from `log`, all of whose base is applied.
    pub fn new(hard_state: HardState, log: Log, configuration: Configuration) -> Self {
        let applied = log.base().index;
        Self {
            hard_state,
            log,
            applied,
            commit: applied,
            configuration,
            doubt: None,
            damages: &[],
            amnesia: false,
        }
    }
}
