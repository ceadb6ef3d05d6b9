//! The way to one shard: a ring, and an outbox for what must not be lost while the ring is full.
//!
//! Commands that make new work are refused as soon as three quarters of the ring are taken, or when something
//! waits in the outbox; the rest is kept for what ends work, gives jobs back or keeps streams going. Frames
//! of the second kind keep their order: once one waits in the outbox, the next ones queue behind it.

use std::collections::VecDeque;

use tidemill_core::limits::{OUTBOX_BYTES_MAX, OUTBOX_FRAME_COUNT_MAX};
use tidemill_core::ring::{ClaimError, Producer};
use tidemill_record::SliceOut;
use tidemill_record::frame::FrameKind;
use tidemill_record::value::Value;

use crate::rpc::Lane;

/// What a frame adds to the text and bytes that it carries.
pub(crate) const FRAME_FIELDS_BYTES_MAX: usize = 96;

/// Why a frame cannot leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The shard is behind.
    Full,
    /// No ring carries so much.
    TooLarge,
    /// The shard is gone.
    Closed,
}

/// The way to one shard.
pub(crate) struct Link {
    producer: Producer,
    outbox: VecDeque<(u32, Vec<u8>)>,
    outbox_bytes: usize,
    closed: bool,
}

impl Link {
    pub(crate) fn new(producer: Producer) -> Self {
        Self { producer, outbox: VecDeque::new(), outbox_bytes: 0, closed: false }
    }

    /// Sends a frame whose texts and bytes take `payload_bytes`, encoding it right into the ring.
    pub(crate) fn send<'v>(
        &mut self,
        kind: FrameKind,
        value: &impl Value<'v>,
        payload_bytes: usize,
        lane: Lane,
    ) -> Result<(), SendError> {
        if self.closed {
            return Err(SendError::Closed);
        }
        let bound = payload_bytes + FRAME_FIELDS_BYTES_MAX;
        if lane == Lane::Normal && !self.has_room_for_new_work(bound) {
            return Err(SendError::Full);
        }
        if !self.outbox.is_empty() {
            return self.keep(kind, value);
        }
        let mut claim = match self.producer.claim(kind as u32, bound) {
            Ok(claim) => claim,
            Err(ClaimError::Full) if lane == Lane::Reserved => return self.keep(kind, value),
            Err(error) => return Err(error.into()),
        };
        let mut out = SliceOut::new(&mut claim);
        value.put(&mut out);
        assert!(!out.overflowed(), "a frame of more than {bound} bytes");
        let length = out.bytes().len();
        claim.commit_prefix(length);
        Ok(())
    }

    fn has_room_for_new_work(&self, bound: usize) -> bool {
        let capacity = self.producer.capacity_bytes();
        // Larger frames go over the heap and take a few bytes of the ring only.
        let in_ring = if bound > capacity / 2 { 0 } else { bound };
        self.outbox.is_empty() && self.producer.used_bytes() + in_ring <= capacity / 4 * 3
    }

    #[cold]
    fn keep<'v>(&mut self, kind: FrameKind, value: &impl Value<'v>) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        if self.outbox.len() >= OUTBOX_FRAME_COUNT_MAX || self.outbox_bytes + bytes.len() > OUTBOX_BYTES_MAX {
            return Err(SendError::Full);
        }
        self.outbox_bytes += bytes.len();
        self.outbox.push_back((kind as u32, bytes));
        Ok(())
    }

    /// Sends what waits in the outbox, as far as there is room.
    pub(crate) fn flush(&mut self) {
        while let Some((kind, bytes)) = self.outbox.front() {
            match self.producer.send(*kind, bytes) {
                Err(ClaimError::Full) => return,
                Ok(()) | Err(ClaimError::TooLarge { .. } | ClaimError::Closed) => {}
            }
            self.outbox_bytes -= bytes.len();
            self.outbox.pop_front();
        }
        assert_eq!(self.outbox_bytes, 0, "an empty outbox holds bytes");
    }

    /// The shard is gone for good; what waits for it is dropped.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.outbox.clear();
        self.outbox_bytes = 0;
    }

    /// Frames that wait outside of the ring.
    pub(crate) fn outbox_len(&self) -> usize {
        self.outbox.len()
    }
}

impl From<ClaimError> for SendError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Full => Self::Full,
            ClaimError::TooLarge { .. } => Self::TooLarge,
            ClaimError::Closed => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_core::ring::{Consumer, ring};
    use tidemill_core::wake::waker;
    use tidemill_record::frame::CommandFrame;

    fn link() -> (Link, Consumer) {
        let (_, consumer_waker) = waker().unwrap();
        let (producer, consumer) = ring(4096, 65_536, consumer_waker, None);
        (Link::new(producer), consumer)
    }

    fn send(link: &mut Link, number: i64, payload: &[u8], lane: Lane) -> Result<(), SendError> {
        let frame = CommandFrame { request_id: number, value: payload, ..Default::default() };
        link.send(FrameKind::Command, &frame, payload.len(), lane)
    }

    #[test]
    fn new_work_leaves_a_quarter_to_what_ends_work() {
        let (mut link, mut consumer) = link();
        let normal = (0..100).take_while(|number| send(&mut link, *number, &[0; 200], Lane::Normal).is_ok());
        let normal = normal.count();
        let used = link.producer.used_bytes();
        assert!((2500..=3072).contains(&used), "{used}");
        assert_eq!(send(&mut link, 7, &[0; 200], Lane::Normal), Err(SendError::Full));
        for number in 0..50 {
            send(&mut link, 1000 + number, &[0; 200], Lane::Reserved).unwrap();
        }
        assert!(link.outbox_len() > 30);
        let mut seen = Vec::new();
        loop {
            let before = seen.len();
            while let Some(frame) = consumer.read() {
                seen.push(CommandFrame::take(&frame).unwrap().request_id);
            }
            link.flush();
            if seen.len() == before {
                break;
            }
        }
        let expected: Vec<i64> = (0..normal as i64).chain(1000..1050).collect();
        assert_eq!(seen, expected, "reserved frames kept their order");
        send(&mut link, 1, &[0; 200], Lane::Normal).unwrap();
    }

    #[test]
    fn errors_are_told_apart() {
        let (mut link, consumer) = link();
        assert_eq!(send(&mut link, 0, &[0; 70_000], Lane::Reserved), Err(SendError::TooLarge));
        drop(consumer);
        let sent =
            (0..100).map(|number| send(&mut link, number, &[0; 300], Lane::Reserved)).find(Result::is_err);
        assert_eq!(sent, Some(Err(SendError::Closed)));
    }
}
