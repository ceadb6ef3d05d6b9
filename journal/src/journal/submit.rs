//! From batches to writes.

use std::sync::Arc;

use tidemill_core::io::{Durability, Io, Operation};

use super::batch::{Batch, UnderWay};
use super::{Current, Journal, tokens};
use crate::error::JournalFatal;
use crate::layout::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::options::FlushPolicy;
use crate::shared::SegmentView;

impl Journal {
    /// Starts writes as far as the depth allows, and background steps. Call after appending and after
    /// completions;
    /// `now_ns` is the monotonic clock (used by a delayed flush policy only).
    ///
    /// # Errors
    /// None today beyond what completions tell; the signature is for the caller's one error path.
    pub fn submit(&mut self, io: &mut dyn Io, now_ns: u64) -> Result<(), JournalFatal> {
        while self.under_way.len() < self.options.depth {
            let Some(batch) = self.next_batch() else { break };
            if let Err(batch) = self.write(io, batch) {
                self.waiting.push_front(batch);
                break;
            }
        }
        self.sync_delayed(io, now_ns);
        self.drive_preparer(io);
        self.drive_removals(io);
        Ok(())
    }

    /// The oldest batch that has an entry.
    fn next_batch(&mut self) -> Option<Batch> {
        if let Some(batch) = self.waiting.pop_front() {
            return Some(batch);
        }
        self.gathering.take_if(|batch| !batch.is_empty())
    }

    /// Submits one block; gives the batch back when the segment or the ring has no room yet.
    fn write(&mut self, io: &mut dyn Io, mut batch: Batch) -> Result<(), Batch> {
        if io.in_flight() >= io.depth_max() {
            return Err(batch);
        }
        let length = batch.block_bytes() as u64;
        let fits = |current: &Current| current.used + length <= current.bytes;
        if !self.current.as_ref().is_some_and(fits) && !self.next_segment(&batch, length) {
            self.status.segment_wait_count += 1;
            return Err(batch);
        }
        let watermark = self.synced_index.min(batch.before.index);
        let identity = self.options.identity;
        let current = self.current.as_mut().expect("a segment with room");
        let is_first = current.used == 0;
        let offset = current.used.max(SEGMENT_HEADER_BYTES as u64);
        let block = batch.seal(current.view.generation, offset, watermark);
        let mut range = block.clone();
        if is_first {
            let header = SegmentHeader {
                identity,
                generation: current.view.generation,
                segment_bytes: current.bytes,
                base_index: batch.before.index,
                base_chain: batch.before.chain.expect("the writer knows its chain"),
                base_term: batch.before.term,
                base_position: batch.before.next_position,
                watermark,
            };
            header.encode(batch.memory());
            range.start = 0;
        }
        batch.replace(|buffer| self.buffers.register(io, buffer));
        let (before, last) = (batch.before, batch.last);
        let buffer = batch.into_buffer();
        let durability = match self.options.flush {
            FlushPolicy::EveryBatch => Durability::Durable(self.options.method),
            FlushPolicy::DelayedLosesUpTo { .. } => Durability::Volatile,
        };
        let write_offset = if is_first { 0 } else { offset };
        assert_eq!(write_offset, current.used, "blocks follow each other without a gap");
        current.used = offset + length;
        let under_way = UnderWay {
            sequence: self.write_sequence % tokens::WRITE_MAX,
            buffer: Arc::clone(&buffer),
            range: block,
            view: Arc::clone(&current.view),
            end_offset: offset + length,
            first_index: before.index + 1,
            last_index: last.index,
            first_position: before.next_position,
            is_done: false,
        };
        let operation = Operation::Write {
            file: current.file.clone(),
            offset: write_offset,
            buffer,
            range: range.clone(),
            durability,
        };
        let token = self.token(under_way.sequence);
        assert!(io.submit(token, operation).is_ok(), "room was checked above");
        self.write_sequence += 1;
        self.status.block_count += 1;
        self.status.written_bytes += range.len() as u64;
        self.under_way.push_back(under_way);
        Ok(())
    }

    /// Seals the current segment and takes the prepared one; `false` while none is ready that has room.
    fn next_segment(&mut self, batch: &Batch, length: u64) -> bool {
        let needed = length + SEGMENT_HEADER_BYTES as u64;
        let Some(ready) = self.preparer.take(needed, &mut self.removals) else { return false };
        let path = self.directory.join(crate::recovery::segment_name(ready.generation));
        let before = batch.before;
        let view = SegmentView::new(ready.generation, path, ready.bytes, before.index, before.next_position);
        let view = Arc::new(view);
        if let Some(old) = self.current.take() {
            assert!(old.view.generation < ready.generation, "generations grow");
            self.delayed.seal(old.file, old.view);
        }
        self.shared.lock_segments().push(Arc::clone(&view));
        self.status.segment_count += 1;
        self.status.recycled_count += u64::from(ready.is_recycled);
        self.current = Some(Current { view, file: ready.file, used: 0, bytes: ready.bytes });
        true
    }
}
