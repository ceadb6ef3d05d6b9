//! Heartbeats of many partitions between two nodes in one frame: what keeps thousands of groups from flooding
//! the network while nothing happens. Answers are batched the same way.
//!
//! ```text
//!   0..16 as in every frame (kind 64)   16 count u32   20 zero u32   24 from u64   32 to u64
//!  40 items of 40 bytes: partition u32, kind and flags u32, term u64, three numbers u64
//! ```

use tidemill_core::ids::{Index, PartitionId, Term};

use super::codec::{CodecError, NUMBER_MAX, get, open, put, seal};
use super::{Body, Losses, Message};
use crate::ids::NodeId;

/// Heartbeats in one frame.
pub const BATCH_COUNT_MAX: usize = 4096;
const KIND: u8 = 64;
const HEADER_BYTES: usize = 40;
const ITEM_BYTES: usize = 40;

/// Gathers heartbeats and their answers from one node to another one. Keeps its room between uses.
#[derive(Debug)]
pub struct Batch {
    from: NodeId,
    to: NodeId,
    frame: Vec<u8>,
}

impl Batch {
    /// An empty batch between two nodes.
    pub fn new(from: NodeId, to: NodeId) -> Self {
        assert!(from.is_some() && to.is_some(), "a batch goes from somebody to somebody");
        Self { from, to, frame: vec![0; HEADER_BYTES] }
    }

    /// Takes a heartbeat or an answer to one in; `false` for any other message, one between others, and when
    /// it is full.
    #[must_use]
    pub fn push(&mut self, partition: PartitionId, message: &Message) -> bool {
        if (message.from, message.to) != (self.from, self.to) || self.len() == BATCH_COUNT_MAX {
            return false;
        }
        let (kind, numbers) = match message.body {
            Body::Heartbeat { commit, read_round, rejoin } => (0, [commit.get(), read_round, rejoin.get()]),
            Body::HeartbeatReply { read_round, losses } => {
                let flags = u64::from(losses.tail) << 1 | u64::from(losses.amnesia) << 2;
                (1 | flags, [read_round, losses.last.get(), 0])
            }
            _ => return false,
        };
        let at = self.frame.len();
        self.frame.resize(at + ITEM_BYTES, 0);
        put(&mut self.frame, at, u64::from(partition.get()) | kind << 32);
        put(&mut self.frame, at + 8, message.term.get());
        for (place, number) in numbers.into_iter().enumerate() {
            put(&mut self.frame, at + 16 + 8 * place, number);
        }
        true
    }

    /// How many are in it.
    pub fn len(&self) -> usize {
        (self.frame.len() - HEADER_BYTES) / ITEM_BYTES
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frame to send.
    pub fn finish(&mut self) -> &[u8] {
        let count = self.len() as u64;
        put(&mut self.frame, 16, count);
        put(&mut self.frame, 24, self.from.get());
        put(&mut self.frame, 32, self.to.get());
        seal(&mut self.frame, KIND, 0);
        &self.frame
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.frame.truncate(HEADER_BYTES);
    }
}

/// Whether a frame is a batch.
pub fn is_batch(frame: &[u8]) -> bool {
    frame.get(13) == Some(&KIND)
}

/// Reads a batch and gives each message to `take`. Nothing is taken from a batch that is not whole.
pub fn decode(frame: &[u8], mut take: impl FnMut(PartitionId, Message)) -> Result<(), CodecError> {
    let (kind, flags) = open(frame, HEADER_BYTES)?;
    if kind != KIND {
        return Err(CodecError::Kind(kind));
    }
    let impossible = |what| CodecError::Value { kind, what };
    let (count, items) = (get(frame, 16), &frame[HEADER_BYTES..]);
    if flags != 0 || count > BATCH_COUNT_MAX as u64 || items.len() as u64 != count * ITEM_BYTES as u64 {
        return Err(impossible("count"));
    }
    let (from, to) = (NodeId::new(get(frame, 24)), NodeId::new(get(frame, 32)));
    if !from.is_some() || !to.is_some() {
        return Err(impossible("replica"));
    }
    let read = |item: &[u8]| {
        let (first, numbers) = (get(item, 0), [get(item, 16), get(item, 24), get(item, 32)]);
        let partition = PartitionId::new(first as u32)?;
        let term = Term::new(get(item, 8));
        if term.get() > NUMBER_MAX || numbers[0].max(numbers[1]).max(numbers[2]) > NUMBER_MAX {
            return None;
        }
        let body = match first >> 32 {
            0 => Body::Heartbeat {
                commit: Index::new(numbers[0]),
                read_round: numbers[1],
                rejoin: Index::new(numbers[2]),
            },
            bits if bits & 1 == 1 && bits < 8 && numbers[2] == 0 => {
                let losses =
                    Losses { tail: bits & 2 != 0, amnesia: bits & 4 != 0, last: Index::new(numbers[1]) };
                Body::HeartbeatReply { read_round: numbers[0], losses }
            }
            _ => return None,
        };
        Some((partition, Message { from, to, term, body }))
    };
    if items.chunks_exact(ITEM_BYTES).any(|item| read(item).is_none()) {
        return Err(impossible("heartbeat"));
    }
    items.chunks_exact(ITEM_BYTES).filter_map(read).for_each(|(partition, message)| take(partition, message));
    Ok(())
}
