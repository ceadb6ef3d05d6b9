//! Messages as frames: a header of fixed size, little-endian, and the bytes that travel with the message
//! behind it.
//!
//! ```text
//!   0 checksum u64 (XXH3-64 of 8..length)   8 length u32     12 version u8   13 kind u8   14 flags u16
//!  16 partition u32   20 zero u32          24 from u64       32 to u64       40 term u64
//!  48 seven numbers u64, by kind; those not used are zero          104 entries or a piece of a snapshot
//! ```
//!
//! Each message has exactly one encoding: what decodes encodes to the same bytes.

use thiserror::Error;
use tidemill_core::ids::{Index, PartitionId, Term};
use tidemill_core::limits::JOURNAL_WRITE_BYTES_MAX;
use twox_hash::XxHash3_64;

use super::{Append, AppendReply, Body, Losses, Message, SnapshotChunk};
use crate::entry::Place;
use crate::ids::{Chain, NodeId, RequestId};
use crate::limits::APPEND_ENTRY_COUNT_MAX;

/// Bytes before what travels with a message.
pub const FRAME_HEADER_BYTES: usize = 104;
/// The largest frame: entries as large as one write of the journal.
pub const FRAME_BYTES_MAX: usize = FRAME_HEADER_BYTES + JOURNAL_WRITE_BYTES_MAX;
pub(super) const VERSION: u8 = 1;

/// Indices, terms and lengths end here, so that sums of them never overflow. Nobody gets there in a thousand
/// years.
pub(super) const NUMBER_MAX: u64 = 1 << 62;

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodecError {
    /// Too short, too long, or not as long as it says.
    #[error("a frame of {found} bytes says that it has {said}")]
    Length {
        /// Bytes that came.
        found: usize,
        /// What its header says.
        said: usize,
    },
    /// Damaged on the way.
    #[error("the checksum of a frame does not match")]
    Checksum,
    /// From another version of the protocol.
    #[error("version {0} of frames is not known")]
    Version(u8),
    /// From a later version, or nonsense.
    #[error("kind {0} of frames is not known")]
    Kind(u8),
    /// A number that cannot be.
    #[error("a frame of kind {kind} has an impossible {what}")]
    Value {
        /// Which kind.
        kind: u8,
        /// Which number.
        what: &'static str,
    },
}

/// A decoded frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Which group.
    pub partition: PartitionId,
    /// What is said.
    pub message: Message,
    /// Entries as in the journal, or a piece of a snapshot.
    pub payload: &'a [u8],
}

pub(super) fn put(bytes: &mut [u8], at: usize, number: u64) {
    bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
}

pub(super) fn get(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// Fills in the length, the version and at last the checksum.
pub(super) fn seal(frame: &mut [u8], kind: u8, flags: u16) {
    assert!(frame.len() <= FRAME_BYTES_MAX, "a frame has a bound");
    let length = frame.len() as u32;
    frame[8..12].copy_from_slice(&length.to_le_bytes());
    (frame[12], frame[13]) = (VERSION, kind);
    frame[14..16].copy_from_slice(&flags.to_le_bytes());
    let sum = XxHash3_64::oneshot(&frame[8..]);
    put(frame, 0, sum);
}

/// Checks what all frames have in common: kind and flags.
pub(super) fn open(frame: &[u8], header_bytes: usize) -> Result<(u8, u16), CodecError> {
    let found = frame.len();
    let said = frame.get(8..12).map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")));
    if found != said as usize || !(header_bytes..=FRAME_BYTES_MAX).contains(&found) {
        return Err(CodecError::Length { found, said: said as usize });
    }
    if XxHash3_64::oneshot(&frame[8..]) != get(frame, 0) {
        return Err(CodecError::Checksum);
    }
    if frame[12] != VERSION {
        return Err(CodecError::Version(frame[12]));
    }
    Ok((frame[13], u16::from_le_bytes([frame[14], frame[15]])))
}

/// Writes the header of `message` to the start of `frame`, behind which its payload stands already.
pub fn encode(partition: PartitionId, message: &Message, frame: &mut [u8]) {
    assert!(frame.len() >= FRAME_HEADER_BYTES, "room for the header");
    frame[16..FRAME_HEADER_BYTES].fill(0);
    frame[16..20].copy_from_slice(&partition.get().to_le_bytes());
    put(frame, 24, message.from.get());
    put(frame, 32, message.to.get());
    put(frame, 40, message.term.get());
    let (kind, flags, numbers) = numbers_of(&message.body);
    for (at, number) in numbers.into_iter().enumerate() {
        put(frame, 48 + 8 * at, number);
    }
    seal(frame, kind, flags);
}

fn flags(bits: &[bool]) -> u16 {
    bits.iter().enumerate().map(|(at, bit)| u16::from(*bit) << at).sum()
}

fn numbers_of(body: &Body) -> (u8, u16, [u64; 7]) {
    let index = |index: Index| index.get();
    match *body {
        Body::Append(a) => {
            let chains = [a.previous_chain, a.last_chain].map(|chain| chain.map_or(0, Chain::get));
            let known = flags(&[a.previous_chain.is_some(), a.last_chain.is_some()]);
            let previous = (index(a.previous_index), a.previous_term.get());
            (1, known, [previous.0, previous.1, chains[0], a.count, chains[1], index(a.commit), 0])
        }
        Body::AppendReply(r) => {
            let bits = flags(&[r.rejected, r.losses.tail, r.losses.amnesia]);
            let hint = (index(r.hint_index), r.hint_term.get());
            (2, bits, [index(r.index), hint.0, hint.1, index(r.losses.last), 0, 0, 0])
        }
        Body::Heartbeat { commit, read_round, rejoin } => {
            (3, 0, [index(commit), read_round, index(rejoin), 0, 0, 0, 0])
        }
        Body::HeartbeatReply { read_round, losses } => {
            let bits = flags(&[losses.tail, losses.amnesia]);
            (4, bits, [read_round, index(losses.last), 0, 0, 0, 0, 0])
        }
        Body::Vote { pre, transfer, last_index, last_term } => {
            (5, flags(&[pre, transfer]), [index(last_index), last_term.get(), 0, 0, 0, 0, 0])
        }
        Body::VoteReply { pre, rejected } => (6, flags(&[pre, rejected]), [0; 7]),
        Body::Snapshot(c) => {
            let place = (index(c.place.index), c.place.term.get(), c.place.chain.get());
            (7, 0, [place.0, place.1, place.2, c.offset, c.length, c.total, 0])
        }
        Body::SnapshotReply { index: at, offset, rejected } => {
            (8, flags(&[rejected]), [index(at), offset, 0, 0, 0, 0, 0])
        }
        Body::TimeoutNow => (9, 0, [0; 7]),
        Body::TransferLeader => (10, 0, [0; 7]),
        Body::Read { request } => (11, 0, [request.get(), 0, 0, 0, 0, 0, 0]),
        Body::ReadReply { request, index: at } => (12, 0, [request.get(), index(at), 0, 0, 0, 0, 0]),
        Body::DoubtQuery => (13, 0, [0; 7]),
        Body::DoubtReply { last } => (14, 0, [index(last), 0, 0, 0, 0, 0, 0]),
        Body::RepairRequest { index: at, chain } => (15, 0, [index(at), chain.get(), 0, 0, 0, 0, 0]),
        Body::RepairReply { index: at, chain } => (16, 0, [index(at), chain.get(), 0, 0, 0, 0, 0]),
    }
}

/// Reads a frame. Never panics, whatever the bytes; what it returns can be given to [`crate::Raft::step`].
pub fn decode(frame: &[u8]) -> Result<Frame<'_>, CodecError> {
    let (kind, bits) = open(frame, FRAME_HEADER_BYTES)?;
    let impossible = |what| CodecError::Value { kind, what };
    let numbers: [u64; 7] = std::array::from_fn(|at| get(frame, 48 + 8 * at));
    let body = body_of(kind, bits, &numbers)?;
    if numbers_of(&body) != (kind, bits, numbers) || get(frame, 16) >> 32 != 0 {
        return Err(impossible("number that should be zero"));
    }
    let partition = u32::from_le_bytes(frame[16..20].try_into().expect("four bytes"));
    let partition = PartitionId::new(partition).ok_or(impossible("partition"))?;
    let (from, to) = (NodeId::new(get(frame, 24)), NodeId::new(get(frame, 32)));
    if !from.is_some() || !to.is_some() {
        return Err(impossible("replica"));
    }
    let payload = &frame[FRAME_HEADER_BYTES..];
    let carries = matches!(body, Body::Append(_) | Body::Snapshot(_) | Body::RepairReply { .. });
    if !carries && !payload.is_empty() {
        return Err(impossible("payload"));
    }
    let bounded = bounded_numbers(kind);
    if numbers.iter().enumerate().any(|(at, number)| bounded >> at & 1 == 1 && *number > NUMBER_MAX) {
        return Err(impossible("index, term or length"));
    }
    if get(frame, 40) > NUMBER_MAX {
        return Err(impossible("term"));
    }
    let message = Message { from, to, term: Term::new(get(frame, 40)), body };
    Ok(Frame { partition, message, payload })
}

/// Which numbers are indices, terms or lengths: chain values, read rounds and names of requests have no
/// bound.
fn bounded_numbers(kind: u8) -> u8 {
    match kind {
        1 => 0b10_0011,
        2 => 0b1111,
        3 => 0b101,
        4 | 12 => 0b10,
        5 | 8 => 0b11,
        7 => 0b11_1011,
        14..=16 => 0b1,
        _ => 0,
    }
}

fn body_of(kind: u8, bits: u16, numbers: &[u64; 7]) -> Result<Body, CodecError> {
    let bit = |at: u16| bits >> at & 1 == 1;
    let index = |at: usize| Index::new(numbers[at]);
    let term = |at: usize| Term::new(numbers[at]);
    let chain = |at: usize| Chain::new(numbers[at]);
    let request = RequestId::new(numbers[0]);
    Ok(match kind {
        1 => {
            if numbers[3] > APPEND_ENTRY_COUNT_MAX {
                return Err(CodecError::Value { kind, what: "count" });
            }
            Body::Append(Append {
                previous_index: index(0),
                previous_term: term(1),
                previous_chain: bit(0).then(|| chain(2)),
                count: numbers[3],
                last_chain: bit(1).then(|| chain(4)),
                commit: index(5),
            })
        }
        2 => Body::AppendReply(AppendReply {
            index: index(0),
            rejected: bit(0),
            hint_index: index(1),
            hint_term: term(2),
            losses: Losses { tail: bit(1), amnesia: bit(2), last: index(3) },
        }),
        3 => Body::Heartbeat { commit: index(0), read_round: numbers[1], rejoin: index(2) },
        4 => Body::HeartbeatReply {
            read_round: numbers[0],
            losses: Losses { tail: bit(0), amnesia: bit(1), last: index(1) },
        },
        5 => Body::Vote { pre: bit(0), transfer: bit(1), last_index: index(0), last_term: term(1) },
        6 => Body::VoteReply { pre: bit(0), rejected: bit(1) },
        7 => Body::Snapshot(SnapshotChunk {
            place: Place { index: index(0), term: term(1), chain: chain(2) },
            offset: numbers[3],
            length: numbers[4],
            total: numbers[5],
        }),
        8 => Body::SnapshotReply { index: index(0), offset: numbers[1], rejected: bit(0) },
        9 => Body::TimeoutNow,
        10 => Body::TransferLeader,
        11 => Body::Read { request },
        12 => Body::ReadReply { request, index: index(1) },
        13 => Body::DoubtQuery,
        14 => Body::DoubtReply { last: index(0) },
        15 => Body::RepairRequest { index: index(0), chain: chain(1) },
        16 => Body::RepairReply { index: index(0), chain: chain(1) },
        _ => return Err(CodecError::Kind(kind)),
    })
}
