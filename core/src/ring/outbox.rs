//! A producer that does not lose what does not fit: frames wait, in order and within a bound, until there is
//! room.
//!
//! For threads that may neither block nor drop (a shard with answers for a gateway that is behind). The bytes
//! that wait are kept in one buffer, so nothing is allocated once it has grown to what is needed.

use super::{ClaimError, Producer};
use std::collections::VecDeque;

/// A ring with a waiting line before it.
pub struct Outbox {
    producer: Producer,
    /// Kind and length of each frame that waits.
    waiting: VecDeque<(u32, usize)>,
    /// Their payloads, one behind the other; those before `sent` are gone.
    bytes: Vec<u8>,
    sent: usize,
    frame_count_max: usize,
    bytes_max: usize,
    /// Something was published since the last wake.
    published: bool,
}

impl Outbox {
    /// A waiting line of so many frames and bytes.
    pub fn new(producer: Producer, frame_count_max: usize, bytes_max: usize) -> Self {
        Self {
            producer,
            waiting: VecDeque::new(),
            bytes: Vec::new(),
            sent: 0,
            frame_count_max,
            bytes_max,
            published: false,
        }
    }

    /// Sends a frame of `length` bytes that `fill` writes, or lets it wait. Call [`Outbox::flush`] once a
    /// turn.
    ///
    /// Errors: the waiting line is full as well, the frame is too large for the ring, or the reader is gone.
    /// `fill` is not called then.
    pub fn send_with(
        &mut self,
        kind: u32,
        length: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<(), ClaimError> {
        if self.waiting.is_empty() {
            match self.producer.claim(kind, length) {
                Ok(mut claim) => {
                    fill(&mut claim);
                    claim.publish();
                    self.published = true;
                    return Ok(());
                }
                Err(ClaimError::Full) => {}
                Err(error) => return Err(error),
            }
        }
        self.wait(kind, length, fill)
    }

    /// Sends a copy of `payload`, or lets it wait; as [`Outbox::send_with`].
    pub fn send(&mut self, kind: u32, payload: &[u8]) -> Result<(), ClaimError> {
        self.send_with(kind, payload.len(), |frame| frame.copy_from_slice(payload))
    }

    fn wait(&mut self, kind: u32, length: usize, fill: impl FnOnce(&mut [u8])) -> Result<(), ClaimError> {
        self.producer.check_length(length)?;
        if self.producer.is_closed() {
            return Err(ClaimError::Closed);
        }
        if self.waiting.len() == self.frame_count_max || self.waiting_bytes() + length > self.bytes_max {
            return Err(ClaimError::Full);
        }
        let start = self.bytes.len();
        self.bytes.resize(start + length, 0);
        fill(&mut self.bytes[start..]);
        self.waiting.push_back((kind, length));
        Ok(())
    }

    /// Sends what waits as far as there is room, and wakes the reader if anything went out since the last
    /// flush. Gives whether everything is out; else the producer's waker tells when to try again. Errors: the
    /// reader is gone, and what waited with it.
    pub fn flush(&mut self) -> Result<bool, ClaimError> {
        while let Some((kind, length)) = self.waiting.front().copied() {
            match self.producer.claim(kind, length) {
                Ok(mut claim) => {
                    claim.copy_from_slice(&self.bytes[self.sent..self.sent + length]);
                    claim.publish();
                }
                Err(ClaimError::Full) => break,
                Err(error) => return Err(error),
            }
            self.waiting.pop_front();
            self.sent += length;
            self.published = true;
        }
        self.compact();
        if std::mem::take(&mut self.published) {
            self.producer.wake();
        }
        Ok(self.waiting.is_empty())
    }

    /// Gives sent bytes back when they are the larger part, so that each byte is moved at most once on
    /// average.
    fn compact(&mut self) {
        if self.sent * 2 >= self.bytes.len() {
            self.bytes.copy_within(self.sent.., 0);
            self.bytes.truncate(self.bytes.len() - self.sent);
            self.sent = 0;
        }
        assert!(self.bytes.len() - self.sent <= self.bytes_max, "more waits than may");
    }

    /// Frames that wait.
    pub fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    /// Their bytes.
    pub fn waiting_bytes(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// The ring's own end, for its figures.
    pub fn producer(&self) -> &Producer {
        &self.producer
    }
}
