//! The libraries that others use for the same work, driven the way that suits each: one committer takes all
//! records that wait and commits them as one.

mod compio_file;
mod glommio_file;
mod okaywal_log;
mod raft_engine_log;

use std::time::{Duration, Instant};

use super::load::{Meter, Payloads, Round};
use super::{Subject, Work};

/// Every peer.
pub(crate) fn all(work: &Work) -> Result<Vec<Box<dyn Subject>>, String> {
    Ok(vec![
        Box::new(glommio_file::Glommio::new(work)?),
        Box::new(compio_file::Compio::new(work)?),
        Box::new(Committing::new(work, okaywal_log::OkayWal::new(work)?)),
        Box::new(Committing::new(work, raft_engine_log::RaftEngine::new(work)?)),
    ])
}

/// One that blocks until a batch is durable.
pub(crate) trait Commit {
    fn name(&self) -> &'static str;

    /// Makes `count` records durable, the first one with number `first`.
    fn commit(&mut self, first: u64, payloads: &Payloads, count: usize) -> Result<(), String>;
}

/// Drives a [`Commit`].
struct Committing<C> {
    commit: C,
    work: Work,
    payloads: Payloads,
    next: u64,
}

impl<C: Commit> Committing<C> {
    fn new(work: &Work, commit: C) -> Self {
        Self {
            commit,
            work: work.clone(),
            payloads: Payloads::new(work.record_bytes, work.in_flight),
            next: 1,
        }
    }
}

impl<C: Commit> Subject for Committing<C> {
    fn name(&self) -> String {
        self.commit.name().to_owned()
    }

    fn round(&mut self, time: Duration) -> Result<Round, String> {
        let mut meter = Meter::start(time);
        while !meter.is_over() {
            let sent = Instant::now();
            self.commit.commit(self.next, &self.payloads, self.work.in_flight)?;
            self.next += self.work.in_flight as u64;
            meter.acknowledged(sent, self.work.in_flight);
        }
        Ok(meter.finish(self.work.record_bytes, 0))
    }
}
