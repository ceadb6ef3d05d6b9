//! From completions to the durable index.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tidemill_core::ids::Index;
use tidemill_core::io::{Completion, File, Io, Operation};

use super::{Journal, tokens};
use crate::error::JournalFatal;
use crate::options::FlushPolicy;
use crate::shared::{SegmentView, TailBlock};

/// What a delayed flush policy keeps in mind.
#[derive(Default)]
pub(super) struct Delayed {
    /// Segments left behind whose blocks are not yet synced, oldest first.
    sealed: VecDeque<(File, Arc<SegmentView>)>,
    unsynced_bytes: u64,
    last_sync_ns: u64,
    /// Index that the sync under way covers, and whether it is the one of a sealed segment.
    under_way: Option<(u64, bool)>,
}

impl Delayed {
    /// A segment was left: readers may map it once its last block is durable.
    pub(super) fn seal(&mut self, file: File, view: Arc<SegmentView>) {
        self.sealed.push_back((file, view));
    }
}

impl Journal {
    /// Takes a completion that [`Journal::owns`]; returns the new durable index when it has grown.
    ///
    /// # Errors
    /// [`JournalFatal`]: end the process.
    pub fn on_completion(
        &mut self,
        io: &mut dyn Io,
        completion: Completion,
    ) -> Result<Option<Index>, JournalFatal> {
        assert!(self.owns(completion.token), "a completion of somebody else");
        let local = completion.token.0 - self.options.token_base.0;
        let outcome = completion.result.map_err(JournalFatal::Io)?;
        match local {
            tokens::PREPARE => {
                self.preparer.on_outcome(outcome);
                self.drive_preparer(io);
                Ok(None)
            }
            tokens::REMOVE => {
                self.on_removed();
                Ok(None)
            }
            tokens::SYNC => {
                let (index, is_sealed) = self.delayed.under_way.take().expect("a sync was under way");
                self.synced_index = self.synced_index.max(index);
                if is_sealed {
                    self.seal_oldest();
                }
                Ok(None)
            }
            sequence => Ok(self.on_written(sequence)),
        }
    }

    fn on_written(&mut self, sequence: u64) -> Option<Index> {
        assert!(sequence < tokens::WRITE_MAX, "unknown completion {sequence:#x}");
        let done = self.under_way.iter_mut().find(|block| block.sequence == sequence);
        let done = done.expect("completion of a write that is not under way");
        assert!(!done.is_done, "a write completed twice");
        done.is_done = true;
        let before = self.durable_index;
        while self.under_way.front().is_some_and(|block| block.is_done) {
            self.on_oldest_written();
        }
        (self.durable_index > before).then(|| Index::new(self.durable_index))
    }

    fn on_oldest_written(&mut self) {
        let block = self.under_way.pop_front().expect("just seen");
        let offset = block.end_offset - block.range.len() as u64;
        let view = &block.view;
        view.sparse.lock().expect("no holder panics").note(offset, block.first_index, block.first_position);
        view.durable_end.store(block.end_offset, Ordering::Release);
        view.last_index.store(block.last_index, Ordering::Release);
        if self.options.flush == FlushPolicy::EveryBatch {
            self.synced_index = block.last_index;
            for path in self.dying.drain(..) {
                self.removals.add(path, None);
            }
            let under_way = &self.under_way;
            let is_left =
                |view: &SegmentView| under_way.iter().all(|other| other.view.generation != view.generation);
            let sealed = &self.delayed.sealed;
            let sealed_count = sealed.iter().take_while(|(_, view)| is_left(view)).count();
            (0..sealed_count).for_each(|_| self.seal_oldest());
        } else {
            self.delayed.unsynced_bytes += block.range.len() as u64;
        }
        self.publish_durable(block.last_index);
        let tail = TailBlock {
            first_index: block.first_index,
            last_index: block.last_index,
            buffer: block.buffer,
            range: block.range,
        };
        self.buffers.retain_for_readers(tail, &self.shared);
    }

    fn seal_oldest(&mut self) {
        if let Some((_, view)) = self.delayed.sealed.pop_front() {
            view.sealed.store(true, Ordering::Release);
        }
    }

    /// Time until the delayed flush policy wants a call of `submit`; `None` when it does not.
    pub fn next_flush_ns(&self) -> Option<u64> {
        match self.options.flush {
            FlushPolicy::DelayedLosesUpTo { time_ns, .. } if self.synced_index < self.durable_index => {
                Some(self.delayed.last_sync_ns.saturating_add(time_ns))
            }
            _ => None,
        }
    }

    /// Issues the sync that the delayed policy owes: sealed segments first, then the current one by its
    /// bounds.
    pub(super) fn sync_delayed(&mut self, io: &mut dyn Io, now_ns: u64) {
        let FlushPolicy::DelayedLosesUpTo { bytes, time_ns } = self.options.flush else { return };
        if self.delayed.under_way.is_some() || io.in_flight() >= io.depth_max() {
            return;
        }
        let sealed = self.delayed.sealed.front();
        let (file, index, is_sealed) = match (sealed, &self.current) {
            (Some((file, view)), _) => {
                if self.under_way.iter().any(|block| block.view.generation == view.generation) {
                    return;
                }
                (file.clone(), view.last_index.load(Ordering::Acquire), true)
            }
            (None, Some(current)) => {
                let is_due = self.delayed.unsynced_bytes >= bytes
                    || now_ns.saturating_sub(self.delayed.last_sync_ns) >= time_ns;
                if self.synced_index >= self.durable_index || !is_due {
                    return;
                }
                (current.file.clone(), self.durable_index, false)
            }
            (None, None) => return,
        };
        let token = self.token(tokens::SYNC);
        assert!(io.submit(token, Operation::SyncData { file }).is_ok(), "room was checked above");
        self.delayed.under_way = Some((index, is_sealed));
        if !is_sealed {
            self.delayed.unsynced_bytes = 0;
            self.delayed.last_sync_ns = now_ns;
        }
    }
}
