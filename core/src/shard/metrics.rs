//! What a shard's loop counts about itself.

use crate::histogram::Histogram;
use crate::ids::ShardId;
use crate::metrics::{Counter, Registry};
use std::sync::Arc;

/// Handles of one shard's loop.
#[derive(Debug, Clone, Default)]
pub struct ShardMetrics {
    /// Turns, idle ones included.
    pub turns: Counter,
    /// Frames taken from rings.
    pub frames: Counter,
    /// Their payload, bytes.
    pub frame_bytes: Counter,
    /// Completions of `Io`.
    pub completions: Counter,
    /// Timers that fired.
    pub timers: Counter,
    /// Times it went to sleep.
    pub sleeps: Counter,
    /// Nanoseconds not slept.
    pub busy_ns: Counter,
    /// Length of a turn up to its submissions: without sleep and completions.
    pub turn: Arc<Histogram>,
}

impl ShardMetrics {
    /// Handles that the registry shows, labelled with the shard.
    pub fn register(registry: &Registry, shard: ShardId) -> Self {
        let shard = shard.to_string();
        let labels = [("shard", shard.as_str())];
        let counter = |name: &str, help: &str| registry.counter(name, help, &labels);
        Self {
            turns: counter("tidemill_shard_turns_total", "Turns of the shard's loop."),
            frames: counter("tidemill_shard_frames_total", "Frames taken from inbound rings."),
            frame_bytes: counter("tidemill_shard_frame_bytes_total", "Payload of those frames."),
            completions: counter(
                "tidemill_shard_completions_total",
                "Completed disk and network operations.",
            ),
            timers: counter("tidemill_shard_timers_total", "Timers of the shard that fired."),
            sleeps: counter("tidemill_shard_sleeps_total", "Times the shard went to sleep."),
            busy_ns: counter("tidemill_shard_busy_nanoseconds_total", "Time the shard did not sleep."),
            turn: registry.histogram(
                "tidemill_shard_turn_seconds",
                "Length of a turn up to its submissions.",
                &labels,
            ),
        }
    }
}
