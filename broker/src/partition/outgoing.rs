//! Where released effects go: the ring of the gateway thread that asked, or the shard of another partition.
//!
//! Inside a shard, request and stream ids carry the number of their gateway thread in the bits above
//! [`GATEWAY_SHIFT`]; on the ring to that thread they are its own again.

use tidemill_core::ids::ShardId;
use tidemill_core::limits;
use tidemill_core::ring::{ClaimError, Outbox, Producer};
use tidemill_record::frame::{FrameKind, QueryAnswerFrame, RefusalFrame, encoded};
use tidemill_record::{Input, Out};

use super::held::HeldKind;

/// Bits of an id that belong to the gateway thread.
const GATEWAY_SHIFT: u32 = 48;
/// gRPC's INTERNAL: unlike a refusal for want of room, it is never tried again elsewhere.
const INTERNAL: i32 = 13;
/// Frames from shard to shard: `SendFrame`s.
pub const SEND_FRAME_KIND: u32 = 128;

/// An id as shards and engine see it.
pub fn global_id(gateway: usize, id: i64) -> i64 {
    assert!(gateway < limits::GATEWAY_COUNT_MAX, "gateway {gateway} does not fit into an id");
    assert!((0..1 << GATEWAY_SHIFT).contains(&id), "id {id} of gateway {gateway} is too large");
    ((gateway as i64) << GATEWAY_SHIFT) | id
}

fn local_id(id: i64) -> (usize, i64) {
    ((id >> GATEWAY_SHIFT) as usize, id & ((1 << GATEWAY_SHIFT) - 1))
}

/// The outgoing rings of one shard.
pub struct Outgoing {
    gateways: Vec<Outbox>,
    shards: Vec<Outbox>,
    scratch: Vec<u8>,
}

fn outbox(producer: Producer) -> Outbox {
    Outbox::new(producer, limits::OUTBOX_FRAME_COUNT_MAX, limits::OUTBOX_BYTES_MAX)
}

impl Outgoing {
    /// Rings to all gateway threads and to all shards, this one included.
    pub fn new(gateways: Vec<Producer>, shards: Vec<Producer>) -> Self {
        let gateways = gateways.into_iter().map(outbox).collect();
        Self { gateways, shards: shards.into_iter().map(outbox).collect(), scratch: Vec::new() }
    }

    /// The shard that owns a partition: they are dealt out in turn.
    pub fn shard_of(partition_id: u32, shard_count: usize) -> ShardId {
        assert!(partition_id >= 1 && shard_count >= 1, "partitions are numbered from 1");
        ShardId::new((partition_id as usize - 1) % shard_count).expect("the shard count is within its bound")
    }

    /// Sends a held effect; false when it has to wait.
    pub fn send(&mut self, kind: HeldKind, bytes: &[u8]) -> bool {
        match kind {
            HeldKind::Send(partition_id) => self.send_to_partition(partition_id, bytes),
            HeldKind::Frame(tag) if tag == FrameKind::JobsAvailable as u32 => {
                // A notice that does not fit is not worth waiting for: pollers look again by themselves.
                for gateway in &mut self.gateways {
                    let _ = gateway.send(tag, bytes);
                }
                true
            }
            HeldKind::Frame(tag) => self.send_to_gateway(tag, bytes),
        }
    }

    /// The frame's first field is the id of the request or stream; it is made the gateway's own again.
    fn send_to_gateway(&mut self, tag: u32, bytes: &[u8]) -> bool {
        let mut input = Input::new(bytes);
        let id = input.take_signed().expect("frames for gateways begin with an id");
        let (gateway, id) = local_id(id);
        self.scratch.clear();
        self.scratch.put_signed(id);
        let rest = &bytes[input.offset()..];
        let scratch = &self.scratch;
        let sent = self.gateways[gateway].send_with(tag, scratch.len() + rest.len(), |frame| {
            frame[..scratch.len()].copy_from_slice(scratch);
            frame[scratch.len()..].copy_from_slice(rest);
        });
        match sent {
            Err(ClaimError::Full) => false,
            Err(ClaimError::TooLarge { .. }) => self.tell_too_large(gateway, tag, id),
            // A gateway thread ends only with the process.
            Ok(()) | Err(ClaimError::Closed) => true,
        }
    }

    /// An answer that no ring carries: its client hears so instead of waiting in vain. The command was done. A job
    /// that is too large to be pushed comes back with its time-out.
    #[cold]
    fn tell_too_large(&mut self, gateway: usize, tag: u32, id: i64) -> bool {
        tracing::warn!(tag, "an answer is larger than a message may be");
        if tag == FrameKind::QueryAnswer as u32 {
            let answer = QueryAnswerFrame { request_id: id, found: false, json: "" };
            return self.send_direct(gateway, FrameKind::QueryAnswer, &encoded(&answer));
        }
        let message = "The command was done, but its answer is larger than a message may be";
        let refusal = RefusalFrame { request_id: id, code: INTERNAL, message };
        tag != FrameKind::Answer as u32 || self.send_direct(gateway, FrameKind::Refusal, &encoded(&refusal))
    }

    fn send_to_partition(&mut self, partition_id: u32, record: &[u8]) -> bool {
        let shard = Self::shard_of(partition_id, self.shards.len()).get();
        let sent = self.shards[shard].send_with(SEND_FRAME_KIND, 4 + record.len(), |frame| {
            frame[..4].copy_from_slice(&partition_id.to_le_bytes());
            frame[4..].copy_from_slice(record);
        });
        !matches!(sent, Err(ClaimError::Full))
    }

    /// Sends a frame of this shard's own making, ids being the gateway's own.
    pub fn send_direct(&mut self, gateway: usize, kind: FrameKind, bytes: &[u8]) -> bool {
        !matches!(self.gateways[gateway].send(kind as u32, bytes), Err(ClaimError::Full))
    }

    /// Wakes readers of what was sent; gives whether everything is out.
    pub fn flush(&mut self) -> bool {
        let rings = self.gateways.iter_mut().chain(&mut self.shards);
        // Every ring is flushed, also behind one that is full.
        rings.filter_map(|ring| ring.flush().ok()).filter(|all_out| !all_out).count() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_find_their_way_back() {
        for (gateway, id) in [(0, 0), (0, 5), (3, 1 << 40), (15, (1 << 48) - 1)] {
            assert_eq!(local_id(global_id(gateway, id)), (gateway, id));
        }
    }

    #[test]
    fn partitions_are_dealt_out_in_turn() {
        let owners: Vec<usize> = (1..=5).map(|partition| Outgoing::shard_of(partition, 2).get()).collect();
        assert_eq!(owners, [0, 1, 0, 1, 0]);
    }
}
