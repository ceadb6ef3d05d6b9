//! What runs on a shard, as the loop sees it.

use super::RingIndex;
use crate::exit::Fatal;
use crate::ids::ShardId;
use crate::io::{Completion, Io};
use crate::ring::Frame;
use crate::time::{Clock, Now, Timers};

/// What a timer of the shard is for: the application's own number.
pub type TimerToken = u64;

/// The loop's parts, lent to each callback.
pub struct Context<'a> {
    /// Whose loop it is.
    pub shard: ShardId,
    /// The time at the turn's start. Ask `clock` where a turn's length matters (stage timestamps, time
    /// slices).
    pub now: Now,
    /// The clock itself.
    pub clock: &'a Clock,
    /// Disk and network. Submissions go out together at the end of the turn.
    pub io: &'a mut dyn Io,
    /// Deadlines on the monotonic clock; they come back through `on_timer`.
    pub timers: &'a mut Timers<TimerToken>,
    /// Somebody asked the shard to stop: finish what is under way, then say [`Next::Stopped`].
    pub stopping: bool,
}

/// What the loop does after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// There is work left: come back at once.
    Busy,
    /// Nothing to do before a frame, a completion, a timer, or this point of the monotonic clock
    /// (nanoseconds).
    Idle {
        /// `None`: no such point.
        deadline_ns: Option<u64>,
    },
    /// The application is done for good; the loop returns.
    Stopped,
}

/// The application of a shard. An error from any callback ends the loop, and with it the process.
pub trait ShardApp {
    /// Once, before the first turn.
    fn on_start(&mut self, context: &mut Context<'_>) -> Result<(), Fatal> {
        let _ = context;
        Ok(())
    }

    /// Whether it takes frames of this ring now. While it does not, they wait in the ring, whose producer
    /// sees it become full; so say no rather than to gather without a bound.
    fn accepts(&self, ring: RingIndex) -> bool {
        let _ = ring;
        true
    }

    /// A frame of an inbound ring, valid during the call.
    fn on_frame(
        &mut self,
        context: &mut Context<'_>,
        ring: RingIndex,
        frame: &Frame<'_>,
    ) -> Result<(), Fatal>;

    /// The producer of a ring is gone and all its frames were handed over; once a ring.
    fn on_ring_closed(&mut self, context: &mut Context<'_>, ring: RingIndex) -> Result<(), Fatal> {
        let _ = (context, ring);
        Ok(())
    }

    /// A timer set through the context is due.
    fn on_timer(&mut self, context: &mut Context<'_>, token: TimerToken) -> Result<(), Fatal>;

    /// Once a turn, after its frames and timers and before the submissions go out.
    fn on_turn(&mut self, context: &mut Context<'_>) -> Result<Next, Fatal>;

    /// An operation has finished.
    fn on_completion(&mut self, context: &mut Context<'_>, completion: Completion) -> Result<(), Fatal>;

    /// Once after each group of completions: the place to let out what they released, without waiting for the
    /// next turn's frames.
    fn after_completions(&mut self, context: &mut Context<'_>) -> Result<(), Fatal> {
        let _ = context;
        Ok(())
    }
}
