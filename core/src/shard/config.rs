//! What a shard is made of.

use super::ShardMetrics;
use crate::ids::ShardId;
use crate::limits;
use crate::ring::Consumer;
use crate::time::Clock;
use crate::wake::{Sleeper, Waker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What one turn may take, so that no ring, no completion and no deadline waits long behind another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnBudget {
    /// Frames of all rings.
    pub frame_count_max: usize,
    /// Frames of one ring.
    pub frame_count_per_ring_max: usize,
    /// Payload of all rings, bytes; the last frame may go over it.
    pub frame_bytes_max: usize,
    /// Time spent on frames, nanoseconds; the last frame may go over it.
    pub frame_ns_max: u64,
    /// Timers.
    pub timer_count_max: usize,
    /// Longest sleep, nanoseconds.
    pub sleep_ns_max: u64,
}

impl Default for TurnBudget {
    fn default() -> Self {
        Self {
            frame_count_max: limits::TURN_FRAME_COUNT_MAX,
            frame_count_per_ring_max: limits::TURN_FRAME_COUNT_PER_RING_MAX,
            frame_bytes_max: limits::TURN_FRAME_BYTES_MAX,
            frame_ns_max: limits::TURN_NS_MAX,
            timer_count_max: limits::TURN_TIMER_COUNT_MAX,
            sleep_ns_max: limits::SLEEP_NS_MAX,
        }
    }
}

/// Everything a shard starts with, besides its `Io` and its application.
pub struct ShardConfig {
    /// Whose loop it is.
    pub id: ShardId,
    /// The time.
    pub clock: Clock,
    /// How it sleeps: made by [`crate::wake::waker_for_io`], its wakers given to all inbound rings.
    pub sleeper: Sleeper,
    /// Rings to read. A ring's place here is its [`super::RingIndex`].
    pub rings: Vec<Consumer>,
    /// Bounds of a turn.
    pub budget: TurnBudget,
    /// Room for timers.
    pub timer_count_max: usize,
    /// What the loop counts.
    pub metrics: ShardMetrics,
    /// How it is asked to stop.
    pub stop: StopHandle,
}

impl ShardConfig {
    /// A shard with the product's bounds and metrics that nobody looks at.
    pub fn new(id: ShardId, clock: Clock, sleeper: Sleeper, rings: Vec<Consumer>) -> Self {
        assert!(rings.len() <= limits::RINGS_PER_SHARD_MAX, "{} rings into shard {id}", rings.len());
        let stop = StopHandle::new(sleeper.waker());
        Self {
            id,
            clock,
            sleeper,
            rings,
            budget: TurnBudget::default(),
            timer_count_max: limits::TIMERS_PER_SHARD_MAX,
            metrics: ShardMetrics::default(),
            stop,
        }
    }
}

/// Asks a shard to stop, from any thread.
#[derive(Debug, Clone)]
pub struct StopHandle {
    asked: Arc<AtomicBool>,
    waker: Waker,
}

impl StopHandle {
    /// For the shard that this waker wakes.
    pub fn new(waker: Waker) -> Self {
        Self { asked: Arc::new(AtomicBool::new(false)), waker }
    }

    /// The application is told in its next turn, and says when it is done.
    pub fn stop(&self) {
        self.asked.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Whether somebody asked.
    pub fn is_stopping(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
