//! Parked long polls: who waits for jobs of a type, and which shards know that somebody does.
//!
//! No wake-up is lost: a poll parks only when every shard has been told of the type, and a shard that was
//! told just now is asked for jobs once more before. Told once, a shard gives one notice; a notice wakes one
//! poll, which wakes the next one when it got as many jobs as it wanted.

use std::collections::{HashMap, VecDeque};
use std::task::{Context, Poll, Waker};

use tidemill_core::limits::PARKED_POLL_COUNT_MAX;

use super::open::remember;
use super::slab::Slab;

/// The table of parked polls.
#[derive(Debug)]
pub(crate) struct Interests {
    by_type: HashMap<Box<str>, Interest>,
    pub(crate) parked: Slab<Parked>,
}

#[derive(Debug, Default)]
struct Interest {
    /// Which shards owe a notice.
    told: Vec<bool>,
    waiting: VecDeque<i64>,
    /// How many of the waiting are gone already.
    gone_count: usize,
}

/// One parked poll.
#[derive(Debug)]
pub(crate) struct Parked {
    pub(crate) wake_at_ms: u64,
    /// A notice was spent on it: whoever takes it has to look for jobs, or pass the notice on.
    noticed: bool,
    pub(crate) awake: bool,
    waker: Option<Waker>,
}

impl Parked {
    pub(crate) fn wake(&mut self) {
        self.awake = true;
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Interests {
    pub(crate) fn new(thread: usize) -> Self {
        Self { by_type: HashMap::new(), parked: Slab::new(thread, PARKED_POLL_COUNT_MAX) }
    }

    /// The shards that have to be told of the type; they count as told from now on. `None`: too many types.
    pub(crate) fn untold(&mut self, job_type: &str, shard_count: usize) -> Option<Vec<usize>> {
        if !self.by_type.contains_key(job_type) {
            if self.by_type.len() >= PARKED_POLL_COUNT_MAX {
                return None;
            }
            self.by_type.insert(job_type.into(), Interest::default());
        }
        let interest = self.by_type.get_mut(job_type).expect("it was put there just now");
        interest.told.resize(shard_count, false);
        let untold = (0..shard_count).filter(|shard| !interest.told[*shard]).collect();
        interest.told.fill(true);
        Some(untold)
    }

    /// Parks a poll; with a type it is woken by notices, in turn. `None`: too many are parked.
    pub(crate) fn park(&mut self, job_type: Option<&str>, wake_at_ms: u64) -> Option<i64> {
        let parked = Parked { wake_at_ms, noticed: false, awake: false, waker: None };
        let id = self.parked.insert(parked).ok()?;
        if let Some(job_type) = job_type {
            let interest = self.by_type.get_mut(job_type).expect("shards are told before a poll parks");
            assert!(interest.told.iter().all(|told| *told), "parked without a shard that gives notice");
            interest.waiting.push_back(id);
        }
        Some(id)
    }

    /// Ready when the poll was woken.
    pub(crate) fn poll(&mut self, id: i64, context: &Context<'_>) -> Poll<()> {
        let parked = self.parked.get_mut(id).expect("a parked poll stays until it is taken");
        if parked.awake {
            return Poll::Ready(());
        }
        remember(&mut parked.waker, context);
        Poll::Pending
    }

    /// Takes a poll out; true when a notice was spent on it.
    pub(crate) fn unpark(&mut self, id: i64, job_type: &str) -> bool {
        let Some(parked) = self.parked.remove(id) else { return false };
        if let Some(interest) = self.by_type.get_mut(job_type).filter(|_| !parked.noticed) {
            interest.gone_count += 1;
            if interest.gone_count * 2 > interest.waiting.len() {
                interest.waiting.retain(|id| self.parked.contains(*id));
                interest.gone_count = 0;
            }
        }
        self.forget_if_idle(job_type);
        parked.noticed
    }

    /// A shard has jobs of the type; it has to be told again before it gives another notice.
    pub(crate) fn notice(&mut self, job_type: &str, shard: usize) {
        if let Some(interest) = self.by_type.get_mut(job_type) {
            interest.told[shard] = false;
        }
        self.wake_next(job_type);
    }

    /// Wakes the poll that has waited longest.
    pub(crate) fn wake_next(&mut self, job_type: &str) {
        let Some(interest) = self.by_type.get_mut(job_type) else { return };
        while let Some(id) = interest.waiting.pop_front() {
            match self.parked.get_mut(id) {
                // One that its time has woken goes to ask anyway, but may end before: the notice goes
                // further.
                Some(parked) if !parked.awake => {
                    parked.noticed = true;
                    parked.wake();
                    break;
                }
                _ => interest.gone_count = interest.gone_count.saturating_sub(1),
            }
        }
        self.forget_if_idle(job_type);
    }

    fn forget_if_idle(&mut self, job_type: &str) {
        let idle = |interest: &Interest| interest.waiting.is_empty() && !interest.told.contains(&true);
        if self.by_type.get(job_type).is_some_and(idle) {
            self.by_type.remove(job_type);
        }
    }

    /// Wakes everyone, when the gateway goes down.
    pub(crate) fn wake_all(&mut self) {
        self.parked.iter_mut().for_each(Parked::wake);
    }

    #[cfg(test)]
    fn type_count(&self) -> usize {
        self.by_type.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_awake(interests: &mut Interests, id: i64) -> bool {
        interests.poll(id, &Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn one_notice_wakes_one_poll_and_has_to_be_asked_for_again() {
        let mut interests = Interests::new(0);
        assert_eq!(interests.untold("t", 2), Some(vec![0, 1]));
        let first = interests.park(Some("t"), 10).unwrap();
        assert_eq!(interests.untold("t", 2), Some(vec![]));
        let second = interests.park(Some("t"), 10).unwrap();
        interests.notice("t", 1);
        assert!(is_awake(&mut interests, first) && !is_awake(&mut interests, second));
        assert_eq!(interests.untold("t", 2), Some(vec![1]));
        assert!(interests.unpark(first, "t"));
        interests.wake_next("t");
        assert!(is_awake(&mut interests, second));
    }

    #[test]
    fn a_poll_that_went_away_gets_no_notice() {
        let mut interests = Interests::new(0);
        interests.untold("t", 1).unwrap();
        let gone = interests.park(Some("t"), 10).unwrap();
        let stays = interests.park(Some("t"), 10).unwrap();
        assert!(!interests.unpark(gone, "t"));
        interests.notice("t", 0);
        assert!(is_awake(&mut interests, stays));
    }

    #[test]
    fn types_that_nobody_wants_and_no_shard_knows_are_forgotten() {
        let mut interests = Interests::new(0);
        interests.untold("t", 1).unwrap();
        let id = interests.park(Some("t"), 10).unwrap();
        interests.unpark(id, "t");
        assert_eq!(interests.type_count(), 1, "the shard still owes a notice");
        interests.notice("t", 0);
        assert_eq!(interests.type_count(), 0);
        interests.notice("unknown", 0);
    }

    #[test]
    fn polls_that_end_leave_no_trace() {
        let mut interests = Interests::new(0);
        interests.untold("t", 1).unwrap();
        for _ in 0..1000 {
            let id = interests.park(Some("t"), 10).unwrap();
            interests.unpark(id, "t");
        }
        assert!(interests.by_type["t"].waiting.len() < 3);
    }
}
