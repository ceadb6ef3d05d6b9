//! Polls that wait for jobs.

use std::task::{Context, Poll};

use tidemill_record::frame::{FrameKind, JobInterestFrame};

use super::{Desk, Parking};
use crate::rpc::Lane;

impl Desk {
    /// Where a poll waits, or the partitions that it has to ask first.
    pub(crate) fn park(&mut self, job_type: &str, wake_at_ms: u64) -> Parking {
        let Some(untold) = self.interests.untold(job_type, self.links.len()) else { return Parking::Full };
        if untold.is_empty() {
            return self.park_quietly(Some(job_type), wake_at_ms);
        }
        let frame = JobInterestFrame { job_type };
        for link in &untold {
            let sent = self.links[*link].send(FrameKind::JobInterest, &frame, job_type.len(), Lane::Reserved);
            if sent.is_err() {
                // Counts as told: the probe finds what this shard gives no notice of.
                tracing::warn!(shard = link, "a shard cannot be told of waiting polls");
            }
        }
        let of_untold =
            |partition: &&u32| self.link_of[**partition as usize].is_some_and(|link| untold.contains(&link));
        Parking::AskFirst(self.partitions.iter().filter(of_untold).copied().collect())
    }

    /// Parks a poll without a notice to wait for, or with one that every shard owes.
    pub(crate) fn park_quietly(&mut self, job_type: Option<&str>, wake_at_ms: u64) -> Parking {
        let Some(id) = self.interests.park(job_type, wake_at_ms) else { return Parking::Full };
        self.note_deadline(wake_at_ms);
        self.metrics.parked_polls.add(1);
        Parking::At(id)
    }

    /// Ready when a parked poll was woken.
    pub(crate) fn poll_parked(&mut self, id: i64, context: &Context<'_>) -> Poll<()> {
        self.interests.poll(id, context)
    }

    /// Takes a parked poll out; true when it was woken because there are jobs.
    pub(crate) fn unpark(&mut self, id: i64, job_type: &str) -> bool {
        self.metrics.parked_polls.add(-1);
        self.interests.unpark(id, job_type)
    }

    /// There may be more jobs than one poll took: the next one has its turn.
    pub(crate) fn wake_next_poll(&mut self, job_type: &str) {
        self.interests.wake_next(job_type);
    }

    /// The partitions in the order in which a poll asks them.
    pub(crate) fn poll_order(&mut self) -> impl Iterator<Item = u32> + use<> {
        let start = if self.partitions.is_empty() { 0 } else { self.placement.next(self.partitions.len()) };
        let (head, tail) = self.partitions.split_at(start);
        tail.iter().chain(head).copied().collect::<Vec<_>>().into_iter()
    }
}
