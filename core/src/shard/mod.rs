//! The shard: one loop on one core. It owns its `Io`, its inbound rings, its timers and the application on
//! top.
//!
//! ```text
//!   one turn
//!   rings ─▶ on_frame ...      budgeted; each ring in its turn
//!   timers ─▶ on_timer ...
//!            on_turn           process, append, answer; says what is next
//!   Io: submit, and reap or sleep, in one system call
//!   completions ─▶ on_completion ... ─▶ after_completions
//! ```
//!
//! Invariants:
//! - Everything of a shard happens on its thread, one callback at a time. Nothing in it blocks except the
//!   sleep.
//! - A turn is bounded (see [`TurnBudget`]); what is left over comes in the next one, and a shard with work
//!   left never sleeps.
//! - It sleeps only after it said so and looked at every ring once more; a producer pays for a system call
//!   only then.
//! - It knows nothing of partitions, records or clients: that is the [`ShardApp`]'s.
//!
//! [`Shard::run`] is the loop of a thread; the simulator calls [`Shard::turn`] and never sleeps.

mod app;
mod config;
mod inbound;
mod metrics;
mod pin;
mod run;
mod thread;

pub use app::{Context, Next, ShardApp, TimerToken};
pub use config::{ShardConfig, StopHandle, TurnBudget};
pub use inbound::RingIndex;
pub use metrics::ShardMetrics;
pub use pin::{PinError, allowed_cpus, pin_current_thread};
pub use run::Shard;
pub use thread::{Pinned, spawn_pinned};

#[cfg(test)]
mod tests;
