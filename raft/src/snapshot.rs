//! Snapshots in pieces, from a leader to a replica that needs what the log no longer has. Lost pieces and
//! restarts are survived: the receiver always answers with the byte it wants next, and the sender goes on
//! from there.

use tidemill_core::ids::Index;

use crate::configuration::Configuration;
use crate::entry::Place;
use crate::ids::NodeId;
use crate::message::{Body, SnapshotChunk};
use crate::output::{Role, SnapshotEvent};
use crate::progress::ProgressState;
use crate::raft::Raft;

/// Time without progress after which the sender starts again from the last byte that arrived: so often at
/// most.
const STALL_COUNT_MAX: u32 = 8;

/// A snapshot on its way to one replica.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    place: Place,
    total: u64,
    sent: u64,
    arrived: u64,
    stalled_ticks: u32,
    stalls: u32,
    rewound: bool,
}

/// A snapshot on its way here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming {
    place: Place,
    total: u64,
    received: u64,
    installing: bool,
}

impl Raft {
    pub(crate) fn is_installing(&self) -> bool {
        self.incoming.is_some_and(|incoming| incoming.installing)
    }

    /// The member at `at` needs a snapshot; nothing is sent to who is not there.
    pub(crate) fn want_snapshot(&mut self, at: usize) {
        let member = &mut self.progress[at];
        if member.recently_active && !member.snapshot_wanted {
            member.snapshot_wanted = true;
            let to = member.id;
            self.output.snapshots.push(SnapshotEvent::Wanted { to });
        }
    }

    /// There is a snapshot for `to`, of `total` bytes (at least one), which stays until it is finished.
    /// `false` when it is no longer wanted.
    pub fn send_snapshot(&mut self, to: NodeId, place: Place, total: u64) -> bool {
        assert!(total >= 1 && place.index >= self.log.base().index, "a snapshot that helps");
        let Some(at) = self.place_of(to).filter(|_| self.role == Role::Leader) else { return false };
        if !self.progress[at].snapshot_wanted {
            return false;
        }
        let member = &mut self.progress[at];
        member.become_snapshot(place.index);
        member.stream =
            Some(Stream { place, total, sent: 0, arrived: 0, stalled_ticks: 0, stalls: 0, rewound: false });
        self.send_pieces(at);
        true
    }

    /// The snapshot for `to` cannot be sent after all.
    pub fn snapshot_unavailable(&mut self, to: NodeId) {
        if let Some(at) = self.place_of(to).filter(|_| self.role == Role::Leader) {
            self.give_up(at);
        }
    }

    fn give_up(&mut self, at: usize) {
        let member = &mut self.progress[at];
        if member.state == ProgressState::Snapshot {
            member.pending_snapshot = Index::ZERO;
            member.become_probe();
            // Until it is heard of: or else it would be offered one again at once.
            member.paused = true;
            let to = member.id;
            self.output.snapshots.push(SnapshotEvent::Finished { to });
        }
        self.progress[at].snapshot_wanted = false;
    }

    fn send_pieces(&mut self, at: usize) {
        let (piece, count) = (self.options.snapshot_chunk_bytes, self.options.snapshot_chunk_count_max);
        let to = self.progress[at].id;
        while let Some(stream) = self.progress[at].stream.as_mut()
            && stream.sent < stream.total
            && stream.sent - stream.arrived < piece.saturating_mul(count)
        {
            let length = piece.min(stream.total - stream.sent);
            let (place, total, offset) = (stream.place, stream.total, stream.sent);
            stream.sent += length;
            self.send(to, Body::Snapshot(SnapshotChunk { place, offset, length, total }));
        }
    }

    pub(crate) fn on_snapshot_reply(&mut self, from: NodeId, index: Index, offset: u64, rejected: bool) {
        if self.role != Role::Leader {
            return;
        }
        let Some(at) = self.place_of(from) else { return };
        let member = &mut self.progress[at];
        member.recently_active |= !member.amnesiac || member.learner;
        let Some(stream) = member.stream.as_mut().filter(|stream| stream.place.index == index) else {
            return;
        };
        if rejected {
            self.give_up(at);
            return;
        }
        if offset > stream.total {
            return;
        }
        if offset > stream.arrived {
            // Maybe beyond what was sent since the last rewind, or resumed from before a restart.
            (stream.arrived, stream.rewound) = (offset, false);
            stream.sent = stream.sent.max(offset);
            (stream.stalled_ticks, stream.stalls) = (0, 0);
        } else if offset < stream.arrived || !stream.rewound {
            // A piece got lost, or the receiver started again.
            (stream.arrived, stream.sent, stream.rewound) = (offset, offset, true);
        }
        self.send_pieces(at);
    }

    pub(crate) fn tick_streams(&mut self) {
        for at in 0..self.progress.len() {
            let Some(stream) = self.progress[at].stream.as_mut() else { continue };
            stream.stalled_ticks += 1;
            if stream.stalled_ticks < self.options.election_ticks {
                continue;
            }
            stream.stalled_ticks = 0;
            stream.stalls += 1;
            if stream.stalls > STALL_COUNT_MAX {
                self.give_up(at);
            } else if stream.arrived == stream.total {
                // Its last answer was lost, or it still installs: probing finds out.
                stream.sent = stream.total - stream.total.min(self.options.snapshot_chunk_bytes);
                stream.arrived = stream.sent;
                self.send_pieces(at);
            } else {
                stream.sent = stream.arrived;
                self.send_pieces(at);
            }
        }
    }

    pub(crate) fn drop_streams(&mut self) {
        for member in &self.progress {
            if member.stream.is_some() {
                self.output.snapshots.push(SnapshotEvent::Finished { to: member.id });
            }
        }
    }

    pub(crate) fn on_snapshot(&mut self, from: NodeId, chunk: &SnapshotChunk) {
        assert!(self.role == Role::Follower, "whoever hears of a leader follows it");
        let place = chunk.place;
        let sound = chunk.length >= 1
            && chunk.total >= 1
            && chunk.offset.checked_add(chunk.length).is_some_and(|end| end <= chunk.total);
        if !sound || self.is_installing() {
            return;
        }
        if place.index > self.log.commit
            && self.log.term(place.index) == Some(place.term)
            && !self.is_damaged()
        {
            // All of it is here already.
            self.commit_to(place.index);
        }
        let commit = self.log.commit;
        if place.index <= commit {
            let body = Body::AppendReply(self.acknowledgement(commit));
            self.reply(from, self.hard_state.term, body, commit);
            return;
        }
        let known = self.incoming.filter(|known| known.place == place && known.total == chunk.total);
        let mut incoming =
            known.unwrap_or(Incoming { place, total: chunk.total, received: 0, installing: false });
        if chunk.offset == incoming.received {
            incoming.received += chunk.length;
            let (offset, length) = (chunk.offset, chunk.length);
            self.output.snapshots.push(SnapshotEvent::Write { index: place.index, offset, length });
        }
        if incoming.received == incoming.total {
            incoming.installing = true;
            self.output.snapshots.push(SnapshotEvent::Install { place });
        }
        self.incoming = Some(incoming);
        if self.is_installing() && incoming.total <= self.options.snapshot_chunk_bytes {
            return; // One piece: the acknowledgement of the whole says it all.
        }
        let body = Body::SnapshotReply { index: place.index, offset: incoming.received, rejected: false };
        self.send(from, body);
    }

    /// A part of a snapshot survived a restart: its sender need not start again.
    pub fn resume_snapshot(&mut self, place: Place, total: u64, received: u64) {
        assert!(received < total, "a complete one is installed");
        if place.index > self.log.commit {
            self.incoming = Some(Incoming { place, total, received, installing: false });
        }
    }

    /// The snapshot is durable and applied, with `configuration` as of its last entry, and the journal goes
    /// on behind it.
    pub fn snapshot_installed(&mut self, place: Place, configuration: &Configuration) {
        let installing = self.incoming.take().filter(|incoming| incoming.installing);
        assert!(
            installing.is_some_and(|incoming| incoming.place == place),
            "the one that was to be installed"
        );
        assert!(place.index > self.log.commit, "nothing is committed while a snapshot is installed");
        self.log.restart(place);
        self.replies.forget_behind(place.index);
        self.forget_damage_behind(Index::ZERO);
        self.output.commit = Some(place.index);
        self.replace_configuration(configuration);
        self.settle_doubt();
        self.settle_amnesia();
        if self.leader.is_some() {
            let body = Body::AppendReply(self.acknowledgement(place.index));
            self.reply(self.leader, self.hard_state.term, body, place.index);
        }
        self.settle();
    }

    /// The snapshot is damaged, or its configuration does not hold this replica.
    pub fn snapshot_refused(&mut self) {
        let Some(incoming) = self.incoming.take() else { return };
        if self.leader.is_some() {
            let body = Body::SnapshotReply { index: incoming.place.index, offset: 0, rejected: true };
            self.send(self.leader, body);
        }
    }
}
